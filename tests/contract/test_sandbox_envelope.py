"""How the sandbox answers, whatever it is asked."""

import asyncio
import uuid
from email.utils import parsedate_to_datetime

import httpx
import pytest

from app.sandbox import Fault, Sandbox
from app.sandbox.calls import Call, CallLog
from tests.contract.conftest import ADA, NOW, client_of, refusal, sign_in, wait

pytestmark = pytest.mark.anyio


async def test_every_answer_can_be_traced(graph: httpx.AsyncClient) -> None:
    """An answer carries its own id, the caller's id and where it is from."""
    mine = str(uuid.uuid4())

    answer = await graph.get(ADA, headers={"client-request-id": mine})

    assert answer.headers["client-request-id"] == mine
    assert uuid.UUID(answer.headers["request-id"])
    assert "ServerInfo" in answer.headers["x-ms-ags-diagnostic"]
    assert answer.headers["content-type"] == (
        "application/json; odata.metadata=minimal; odata.streaming=true; "
        "IEEE754Compatible=false; charset=utf-8"
    )
    assert parsedate_to_datetime(answer.headers["date"]) == NOW


async def test_errors_name_their_request(graph: httpx.AsyncClient) -> None:
    """An error's envelope repeats the ids of the headers."""
    answer = await graph.get("/users/nobody@contoso.example/messages")

    inner = answer.json()["error"]["innerError"]
    assert refusal(answer) == (404, "ErrorInvalidUser")
    assert inner["request-id"] == answer.headers["request-id"]
    assert inner["client-request-id"] == answer.headers["client-request-id"]
    assert inner["date"] == "2026-11-18T10:30:00"


@pytest.mark.parametrize(
    ("header", "words"),
    [
        pytest.param("", "Access token is empty.", id="missing"),
        pytest.param("Basic abc", "Access token is empty.", id="scheme"),
        pytest.param("Bearer ", "Access token is empty.", id="empty"),
        pytest.param("Bearer nonsense", "80049217", id="nonsense"),
        pytest.param("Bearer EwBAAAA", "80049217", id="foreign"),
        pytest.param("Bearer EwBA", "80049217", id="no-base64"),
    ],
)
async def test_who_has_no_token_is_refused(
    graph: httpx.AsyncClient, header: str, words: str
) -> None:
    """A request without a good token gets 401 and is told where to go."""
    answer = await graph.get(ADA, headers={"Authorization": header})

    assert refusal(answer) == (401, "InvalidAuthenticationToken")
    assert words in answer.json()["error"]["message"]
    assert "authorization_uri" in answer.headers["www-authenticate"]


async def test_tokens_expire(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """A token is worthless once its time is over."""
    sandbox.tokens.expires_in = 1
    await sign_in(graph)
    sandbox.settings.latency = 2.0

    first = await graph.get(ADA)
    second = await graph.get(ADA)

    assert first.status_code == 200
    assert refusal(second) == (401, "InvalidAuthenticationToken")
    assert "expired" in second.json()["error"]["message"]


async def test_tokens_can_be_revoked(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """Revoked tokens are refused, those issued later are not."""
    sandbox.revoke_tokens()

    refused = await graph.get(ADA)
    await sign_in(graph)

    assert refusal(refused) == (401, "InvalidAuthenticationToken")
    assert (await graph.get(ADA)).status_code == 200


async def test_a_path_without_a_token_tells_nothing(sandbox: Sandbox) -> None:
    """Even an unknown path is 401 for those without a token."""
    async with client_of(sandbox) as client:
        answer = await client.get("/nowhere")

    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("path", "segment"),
    [
        pytest.param("/nowhere", "nowhere", id="top"),
        pytest.param("/", "", id="root"),
        pytest.param(f"{ADA}/onenote", "onenote", id="not-emulated"),
        pytest.param(f"{ADA}/messages/a/b", "b", id="unencoded-slash"),
        pytest.param(f"{ADA}/messages/a/$count", "$count", id="below"),
        pytest.param("/users//messages", "", id="empty"),
    ],
)
async def test_unknown_segments_are_named(
    graph: httpx.AsyncClient, path: str, segment: str
) -> None:
    """A path that leads nowhere is 400 and names the segment."""
    answer = await graph.get(path)

    message = answer.json()["error"]["message"]
    assert refusal(answer) == (400, "RequestBroker--ParseUri")
    assert message == f"Resource not found for the segment '{segment}'."


async def test_wrong_methods_are_refused(graph: httpx.AsyncClient) -> None:
    """A method that a resource does not take is 405."""
    answer = await graph.put(f"{ADA}/messages", json={})

    assert answer.status_code == 405


async def test_applications_are_nobody(graph: httpx.AsyncClient) -> None:
    """An application's token has no /me."""
    answer = await graph.get("/me/messages")

    assert refusal(answer) == (400, "BadRequest")


async def test_segments_are_found_in_any_case(
    graph: httpx.AsyncClient,
) -> None:
    """Paths are matched whatever the case of their fixed parts."""
    answer = await graph.get("/Users/ADA@contoso.example/mailfolders/Inbox")

    assert answer.json()["displayName"] == "Inbox"


async def test_other_paths_are_not_found(sandbox: Sandbox) -> None:
    """What is neither Graph nor Entra ID is 404."""
    async with client_of(sandbox) as client:
        answer = await client.get("http://sandbox.test/beta/users")

    assert answer.status_code == 404


async def test_calls_are_recorded(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """A record says what was asked, by whom, and what became of it."""
    await graph.get(
        "/users/ada.marlow@contoso.example/messages?$top=1",
        headers={"Prefer": "return=minimal", "If-Match": "*"},
    )

    call = sandbox.calls[-1]
    assert (call.method, call.route) == ("GET", "/users/{mailbox}/messages")
    assert call.path == "/v1.0/users/ada.marlow@contoso.example/messages"
    assert call.query == "$top=1"
    assert call.mailbox == "ada@contoso.example"
    assert call.tenant == "11111111-1111-4111-8111-111111111111"
    assert call.app == "22222222-2222-4222-8222-222222222222"
    assert (call.status, call.authorized, call.fault) == (200, True, None)
    assert call.headers["prefer"] == "return=minimal"
    assert call.headers["if-match"] == "*"
    assert "authorization" not in call.headers


async def test_a_reset_forgets_calls_that_are_not_over(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """A call that ends after a reset is in no record."""
    sandbox.faults.add(Fault(delay=5))
    late = asyncio.create_task(graph.get(ADA))
    await wait(1)
    sandbox.reset()

    assert (await late).status_code == 200
    assert sandbox.calls == []


def test_only_the_latest_calls_are_kept() -> None:
    """A sandbox that runs for long does not grow for ever."""
    log = CallLog(kept=2)
    for number in range(5):
        log.open(Call(at=number, method="GET", route="/", path="/", query=""))

    assert [call.at for call in log.all()] == [3, 4]
    assert log.seen == 5
