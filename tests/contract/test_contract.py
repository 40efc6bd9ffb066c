"""The check that holds answers against the API document can fail."""

from typing import Any

import httpx
import pytest
from jsonschema import ValidationError

from tests.support.contract import Contract
from tests.support.document import generated

pytestmark = pytest.mark.anyio

MAILBOX: dict[str, Any] = {
    "id": "1",
    "address": None,
    "display_name": None,
    "given_name": None,
    "surname": None,
    "job_title": None,
    "aliases": [],
    "kind": "user",
    "language": None,
    "time_zone": None,
    "is_partial": False,
}
PROBLEM: dict[str, Any] = {
    "type": "/problems/mailbox-not-found",
    "title": "x",
    "status": 404,
    "detail": "x",
    "instance": "/",
    "code": "mailbox-not-found",
    "category": "not-found",
    "retryable": False,
    "action": "x",
    "attempts": 0,
    "request_id": "x",
}
CONTRACT = Contract(generated())


def answer(
    content: dict[str, Any],
    status: int = 200,
    kind: str = "application/json",
    path: str = "/v1/mailboxes/a@b.c",
) -> httpx.Response:
    return httpx.Response(
        status,
        json=content,
        headers={"Content-Type": kind},
        request=httpx.Request("GET", f"http://x{path}"),
    )


async def test_what_is_as_described_passes() -> None:
    """A mailbox and a problem, as they should be."""
    await CONTRACT.check(answer(MAILBOX))
    await CONTRACT.check(answer(PROBLEM, 404, "application/problem+json"))


@pytest.mark.parametrize(
    "wrong",
    [
        answer(MAILBOX | {"more": 1}),
        answer({k: v for k, v in MAILBOX.items() if k != "kind"}),
        answer(MAILBOX | {"kind": "alien"}),
        answer(MAILBOX, 201),
        answer(PROBLEM, 404),
        answer(PROBLEM, 403, "application/problem+json"),
        answer(
            PROBLEM | {"code": "x", "type": "/problems/x"},
            404,
            "application/problem+json",
        ),
        answer(
            PROBLEM | {"outcome": "performed"},
            404,
            "application/problem+json",
        ),
        answer(PROBLEM | {"retry_after": 1}, 404, "application/problem+json"),
        answer(PROBLEM, 404, "application/problem+json", "/v1/mailboxes"),
    ],
)
async def test_what_is_not_fails(wrong: httpx.Response) -> None:
    """Members, statuses, types, codes and headers that do not belong."""
    with pytest.raises((AssertionError, ValidationError)):
        await CONTRACT.check(wrong)
