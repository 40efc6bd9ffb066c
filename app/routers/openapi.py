"""The OpenAPI document: what FastAPI derives, completed."""

import re
from collections.abc import Iterator
from threading import Lock
from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter

from app.models.attaching import AttachmentToAdd
from app.models.health import Health
from app.problems.documents import Problem, example
from app.problems.registry import REGISTRY
from app.routers.describe import HEADERS, PARAMETERS
from app.routers.examples import Example, examples
from app.routers.manual import DESCRIPTION, GROUPS, TAGS
from app.routers.permitted import secure
from app.routers.problems import ProblemKind

__all__ = ["describe"]

Document = dict[str, Any]

_SCHEMA = "#/components/schemas/{model}"
_EXAMPLE = re.compile(r"#/components/examples/([a-z-]+)")
_PROBLEM = "application/problem+json"
_NOT_MODIFIED = "304"
_ACCEPTED = "202"
_FOLLOWING = "get_send"
_OF_ANSWERS = (
    *("Exchange-Graph-Calls", "Server-Timing", "Preference-Applied"),
    *("RateLimit", "RateLimit-Policy"),
)
_OF_READS = ("ETag", "Link", "Exchange-Freshness", "Age", "Cache-Status")
_OF_WRITES = ("ETag", "Location", "Idempotent-Replayed")
_CONDITIONAL = {"$ref": "#/components/parameters/If-None-Match"}
_NULL = {"type": "null"}
_UNSAID = "Successful Response"
_SAID = {
    "200": "Done.",
    "201": "Made.",
    "202": "Begun.",
    "204": "Done.",
    "207": "What became of each.",
}
_JSON = "application/json"
_MERGE_PATCH = "application/merge-patch+json"
# In most operations, and the same in all of them.
_SHARED = ("mailbox", "cursor")
# It takes a second, and strangers may ask for it.
_MAKING = Lock()


def describe(app: FastAPI) -> Document:
    """Return the document, made once, however many ask for it at once."""
    with _MAKING:
        if app.openapi_schema is None:
            app.openapi_schema = _made(app)
    return app.openapi_schema


def _made(app: FastAPI) -> Document:
    document = get_openapi(
        title=app.title,
        version=app.version,
        description=DESCRIPTION,
        routes=app.routes,
    )
    _add_tags(document)
    _add_components(document)
    _add_headers(document)
    secure(document)
    _add_merge_patches(document)
    _add_examples(document, examples())
    _plain_parameters(document)
    _share_parameters(document)
    _share_answers(document)
    return document


def _operations(document: Document) -> Iterator[tuple[str, str, Document]]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            yield path, method, operation


def _add_tags(document: Document) -> None:
    """Name the chapters that have operations, in their order."""
    used = {name for _, _, o in _operations(document) for name in o["tags"]}
    document["tags"] = [tag for tag in TAGS if tag["name"] in used]
    document["x-tagGroups"] = [
        {"name": group, "tags": [name for name in names if name in used]}
        for group, names in GROUPS.items()
        if used & set(names)
    ]


def _add_components(document: Document) -> None:
    """Add what routes refer to by name only."""
    components = document.setdefault("components", {})
    schemas: Document = components.setdefault("schemas", {})
    for model in (Problem, ProblemKind, Health, AttachmentToAdd):
        schema = TypeAdapter(model).json_schema(ref_template=_SCHEMA)
        schemas |= schema.pop("$defs", {})
        schemas[model.__name__] = schema
    components["schemas"] = dict(sorted(schemas.items()))
    components["parameters"] = dict(PARAMETERS)
    components["headers"] = HEADERS
    used = set(_EXAMPLE.findall(str(document["paths"])))
    components["examples"] = {
        code: example(kind) for code, kind in REGISTRY.items() if code in used
    }


def _add_headers(document: Document) -> None:
    """Tell of every answer which headers it may have."""
    for _, method, operation in _operations(document):
        if _CONDITIONAL in operation.get("parameters", ()):
            operation["responses"][_NOT_MODIFIED] = {
                "description": "The caller has it already."
            }
        for status, answer in operation["responses"].items():
            answer["headers"] = _headers(method, status)
            if answer["description"] == _UNSAID:
                answer["description"] = _SAID[status]


