"""Tokens, from the sandbox's Entra ID over the real MSAL."""

import asyncio
import threading

import httpx
import pytest

from app.problems.errors import ExchangeError
from app.problems.graph_failures import (
    IdentityUnavailable,
    TenantCredentialsRejected,
)
from app.sandbox import Fault, Sandbox
from app.transport.entra import EntraApp
from app.transport.entra_http import EntraHttp
from tests.support.service import CONTOSO
from tests.support.tokens import SCOPE, Tokens, entra_app, known

pytestmark = pytest.mark.anyio


async def test_a_hundred_ask_once(tokens: Tokens) -> None:
    """On a cold start one request serves all; afterwards none is made."""
    found = await asyncio.gather(*(tokens.get() for _ in range(100)))
    await tokens.get()

    assert len(set(found)) == 1
    assert tokens.asked == 1


async def test_who_leaves_takes_nobody_along(tokens: Tokens) -> None:
    """The first to ask leaves: the others get their token all the same."""
    tokens.sandbox.faults.add(Fault(route="token", delay=2))
    leader = asyncio.create_task(tokens.get())
    await tokens.clock.sleep(1)
    follower = asyncio.create_task(tokens.get())
    await tokens.clock.sleep(0)
    leader.cancel()
    token = await follower

    assert leader.cancelled()
    assert token
    assert tokens.asked == 1


async def test_a_token_is_renewed_early(tokens: Tokens) -> None:
    """Before it expires a new one is fetched, and nobody waits for it."""
    first = await tokens.get()
    await tokens.clock.sleep(3599 * 0.81)
    tokens.sandbox.faults.add(Fault(route="token", delay=5))
    began = tokens.clock.now()
    second = await tokens.get()
    waited = tokens.clock.now() - began
    await tokens.clock.sleep(6)
    third = await tokens.get()

    assert second == first
    assert waited == 0
    assert third != first
    assert tokens.asked == 2


async def test_entra_id_says_when_to_renew(tokens: Tokens) -> None:
    """``refresh_in`` is heeded."""
    tokens.sandbox.tokens.refresh_in = 100
    first = await tokens.get()
    await tokens.clock.sleep(101)
    await tokens.get()
    await tokens.clock.sleep(0.1)

    assert await tokens.get() != first


async def test_an_expired_token_is_not_used(tokens: Tokens) -> None:
    """After its time the caller waits for a new one."""
    first = await tokens.get()
    await tokens.clock.sleep(3600)

    assert await tokens.get() != first


async def test_a_final_failure_is_remembered_for_a_minute(
    tokens: Tokens,
) -> None:
    """A wrong secret does not hammer Entra ID."""
    fault = tokens.sandbox.faults.add(
        Fault(
            route="token", status=401, error="invalid_client", aadsts=7000215
        )
    )
    for _ in range(50):
        with pytest.raises(TenantCredentialsRejected) as caught:
            await tokens.get()
        await tokens.clock.sleep(1)
    asked = tokens.asked
    tokens.sandbox.faults.remove(fault)
    await tokens.clock.sleep(11)

    assert asked == 1
    assert caught.value.retry_after is None
    assert await tokens.get()


async def test_a_refusal_is_told_of_until_it_is_mended(
    tokens: Tokens,
) -> None:
    """Longer than it keeps others from asking."""
    fault = tokens.sandbox.faults.add(
        Fault(
            route="token", status=401, error="invalid_client", aadsts=7000222
        )
    )
    with pytest.raises(TenantCredentialsRejected):
        await tokens.get()
    await tokens.clock.sleep(3600)
    refused = next(tokens.source.states())
    tokens.sandbox.faults.remove(fault)
    await tokens.get()
    mended = next(tokens.source.states())

    assert (refused.problem, refused.unmended) == (
        None,
        "tenant-credentials-rejected",
    )
    assert mended.unmended is None


async def test_an_operator_can_drop_what_is_remembered(
    tokens: Tokens,
) -> None:
    """After the secret was mended nobody has to wait."""
    fault = tokens.sandbox.faults.add(
        Fault(
            route="token", status=401, error="invalid_client", aadsts=7000215
        )
    )
    with pytest.raises(TenantCredentialsRejected):
        await tokens.get()
    tokens.sandbox.faults.remove(fault)
    tokens.source.forget("contoso")

    assert await tokens.get()


@pytest.mark.parametrize(
    "fault",
    [
        Fault(route="token", status=503),
        Fault(route="token", status=500, body="html"),
        Fault(route="token", status=429, retry_after=3),
        Fault(route="token", status=200, body="garbage"),
        Fault(route="token", reset="before"),
        Fault(route="token", hang=True),
        Fault(route="openid-configuration", status=503),
        Fault(route="openid-configuration", hang=True),
    ],
)
async def test_a_passing_failure_is_remembered_for_seconds(
    tokens: Tokens, fault: Fault
) -> None:
    """Entra ID is left alone for a moment, then asked again."""
    number = tokens.sandbox.faults.add(fault)
    with pytest.raises(IdentityUnavailable) as caught:
        await tokens.get()
    calls = len(tokens.sandbox.calls)
    with pytest.raises(IdentityUnavailable) as again:
        await tokens.get()
    unasked = len(tokens.sandbox.calls) == calls
    tokens.sandbox.faults.remove(number)
    await tokens.clock.sleep(5.1)

    assert unasked
    assert caught.value.retry_after == 5
    assert again.value.retry_after == pytest.approx(5, abs=0.1)
    assert await tokens.get()


