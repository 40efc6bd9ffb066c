"""The OpenAPI document: what FastAPI derives, completed."""

import re
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter

from app.models.health import Health
from app.problems.documents import Problem, example
from app.problems.registry import REGISTRY
from app.routers.describe import HEADERS, PARAMETERS
from app.routers.problems import ProblemKind

__all__ = ["TAGS", "describe"]

TAGS = [
    {"name": "mailboxes", "description": "Who has a mailbox."},
    {"name": "folders", "description": "Where messages lie."},
    {"name": "messages", "description": "Read, write, change, delete."},
    {"name": "attachments", "description": "What comes with messages."},
    {"name": "sends", "description": "Write and send at once, once."},
    {"name": "problems", "description": "What errors mean."},
    {"name": "health", "description": "How the service and Graph are."},
    {"name": "ops", "description": "What operators see and can do."},
]

_REF = "#/components/schemas/{model}"
_EXAMPLE = re.compile(r"#/components/examples/([a-z-]+)")
_OF_READS = ("ETag", "Link", "Exchange-Freshness", "Age", "Cache-Status")
_OF_WRITES = ("ETag", "Location", "Idempotent-Replayed")


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the document, made once."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
            tags=TAGS,
        )
        _add_components(document)
        _add_headers(document)
        app.openapi_schema = document
    return app.openapi_schema


def _add_components(document: dict[str, Any]) -> None:
    """Add what routes refer to by name only."""
    components = document.setdefault("components", {})
    schemas: dict[str, Any] = components.setdefault("schemas", {})
    for model in (Problem, ProblemKind, Health):
        schema = TypeAdapter(model).json_schema(ref_template=_REF)
        schemas |= schema.pop("$defs", {})
        schemas[model.__name__] = schema
    components["schemas"] = dict(sorted(schemas.items()))
    components["parameters"] = PARAMETERS
    components["headers"] = HEADERS
    used = set(_EXAMPLE.findall(str(document["paths"])))
    components["examples"] = {
        code: example(kind) for code, kind in REGISTRY.items() if code in used
    }


def _add_headers(document: dict[str, Any]) -> None:
    """Tell of every answer which headers it may have."""
    for path, operations in document["paths"].items():
        if not path.startswith("/v1/"):
            continue
        for method, operation in operations.items():
            for status, answer in operation["responses"].items():
                answer["headers"] = _headers(method, status)


def _headers(method: str, status: str) -> dict[str, Any]:
    names = ["X-Request-ID", "Exchange-Graph-Calls", "Server-Timing"]
    names += ["Preference-Applied", "RateLimit", "RateLimit-Policy"]
    if status.startswith("2"):
        names += _OF_READS if method == "get" else _OF_WRITES
    if status in {"429", "503"}:
        names.append("Retry-After")
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}