def _headers(method: str, status: str) -> Document:
    names = ["X-Request-ID"]
    if status < "4":
        names += _OF_ANSWERS
        is_read = method == "get"
        names += _OF_READS if is_read else _OF_WRITES
    elif method == "post":
        names.append("Idempotent-Replayed")
    if status in {"206", "416"}:
        names += ("Accept-Ranges", "Content-Range")
    if status in {"429", "503"}:
        names.append("Retry-After")
    if status in {"401", "403"}:
        names.append("WWW-Authenticate")
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _add_merge_patches(document: Document) -> None:
    """Name the other type under which changes are taken (RFC 7396 §4)."""
    for _, method, operation in _operations(document):
        if method == "patch":
            content = operation["requestBody"]["content"]
            content[_MERGE_PATCH] = {"schema": content[_JSON]["schema"]}


def _add_examples(document: Document, known: dict[str, Example]) -> None:
    """Show for each operation a request and what it was answered.

    What goes on is followed: 202 answers what following it does at first.
    """
    followed = known.get(_FOLLOWING)
    for _, _, operation in _operations(document):
        if followed is not None:
            goes_on = operation["responses"].get(_ACCEPTED, {})
            _show(goes_on, followed.answer)
        found = known.get(operation["operationId"])
        if found is None:
            continue
        for parameter in operation.get("parameters", ()):
            if parameter.get("name") in found.parameters:
                parameter["example"] = found.parameters[parameter["name"]]
        _show(operation.get("requestBody", {}), found.request)
        _show(operation["responses"].get(found.status, {}), found.answer)


def _show(described: Document, value: Any) -> None:
    """Put an example under the first media type of a body."""
    content = next(iter(described.get("content", {}).values()), None)
    if content is not None and value is not msgspec.UNSET:
        content["example"] = value


def _plain_parameters(document: Document) -> None:
    """Say of parameters only what they are, and nothing twice.

    What may be left out is no null: neither a path nor a query can hold it.
    """
    for _, _, operation in _operations(document):
        for parameter in operation.get("parameters", ()):
            schema = parameter.get("schema", {})
            kinds = [k for k in schema.pop("anyOf", ()) if k != _NULL]
            if len(kinds) > 1:
                schema["anyOf"] = kinds
            elif kinds:
                schema |= kinds[0]
            for name in ("title", "description"):
                schema.pop(name, None)


def _share_parameters(document: Document) -> None:
    """Describe the most common parameters once; put paths' first."""
    shared: Document = document["components"]["parameters"]
    for path, _, operation in _operations(document):
        parameters = operation.get("parameters", [])
        parameters.sort(key=lambda p: _position(path, p))
        for index, parameter in enumerate(parameters):
            name = parameter.get("name")
            if name in _SHARED:
                shared[name] = parameter
                ref = f"#/components/parameters/{name}"
                parameters[index] = {"$ref": ref}


def _position(path: str, parameter: Document) -> int:
    if parameter.get("in") != "path":
        return len(path)
    return path.index(f"{{{parameter['name']}}}")


def _share_answers(document: Document) -> None:
    """Describe once what many operations answer, called by its codes."""
    shared: Document = {}
    for _, _, operation in _operations(document):
        answers = dict(sorted(operation["responses"].items()))
        operation["responses"] = answers
        for status, answer in answers.items():
            name = _shared_name(status, answer)
            if name is not None:
                shared[name] = answer
                answers[status] = {"$ref": f"#/components/responses/{name}"}
    document["components"]["responses"] = dict(sorted(shared.items()))


def _shared_name(status: str, answer: Document) -> str | None:
    if status == _NOT_MODIFIED:
        return "not-modified"
    content = answer.get("content", {})
    if list(content) == [_PROBLEM]:
        return ".".join(content[_PROBLEM]["examples"])
    return None