async def test_entra_ids_retry_after_is_heeded(tokens: Tokens) -> None:
    """A longer pause than ours is kept to."""
    tokens.sandbox.faults.add(
        Fault(route="token", status=429, retry_after=30, times=1)
    )
    with pytest.raises(IdentityUnavailable):
        await tokens.get()
    await tokens.clock.sleep(29)
    with pytest.raises(IdentityUnavailable):
        await tokens.get()
    await tokens.clock.sleep(1.1)

    assert await tokens.get()


async def test_waiting_keeps_to_the_deadline(tokens: Tokens) -> None:
    """A hanging Entra ID takes no more than the caller's time."""
    tokens.sandbox.faults.add(Fault(route="token", hang=True))
    began = tokens.clock.now()
    with pytest.raises(IdentityUnavailable):
        await tokens.get(seconds=1.5)

    assert tokens.clock.now() - began == pytest.approx(1.5)


async def test_gone_altogether(tokens: Tokens) -> None:
    """Nobody listens: an error of ours, no exception of a library."""
    tokens.network.down = True
    with pytest.raises(IdentityUnavailable):
        await tokens.get()


async def test_a_wrong_secret_and_an_unknown_tenant(sandbox: Sandbox) -> None:
    """What the real MSAL makes of them comes out as our errors."""
    made = Tokens(sandbox)
    http = EntraHttp(
        made.network, "http://127.0.0.1", clock=made.clock, timeout=10.0
    )
    for tenant, secret, code in (
        (CONTOSO["tenant_id"], "wrong", "tenant-credentials-rejected"),
        ("55555555-5555-4555-8555-555555555555", "x", "tenant-not-found"),
    ):
        app = EntraApp(
            client_id=CONTOSO["client_id"],
            credential=known(secret),
            authority=f"https://login.microsoftonline.com/{tenant}",
            http=http,
            clock=made.clock,
        )
        with pytest.raises(ExchangeError) as caught:
            await asyncio.to_thread(app.acquire, SCOPE, None)
        assert caught.value.code == code


async def test_a_rejected_token_is_replaced_once_for_all(
    tokens: Tokens,
) -> None:
    """A hundred rejections of one token: one request for another."""
    first = await tokens.get()
    await tokens.clock.sleep(60)
    found = await asyncio.gather(*(tokens.renew(first) for _ in range(100)))
    late = await tokens.renew(first)

    assert len(set(found)) == 1
    assert late == found[0] != first
    assert tokens.asked == 2


async def test_a_brand_new_token_is_not_replaced(tokens: Tokens) -> None:
    """If Graph rejects what Entra ID just gave, asking again is no use."""
    first = await tokens.get()

    assert await tokens.renew(first) is None
    assert tokens.asked == 1


async def test_claims_are_asked_for(tokens: Tokens) -> None:
    """A claims challenge is answered even if the token is brand new."""
    claims = '{"access_token":{"nbf":{"essential":true,"value":"1"}}}'
    first = await tokens.get()
    second = await tokens.renew(first, claims)
    third = await tokens.renew(second or "", claims)
    # Who was refused with the first one too, but later, takes the second.
    late = await tokens.renew(first, claims)
    asked = [call for call in tokens.sandbox.calls if call.route == "token"]

    assert second != first
    assert third is None
    assert late == second
    assert "nbf" in asked[-1].form["claims"]
    assert "CP1" in asked[0].form["claims"]


async def test_the_state_is_told(tokens: Tokens) -> None:
    """Age, time left and the last problem."""
    before = next(iter(tokens.source.states()))
    await tokens.get()
    await tokens.clock.sleep(10)
    after = next(iter(tokens.source.states()))

    assert (before.age, before.expires_in, before.problem) == (
        None,
        None,
        None,
    )
    assert after.age == pytest.approx(10)
    assert after.expires_in == pytest.approx(3589)


async def test_what_msal_cannot_make_sense_of(tokens: Tokens) -> None:
    """An answer without a token is no crash."""

    def nonsense(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"hello": "world"})

    http = EntraHttp(
        httpx.MockTransport(nonsense),
        "http://127.0.0.1",
        clock=tokens.clock,
        timeout=10.0,
    )
    app = EntraApp(
        client_id="c",
        credential=known("s"),
        authority="https://login.microsoftonline.com/t",
        http=http,
        clock=tokens.clock,
    )
    with pytest.raises(IdentityUnavailable):
        await asyncio.to_thread(app.acquire, SCOPE, None)


async def test_no_thread_outlives_the_service(sandbox: Sandbox) -> None:
    """Who closes while Entra ID hangs leaves no thread that waits for it."""
    made = Tokens(sandbox)
    sandbox.faults.add(Fault(route="token", hang=True))
    with pytest.raises(ExchangeError):
        await made.get(seconds=1.0)
    before = {t for t in threading.enumerate() if t.name.startswith("entra")}

    await made.source.aclose()

    assert before
    assert not any(thread.is_alive() for thread in before)
    with pytest.raises(ExchangeError):
        entra_app(made.http, made.clock, CONTOSO).acquire(SCOPE, None)
