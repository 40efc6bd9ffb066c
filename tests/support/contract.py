"""Hold every answer of the service against its published description."""

import json
import re
from copy import deepcopy
from typing import Any

import httpx
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from tests.support.fitting import Fits, Fitting

__all__ = ["CALLED", "Contract"]

CALLED: set[str] = set()
"""Which operations have succeeded since somebody emptied it."""

_JSON = "application/json"
_PROBLEM = "application/problem+json"
_API = "urn:exchange-api"
_OF_PROBLEMS = {"$ref": "#/components/schemas/Problem"}
_FIRST_ERROR = 400


class Contract:
    """Checks statuses, media types, bodies and problems of answers.

    Schemas are taken as closed: a member that the document does not name is
    a fault here, though callers must put up with new ones.
    """

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = _closed(deepcopy(document))
        self._paths = [
            (re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), operations)
            for path, operations in self._document["paths"].items()
        ]
        resource = DRAFT202012.create_resource(self._document)
        self._registry = Registry().with_resource(_API, resource)
        self._fitting = Fitting(self._document)
        self._schemas: dict[str, tuple[Fits, Draft202012Validator]] = {}
        self.checked = 0

    async def check(self, response: httpx.Response) -> None:
        """Raise `AssertionError` if an answer is not as described."""
        if response.status_code >= _FIRST_ERROR:
            await self._check_problem(response)
        operation = self._operation(response.request)
        if operation is None or response.status_code == 304:
            return
        described = self._described(operation, response.status_code)
        kind = response.headers.get("content-type", "")
        if kind == _PROBLEM:
            document = json.loads(await response.aread())
            known = described["content"][_PROBLEM]["examples"]
            assert document["code"] in known, f"undocumented {document}"
        elif kind == _JSON:
            schema = described["content"][_JSON]["schema"]
            self.validate(schema, json.loads(await response.aread()))
        if response.is_success:
            CALLED.add(operation["operationId"])
        self.checked += 1

    async def _check_problem(self, response: httpx.Response) -> None:
        kind = response.headers["content-type"]
        if kind == "application/health+json":
            return
        assert kind == _PROBLEM, f"{response.status_code} as {kind}"
        document = json.loads(await response.aread())
        self.validate(_OF_PROBLEMS, document)
        assert document["status"] == response.status_code
        assert document["type"] == f"/problems/{document['code']}"
        told = response.headers.get("retry-after")
        assert told == _text(document.get("retry_after"))
        is_write = response.request.method not in {"GET", "HEAD", "OPTIONS"}
        assert ("outcome" in document) == is_write

    def _operation(self, request: httpx.Request) -> dict[str, Any] | None:
        path = request.url.raw_path.decode().partition("?")[0]
        method = request.method.lower()
        for pattern, operations in self._paths:
            # `bulk` might be the id of a message, but not of one to POST to.
            if pattern.fullmatch(path) and method in operations:
                found: dict[str, Any] = operations[method]
                return found
        return None

    def _described(
        self, operation: dict[str, Any], status: int
    ) -> dict[str, Any]:
        described = operation["responses"].get(str(status))
        assert described, f"undocumented status {status}"
        if "$ref" in described:
            name = described["$ref"].rpartition("/")[2]
            described = self._document["components"]["responses"][name]
        found: dict[str, Any] = described
        return found

    def validate(self, schema: dict[str, Any], instance: object) -> None:
        """Raise if something is not as one of the document's schemas."""
        key = json.dumps(schema)
        if key not in self._schemas:
            absolute = json.loads(key.replace('"#/', f'"{_API}#/'))
            validator = Draft202012Validator(absolute, registry=self._registry)
            self._schemas[key] = self._fitting.of(schema), validator
        fits, validator = self._schemas[key]
        if not fits(instance):
            validator.validate(instance)


def _text(value: int | None) -> str | None:
    return None if value is None else str(value)


def _closed(node: Any) -> Any:
    if isinstance(node, dict):
        for value in node.values():
            _closed(value)
        if node.get("type") == "object" and "properties" in node:
            node["additionalProperties"] = False
    elif isinstance(node, list):
        for value in node:
            _closed(value)
    return node
