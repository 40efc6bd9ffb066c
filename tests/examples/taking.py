"""Call operations on a sandbox of a given day, and keep what comes."""

import asyncio
import re
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from app.sandbox import Sandbox
from tests.examples.asking import Ask, Rows
from tests.support.document import generated
from tests.support.service import Service, settings_for, started
from tests.support.virtual_loop import VirtualLoop

__all__ = ["Operation", "asked", "operations_of", "take"]

# A Wednesday.
NOW = datetime(2026, 11, 18, 10, 30, tzinfo=UTC)
_MAILBOX = "ada@contoso.example"
_ID = "0f9c1f6e7f0e4a5c8f3a5b0d6c1e2f34"
# What is random, and what a library may pack differently one day.
_STAND_INS: dict[str, Any] = {
    "client_request_id": "7d4d1f5a-3c0e-4b52-9a34-0c8b52f0a1d6",
    "next_cursor": "Zm9sbG93LXRoaXMtdG8tdGhlLW5leHQtcGFnZQ",
    "request_id": _ID,
    "tasks": 3,
    "upstream_client_request_id": "7d4d1f5a-3c0e-4b52-9a34-0c8b52f0a1d6",
    "upstream_request_id": "3b0f6d53-2a49-4c0b-8e77-6a1f0c9d5e28",
}
_RANDOM_ID = re.compile(r"\b[0-9a-f]{32}\b")
_BOUNDARY = re.compile(r"={15}\d{19}")
# Nobody reads more objects of a list to understand it.
_MOST = 2


class Operation(NamedTuple):
    """An operation of the document."""

    tag: str
    method: str
    path: str
    described: dict[str, Any]


def operations_of(document: dict[str, Any]) -> dict[str, Operation]:
    """Return the operations of a document by their ids."""
    return {
        described["operationId"]: Operation(
            tag=described["tags"][0],
            method=method.upper(),
            path=path,
            described=described,
        )
        for path, methods in document["paths"].items()
        for method, described in methods.items()
    }


def take(names: Iterable[str], rows: Rows) -> dict[str, dict[str, Any]]:
    """Return an example for each of the operations that have a row.

    Each is made by itself, with a sandbox and a ledger of its own, on the
    same day at the same time, so that it is always the same.
    """
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return {
            name: runner.run(_taken(name, rows[name]))
            for name in names
            if name in rows
        }


async def _taken(name: str, ask: Ask) -> dict[str, Any]:
    sandbox = Sandbox(now=NOW)
    with tempfile.TemporaryDirectory() as data_dir:
        return await _taken_in(Path(data_dir), name, ask, sandbox)


async def _taken_in(
    data_dir: Path, name: str, ask: Ask, sandbox: Sandbox
) -> dict[str, Any]:
    async with started(settings_for(data_dir), sandbox) as service:
        operation = operations_of(generated())[name]
        values, answer = await _asked(operation, ask, service)
    if answer.status_code != (ask.status or _success(operation)):
        raise AssertionError(f"{name}: {answer.status_code} {answer.text}")
    return {
        "parameters": _shown(values | dict(ask.query)),
        **_sent(ask),
        **_told(answer),
    }


async def asked(name: str, ask: Ask, service: Service) -> httpx.Response:
    """Call an operation as its example does, and return the answer."""
    operation = operations_of(generated())[name]
    _, answer = await _asked(operation, ask, service)
    return answer


async def _asked(
    operation: Operation, ask: Ask, service: Service
) -> tuple[dict[str, str], httpx.Response]:
    if ask.before is not None:
        await ask.before(service.client, service.sandbox)
    values = await _values(ask, operation, service.client)
    answer = await _answer(ask, operation, values, service)
    await answer.aread()
    return values, answer


async def _values(
    ask: Ask, operation: Operation, client: httpx.AsyncClient
) -> dict[str, str]:
    """Return what stands in the path, found out from left to right."""
    given = {"mailbox": _MAILBOX, **ask.path}
    values: dict[str, str] = {}
    for name in re.findall(r"\{(\w+)\}", operation.path):
        value = given[name]
        if not isinstance(value, str):
            value = await value(client, values)
        values[name] = value
    return values


async def _answer(
    ask: Ask, operation: Operation, values: dict[str, str], service: Service
) -> httpx.Response:
    return await service.client.request(
        operation.method,
        operation.path.format(**values),
        params=ask.query,
        json=ask.body,
        content=ask.content,
        headers={"X-Request-ID": _ID, **ask.headers},
    )


def _success(operation: Operation) -> int:
    return min(int(status) for status in operation.described["responses"])


def _sent(ask: Ask) -> dict[str, Any]:
    if ask.body is not None:
        return {"request": ask.body}
    if ask.content is not None:
        return {"request": ask.content.decode()}
    return {}


def _told(answer: httpx.Response) -> dict[str, Any]:
    told: dict[str, Any] = {"status": str(answer.status_code)}
    if not answer.content:
        return told
    kind = answer.headers["content-type"].partition(";")[0]
    if kind.endswith("json"):
        return told | {"answer": _shown(answer.json())}
    # YAML shows plain ends of lines best.
    text = _BOUNDARY.sub("=" * 15 + "1" * 19, answer.text)
    return told | {"answer": text.replace("\r\n", "\n")}


def _shown(value: Any, name: str = "") -> Any:
    """Return the same, shortened, with stand-ins for what is random."""
    if value is not None and name in _STAND_INS:
        return _STAND_INS[name]
    if isinstance(value, dict):
        return {key: _shown(item, key) for key, item in value.items()}
    if isinstance(value, list):
        are_objects = any(isinstance(item, dict) for item in value)
        return [_shown(i) for i in value[: _MOST if are_objects else None]]
    return _RANDOM_ID.sub(_ID, value) if isinstance(value, str) else value
