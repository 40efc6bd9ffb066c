"""The published description of the API."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.callers.permissions import PERMISSIONS
from app.problems.registry import REGISTRY
from app.settings.roles import Role
from tests.support.document import generated

FILE = Path(__file__).parents[2] / "openapi" / "exchange-api.yaml"
# They only read, and ask in a body because there is much to ask.
ASKING = {"find_meeting_times", "get_free_busy"}
PROBLEM = "application/problem+json"


def operations() -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, methods in generated()["paths"].items()
        for method, operation in methods.items()
    ]


def resolved(described: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in described:
        return described
    *_, kind, name = described["$ref"].split("/")
    found: dict[str, Any] = generated()["components"][kind][name]
    return found


def test_the_committed_document_is_current() -> None:
    """`make openapi` would change nothing."""
    committed = yaml.load(FILE.read_text(), Loader=yaml.CSafeLoader)
    dumped = yaml.dump(_plain(generated()), Dumper=yaml.CSafeDumper)
    plain = yaml.load(dumped, Loader=yaml.CSafeLoader)

    assert committed == plain


@pytest.mark.parametrize(
    ("name", "operation"), operations(), ids=[n for n, _ in operations()]
)
def test_each_operation_is_described(
    name: str, operation: dict[str, Any]
) -> None:
    """Named, explained, tagged, and with all its problems as examples."""
    assert operation["operationId"].replace("_", "").isalnum()
    assert operation["description"].endswith(".")
    assert len(operation["tags"]) == 1
    for status, answer in operation["responses"].items():
        if int(status) < 400:
            continue
        content = resolved(answer)["content"][PROBLEM]
        assert content["schema"] == {"$ref": "#/components/schemas/Problem"}
        for code in content["examples"]:
            assert REGISTRY[code].status == int(status), name


@pytest.mark.parametrize(
    ("name", "operation"),
    [(n, o) for n, o in operations() if "/v1/" in n],
    ids=[n for n, _ in operations() if "/v1/" in n],
)
def test_headers_are_described(name: str, operation: dict[str, Any]) -> None:
    """What callers may send, and what they get back."""
    sent = {p["$ref"] for p in operation["parameters"] if "$ref" in p}
    is_write = name.startswith(("POST", "PUT", "PATCH", "DELETE"))
    is_stream = "mime" in name or "content" in name

    assert "#/components/parameters/Prefer" in sent
    if operation["operationId"] in ASKING:
        assert "#/components/parameters/Idempotency-Key" not in sent
    elif name.startswith("POST"):
        assert "#/components/parameters/Idempotency-Key" in sent
    elif is_write:
        assert "#/components/parameters/If-Match" in sent
    elif not is_stream:
        assert "#/components/parameters/If-None-Match" in sent
        assert "Exchange-Freshness" in operation["responses"]["200"]["headers"]


@pytest.mark.parametrize(
    "operation",
    [o for _, o in operations()],
    ids=[o["operationId"] for _, o in operations()],
)
def test_roles_are_told(operation: dict[str, Any]) -> None:
    """By either way of signing in those that are demanded, and in words."""
    roles = PERMISSIONS[operation["operationId"]]
    shown = {
        way: set(r) for one in operation["security"] for way, r in one.items()
    }
    last = operation["description"].splitlines()[-1]

    assert set(re.findall(r"`(.+?)`", last)) == roles
    if roles:
        scopes = roles - {Role.OPERATOR}
        assert shown == {"entra": scopes, "api_key": roles}
        refused = resolved(operation["responses"]["403"])
        assert "WWW-Authenticate" in refused["headers"]
    else:
        assert shown == {}


def _plain(value: Any) -> Any:
    """Return the same without enumerations, which YAML does not know."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, str) else value


def test_each_shape_has_a_name_of_its_own() -> None:
    """None is called after the module that it is from, as twins would be."""
    names = generated()["components"]["schemas"]

    assert [name for name in names if "_" in name] == []
