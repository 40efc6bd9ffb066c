"""The API document as YAML."""

import msgspec
import yaml

from app.main import create_app
from app.settings import Settings
from app.telemetry.logs import EventLog
from app.telemetry.recorder import Telemetry
from app.wiring import assemble

__all__ = ["document"]


def document() -> str:
    """Return it, as it is without any settings."""
    settings = Settings.model_construct()
    telemetry = Telemetry(EventLog())
    app = create_app(settings, telemetry, assemble(settings, telemetry))
    # To plain types first: YAML knows no enumerations.
    plain = msgspec.json.decode(msgspec.json.encode(app.openapi()))
    text: str = yaml.dump(
        plain, Dumper=_Readable, sort_keys=False, allow_unicode=True
    )
    return text


class _Readable(yaml.SafeDumper):
    """Writes texts of several lines as such."""


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style)


_Readable.add_representer(str, _text)
