"""Read the settings from the environment, and show them again."""

import json
import os
import re
from collections.abc import Iterator, Mapping

from pydantic import BaseModel, SecretStr, ValidationError

from app.settings.root import Settings

__all__ = ["SettingsError", "check", "effective", "load_settings"]

_PREFIX = "EXCHANGE_"
_MASK = "********"
_NAMED = re.compile(r"[A-Z_]+: ")


class SettingsError(Exception):
    """The environment makes no valid settings; one line for each reason."""


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of this process.

    Args:
        environment: Which names to check; the process's own by default.

    Raises:
        SettingsError: A variable is unknown, malformed or at odds with
            another. The message names it.
    """
    names = os.environ if environment is None else environment
    known = {name.upper() for name in _names(Settings)}
    for name in sorted(names):
        if name.upper().startswith(_PREFIX) and name.upper() not in known:
            raise SettingsError(f"{name}: unknown setting")
    try:
        return Settings()
    except ValidationError as e:
        lines = {_line(part["loc"], part["msg"]) for part in e.errors()}
        raise SettingsError("\n".join(sorted(lines))) from None
    except ValueError as e:
        # Raised by the reader itself, before any field is validated.
        field = re.search(r'field "(\w+)"', str(e))
        name = field[1].upper() if field else "*"
        raise SettingsError(f"{_PREFIX}{name}: not valid JSON") from None


def check(settings: Settings) -> None:
    """Check what could not be, before the sandbox told of its tenants.

    Raises:
        SettingsError: Who may call does not fit them.
    """
    try:
        settings.check_callers()
    except ValueError as e:
        raise SettingsError(f"{_PREFIX}{e}") from None


def effective(settings: Settings) -> Iterator[str]:
    """Yield ``NAME=value`` for each setting, with secrets masked."""
    for name, value in _flatten(_PREFIX, settings):
        yield f"{name}={value}"


def _names(model: type[BaseModel], prefix: str = _PREFIX) -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield f"{prefix}{name}"
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _names(kind, f"{prefix}{name}__")


def _line(location: tuple[int | str, ...], message: str) -> str:
    message = message.removeprefix("Value error, ")
    path = [str(part).upper() for part in location]
    # What a whole group or all settings refuse, says itself which name is at
    # fault: "ATTEMPT: must not be above TOTAL".
    if not _NAMED.match(message):
        return f"{_PREFIX}{'__'.join(path)}: {message}"
    return _PREFIX + "__".join([*path, message])


def _flatten(prefix: str, model: BaseModel) -> Iterator[tuple[str, str]]:
    for name in type(model).model_fields:
        value = getattr(model, name)
        full = f"{prefix}{name.upper()}"
        if isinstance(value, BaseModel):
            yield from _flatten(f"{full}__", value)
        else:
            yield full, _shown(value)


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool | tuple):
        return json.dumps(value, default=_masked)
    if isinstance(value, SecretStr):
        return _MASK
    return str(value)


def _masked(value: object) -> object:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    return _MASK
