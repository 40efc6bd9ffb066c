"""Hold what passes between service and Graph against Microsoft's schema.

The schema says which paths, properties, types, enumerations and operations
there are; `tests/contract/graph_facts.py` tells where it comes from.
"""

import base64
import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from tests.support.schema_paths import Target, resolve
from tests.support.schema_queries import read_query
from tests.support.schema_types import Breach, Type, Types, View

__all__ = ["Asked", "GraphSchema", "Told", "media_type"]

FACTS = Path(__file__).parents[1] / "contract" / "graph_facts.json"
# What the sandbox's seeds hold of a Graph that is newer than the facts, so
# that the service is seen to bear it. Requests must not contain any of it.
INVENTED_MEMBERS = {
    "followupFlagStatus": "postponed",
    "inferenceClassificationType": "priority",
    "meetingMessageType": "meetingPostponed",
}
# What Graph shows in the place of members that a caller may not know.
SENTINEL = "unknownFutureValue"
INVENTED_TYPES = {"reactionMessage": "eventMessage"}
VERSION = "/v1.0/"
FIRST_ERROR = 400
NOT_MODIFIED = 304
JSON = "application/json"
NEW = View(deep=True)
ENVELOPE = frozenset({"code", "message", "target", "details", "innerError"})
INNER = frozenset(
    {"code", "message", "date", "request-id", "client-request-id", "status"}
)
PAGE = frozenset(
    {
        *("@odata.context", "@odata.count", "@odata.deltaLink"),
        *("@odata.nextLink", "@odata.type", "value"),
    }
)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request; the path is that of the URL, still encoded."""

    method: str
    path: str
    query: str
    media_type: str
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Told:
    """The answer to it."""

    status: int
    media_type: str
    body: bytes


class GraphSchema:
    """Checks requests to Graph and answers of Graph."""

    def __init__(self) -> None:
        facts = json.loads(FACTS.read_text())
        self.types = Types(facts)
        self._newer = Types(_invented(facts))
        # Tests ask for the same seeds again and again.
        self._passed: set[int] = set()
        self._resolved = lru_cache(maxsize=4096)(self._resolve)

    def covers(self, asked: Asked) -> bool:
        """Say whether a request is one to Graph itself."""
        return asked.path.startswith(VERSION)

    def check_request(self, asked: Asked) -> None:
        """Raise `Breach` for a request that the schema does not allow."""
        target, _ = self._where(asked)
        if target.kind == "batch":
            self._check_parts(_decoded(asked.body))
        elif asked.method in ("GET", "DELETE"):
            if asked.body:
                raise Breach(f"{asked.method} with a body")
        elif asked.media_type == JSON:
            self._check_body(target, asked)
        elif asked.body and asked.method == "PATCH":
            raise Breach(f"a body of type '{asked.media_type}'")

    def check_answer(self, asked: Asked, told: Told) -> None:
        """Raise `Breach` for an answer that the schema does not allow.

        Answers to what the schema does not know are refusals.
        """
        seen = hash((asked, told))
        if seen not in self._passed:
            self._check_answer(asked, told)
            self._passed.add(seen)

    def _check_answer(self, asked: Asked, told: Told) -> None:
        if told.status >= FIRST_ERROR:
            _check_error(told)
            return
        if told.status in (202, 204, NOT_MODIFIED):
            if told.body:
                raise Breach(f"{told.status} with a body")
            return
        target, view = self._where(asked)
        if target.kind == "batch":
            self._check_answers(asked, told)
        elif target.kind == "count":
            self._newer.check(Type("Int64"), int(told.body))
        elif target.kind != "value":
            self._check_entity(asked, target, view, told)

    def _where(self, asked: Asked) -> tuple[Target, View]:
        path = asked.path.removeprefix(VERSION)
        return self._resolved(asked.method, path, asked.query)

    def _resolve(
        self, method: str, path: str, query: str
    ) -> tuple[Target, View]:
        target = resolve(self.types, method, path)
        return target, read_query(self.types, target, query)

    def _check_body(self, target: Target, asked: Asked) -> None:
        if target.operation is not None:
            self._check_parameters(target, asked.body)
        elif target.type is not None:
            body = _decoded(asked.body)
            self.types.check(target.type.one, body, NEW)

    def _check_parameters(self, target: Target, body: bytes) -> None:
        operation = target.operation
        if operation is None:
            return
        # Graph takes their names in any case of letters.
        given = {n.lower(): v for n, v in _decoded(body or b"{}").items()}
        for name, wanted in operation.parameters.items():
            if name not in given and not wanted.nullable:
                raise Breach("is missing", f".{name}")
        for name, value in given.items():
            if name not in operation.parameters:
                raise Breach("there is no such parameter", f".{name}")
            try:
                self.types.check(operation.parameters[name], value, NEW)
            except Breach as breach:
                raise breach.under(f".{name}") from None

    def _check_entity(
        self, asked: Asked, target: Target, view: View, told: Told
    ) -> None:
        kind = target.type
        if kind is None:
            if told.body:
                raise Breach("an answer where there is none")
            return
        if told.media_type != JSON:
            raise Breach(f"an answer of type '{told.media_type}'")
        body = _decoded(told.body)
        if asked.method == "POST" and target.operation is None:
            kind = kind.one
        if kind.many or kind.name not in self.types.structures:
            self._check_value(kind, body, view)
        else:
            self._newer.check(kind.one, body, view)

    def _check_value(
        self, kind: Type, body: Mapping[str, Any], view: View
    ) -> None:
        if unknown := set(body) - PAGE:
            raise Breach(f"a list has no {sorted(unknown)}")
        if "value" not in body:
            raise Breach("there is no value")
        try:
            self._newer.check(kind, body["value"], view)
        except Breach as breach:
            raise breach.under(".value") from None

    def _check_parts(self, body: Mapping[str, Any]) -> None:
        for part in _parts(body):
            try:
                self.check_request(part.asked)
            except Breach as breach:
                raise breach.under(f".requests[{part.id}]") from None

    def _check_answers(self, asked: Asked, told: Told) -> None:
        asked_for = {part.id: part.asked for part in _parts_of(asked.body)}
        answers = _decoded(told.body).get("responses")
        if not isinstance(answers, list):
            raise Breach("there are no responses")
        for answer in answers:
            if answer.get("id") not in asked_for:
                raise Breach(f"nobody asked for {answer.get('id')}")
            try:
                self.check_answer(asked_for[answer["id"]], _told(answer))
            except Breach as breach:
                where = f".responses[{answer['id']}]"
                raise breach.under(where) from None


def _invented(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    newer = deepcopy(dict(facts))
    for name, enum in newer["enums"].items():
        enum["members"] += [SENTINEL, INVENTED_MEMBERS.get(name, SENTINEL)]
    for name, base in INVENTED_TYPES.items():
        newer["entities"][name] = {
            "base": base,
            "properties": {},
            "navigation": {},
        }
    return newer


@dataclass(frozen=True, kw_only=True)
class _Part:
    id: str
    asked: Asked


def _parts_of(body: bytes) -> list[_Part]:
    return _parts(_decoded(body))


def _parts(body: Mapping[str, Any]) -> list[_Part]:
    listed = body.get("requests")
    if set(body) != {"requests"} or not isinstance(listed, list):
        raise Breach("this is no batch")
    return [_part(one) for one in listed]


def _part(one: Mapping[str, Any]) -> _Part:
    known = {
        *("id", "method", "url", "headers", "body", "dependsOn"),
        "atomicityGroup",
    }
    if unknown := set(one) - known:
        raise Breach(f"a part has no {sorted(unknown)}")
    path, _, query = one["url"].partition("?")
    headers = {n.lower(): t for n, t in one.get("headers", {}).items()}
    asked = Asked(
        method=one["method"],
        path=VERSION + path.strip("/"),
        query=query,
        media_type=media_type(headers.get("content-type")),
        body=msgspec.json.encode(one["body"]) if "body" in one else b"",
    )
    return _Part(id=one["id"], asked=asked)


def _told(answer: Mapping[str, Any]) -> Told:
    headers = {n.lower(): t for n, t in answer.get("headers", {}).items()}
    kind, body = media_type(headers.get("content-type")), b""
    if "body" in answer and kind == JSON:
        body = msgspec.json.encode(answer["body"])
    elif "body" in answer:
        body = base64.b64decode(answer["body"])
    return Told(status=answer["status"], media_type=kind, body=body)


def media_type(content_type: str | None) -> str:
    """Return the media type of a Content-Type, without its parameters."""
    return (content_type or "").partition(";")[0].strip().lower()


def _check_error(told: Told) -> None:
    """Hold a refusal against Graph's error resource type."""
    body = _decoded(told.body)
    error = body.get("error")
    if set(body) != {"error"} or not isinstance(error, dict):
        raise Breach("a refusal without an error")
    if not all(isinstance(error.get(n), str) for n in ("code", "message")):
        raise Breach("an error without code or message")
    # Exchange adds annotations, as the id of the event that is there.
    named = {name for name in error if not name.startswith("@")}
    if unknown := named - ENVELOPE:
        raise Breach(f"an error has no {sorted(unknown)}")
    if unknown := set(error.get("innerError", ())) - INNER:
        raise Breach(f"an innerError has no {sorted(unknown)}")


def _decoded(body: bytes) -> dict[str, Any]:
    try:
        decoded = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Breach(f"this is no JSON: {error}") from None
    if not isinstance(decoded, dict):
        raise Breach("this is no JSON object")
    return decoded
