"""The files that hold the examples, one for each tag of the document."""

import json
from pathlib import Path
from typing import Any

from app.main import create_app
from app.settings import Settings
from app.telemetry.logs import EventLog
from app.telemetry.recorder import Telemetry
from app.wiring import assemble
from tests.examples.taking import operations_of

__all__ = ["FOLDER", "document", "files"]

FOLDER = Path(__file__).parents[2] / "app" / "routers" / "examples"


def document() -> dict[str, Any]:
    """Return the API document as the code makes it now."""
    settings = Settings.model_construct()
    telemetry = Telemetry(EventLog())
    app = create_app(settings, telemetry, assemble(settings, telemetry))
    return app.openapi()


def files(examples: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Return the text of each file by its name, in the document's order."""
    by_tag: dict[str, dict[str, Any]] = {}
    for name, operation in operations_of(document()).items():
        if name in examples:
            of_tag = by_tag.setdefault(operation.tag, {})
            of_tag[name] = examples[name]
    return {
        f"{tag}.json": f"{json.dumps(of_tag, indent=2, ensure_ascii=False)}\n"
        for tag, of_tag in by_tag.items()
    }
