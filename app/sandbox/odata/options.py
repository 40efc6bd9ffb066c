"""The query options of a URL, read strictly."""

from dataclasses import dataclass
from typing import Literal, get_args

from app.sandbox.request import Request
from app.sandbox.wire import bad_query

__all__ = ["Option", "Options", "read_options"]

Option = Literal[
    "count",
    "expand",
    "filter",
    "orderby",
    "search",
    "select",
    "skip",
    "skiptoken",
    "top",
]
KNOWN: tuple[str, ...] = get_args(Option)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Graph's own options, undecided; ``custom`` are those without ``$``."""

    count: bool = False
    expand: str | None = None
    filter: str | None = None
    orderby: str | None = None
    search: str | None = None
    select: str | None = None
    skip: int | None = None
    skiptoken: str | None = None
    top: int | None = None
    custom: dict[str, str]


def read_options(request: Request, *allowed: Option) -> Options:
    """Read a request's query options.

    Graph takes its options with and without the dollar sign.

    Raises:
        GraphError: 400, for an option that the route does not take, one
            that is given twice, and one with an unreadable value.
    """
    found: dict[str, str] = {}
    custom: dict[str, str] = {}
    for name, value in request.options:
        plain = name.removeprefix("$").lower()
        if plain in KNOWN:
            _add(found, plain, value, allowed)
        elif name.startswith("$"):
            raise bad_query(f"The query parameter '{name}' is not supported.")
        else:
            custom[name.lower()] = value
    return Options(
        count=_flag(found.pop("count", "false")),
        skip=_number("skip", found.pop("skip", None)),
        top=_number("top", found.pop("top", None)),
        custom=custom,
        **found,
    )


def _add(
    found: dict[str, str], name: str, value: str, allowed: tuple[str, ...]
) -> None:
    if name not in allowed:
        raise bad_query(f"The query parameter '${name}' is not supported.")
    if name in found:
        raise bad_query(f"Query option '${name}' was specified twice.")
    if not value.strip():
        raise bad_query(f"Query option '${name}' has an empty value.")
    found[name] = value


def _flag(value: str) -> bool:
    if value.lower() not in ("true", "false"):
        raise bad_query(f"Invalid value '{value}' for $count.")
    return value.lower() == "true"


def _number(name: str, value: str | None) -> int | None:
    if value is None:
        return None
    if not (value.isascii() and value.isdecimal()):
        raise bad_query(
            f"Invalid value '{value}' for ${name}: "
            "expected an integer not below zero."
        )
    return int(value)
