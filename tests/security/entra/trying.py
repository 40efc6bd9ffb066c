"""Try to get in, and tell what came of it."""

import httpx
import pytest

from tests.support.service import Service

__all__ = ["FORBIDDEN", "MESSAGES", "UNAUTHENTICATED", "attempt", "bearing"]

MESSAGES = "/v1/mailboxes/ada@contoso.example/messages?limit=1"
UNAUTHENTICATED = "401 caller-unauthenticated"
FORBIDDEN = "403 caller-forbidden"


def bearing(token: str) -> dict[str, str]:
    """Return the header of a request with a token."""
    return {"Authorization": f"Bearer {token}"}


async def attempt(
    service: Service, request: pytest.FixtureRequest, call: httpx.Request
) -> httpx.Response:
    """Send a request of the attack that a test is marked with.

    The answer is the one that the mark tells; Graph hears nothing of it, and
    nobody but the known issuers is asked for keys.
    """
    [mark] = request.node.iter_markers("attack")
    heard = len(service.sandbox.calls)
    sent = len(service.network.requests)
    answer = await service.client.send(call)

    assert f"{answer.status_code} {answer.json()['code']}" == mark.args[1]
    routes = {known.route for known in service.sandbox.calls[heard:]}
    assert routes <= {"openid-configuration", "keys"}
    hosts = {each.url.host for each in service.network.requests[sent:]}
    assert hosts <= {"127.0.0.1"}
    challenge = answer.headers.get("WWW-Authenticate", "")
    assert challenge.startswith("Bearer ") or answer.status_code != 401
    return answer
