"""As whom requests are made, and what came of that."""

from collections import Counter
from collections.abc import Iterable, Iterator
from enum import StrEnum

import msgspec

from app.callers.permissions import PERMISSIONS
from tests.support.callers import api_key
from tests.support.document import generated

__all__ = ["SETTINGS", "Who", "headers_of", "let_in", "statuses"]

_KEYS = {
    "all": api_key("may-do-all", name="all", tenants=["contoso", "fabrikam"]),
    "nobody": api_key("may-do-nothing", name="nobody", roles=[]),
}
SETTINGS = {
    "EXCHANGE_AUTH_MODE": "api_key",
    "EXCHANGE_API_KEYS": msgspec.json.encode(list(_KEYS.values())).decode(),
    "EXCHANGE_QUOTA__REQUESTS": "1000000",
}
"""The service for all of them."""


class Who(StrEnum):
    """A caller with all roles, one with none, and one that nobody knows."""

    ALL = "all"
    NOBODY = "nobody"
    STRANGER = "stranger"


def headers_of(who: Who) -> tuple[str, ...]:
    """Return the headers that say so."""
    shown = {
        Who.ALL: ("X-API-Key: may-do-all", "Exchange-Tenant: contoso"),
        Who.NOBODY: ("X-API-Key: may-do-nothing",),
    }
    return shown.get(who, ())


def let_in(said: Iterable[str]) -> list[str]:
    """Return the operations that did what needs a role, by what was logged."""
    guarded = {
        (method.upper(), path): str(operation["operationId"])
        for path, methods in generated()["paths"].items()
        for method, operation in methods.items()
        if PERMISSIONS[operation["operationId"]]
    }
    done = {(r.method, r.route) for r in _requests(said) if r.status < 300}
    return sorted(guarded[one] for one in done & guarded.keys())


def statuses(said: Iterable[str]) -> dict[int, int]:
    """Return how often each status was answered."""
    return dict(sorted(Counter(r.status for r in _requests(said)).items()))


class _Request(msgspec.Struct):
    method: str
    status: int
    route: str = ""


def _requests(said: Iterable[str]) -> Iterator[_Request]:
    for line in said:
        if '"event":"http.access"' in line:
            yield msgspec.json.decode(line, type=_Request)
