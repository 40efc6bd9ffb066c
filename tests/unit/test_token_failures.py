"""Tokens while Entra ID fails, and while those who wait for it leave."""

import asyncio
import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.problems.causes import IdentityThrottled, SecretExpired
from app.problems.errors import ExchangeError
from app.problems.graph_failures import (
    IdentityUnavailable,
    TenantCredentialsRejected,
    TenantPolicyBlocked,
)
from app.sandbox import Fault, Sandbox
from app.transport.entra import Grant
from app.transport.held_token import HeldToken
from tests.support.tokens import Tokens

pytestmark = pytest.mark.anyio

LIFE = 3599
EARLY = LIFE * 0.81
CLAIMS = '{"access_token":{"nbf":{"essential":true,"value":"1"}}}'


@pytest.mark.parametrize(
    ("fault", "every"),
    [
        (Fault(route="token", status=503), 5),
        (Fault(route="token", reset="before"), 5),
        (Fault(route="token", status=429, retry_after=90), 90),
        (Fault(route="token", aadsts=7000222), 60),
        (Fault(route="token", aadsts=53003), 60),
    ],
)
async def test_a_failing_renewal_harms_nobody(
    tokens: Tokens, fault: Fault, every: int
) -> None:
    """The token that is held goes on until it expires, then it is told."""
    first = await tokens.get()
    await tokens.clock.sleep(EARLY)
    number = tokens.sandbox.faults.add(fault)
    asked_before, began = tokens.asked, tokens.clock.now()
    while tokens.clock.now() < began + LIFE * 0.18:
        assert await tokens.get(seconds=0.1) == first
        await tokens.clock.sleep(1)
    asked = tokens.asked - asked_before
    await tokens.clock.sleep(LIFE * 0.02)
    with pytest.raises(ExchangeError):
        await tokens.get()
    tokens.sandbox.faults.remove(number)
    tokens.source.forget("contoso")

    # In the background, and not more often than failures are remembered.
    assert 2 <= asked <= LIFE * 0.18 / every + 1
    assert await tokens.get() != first


async def test_a_renewal_that_hangs_holds_nobody_up(tokens: Tokens) -> None:
    """Whoever asks meanwhile gets the token that is held, at once."""
    first = await tokens.get()
    await tokens.clock.sleep(EARLY)
    tokens.sandbox.faults.add(Fault(route="token", hang=True))
    began = tokens.clock.now()
    found = [await tokens.get() for _ in range(50)]

    assert set(found) == {first}
    assert tokens.clock.now() == began


async def test_it_is_renewed_again_once_entra_id_is_back(
    tokens: Tokens,
) -> None:
    """After a renewal that failed there is another, unasked."""
    first = await tokens.get()
    await tokens.clock.sleep(EARLY)
    tokens.sandbox.faults.add(Fault(route="token", status=503, times=1))
    for _ in range(10):
        await tokens.get()
        await tokens.clock.sleep(1)

    assert await tokens.get() != first


async def test_a_cancelled_waiter_does_not_cancel_the_request(
    tokens: Tokens,
) -> None:
    """All who wait leave: the token comes, and is there for the next."""
    tokens.sandbox.faults.add(Fault(route="token", delay=3, times=1))
    waiters = [asyncio.create_task(tokens.get()) for _ in range(20)]
    await tokens.clock.sleep(1)
    for waiter in waiters:
        waiter.cancel()
    ends = await asyncio.gather(*waiters, return_exceptions=True)
    await tokens.clock.sleep(3)
    began = tokens.clock.now()
    token = await tokens.get()

    assert all(isinstance(end, asyncio.CancelledError) for end in ends)
    assert token
    assert tokens.asked == 1
    assert tokens.clock.now() == began


async def test_a_cancelled_renewal_of_a_rejected_token_goes_on(
    tokens: Tokens,
) -> None:
    """One of two whose token was rejected leaves: the other gets a new one."""
    first = await tokens.get()
    await tokens.clock.sleep(60)
    tokens.sandbox.faults.add(Fault(route="token", delay=2))
    leaving = asyncio.create_task(tokens.renew(first))
    await tokens.clock.sleep(0.5)
    staying = asyncio.create_task(tokens.renew(first))
    await tokens.clock.sleep(0.5)
    leaving.cancel()
    second = await staying

    assert leaving.cancelled()
    assert second not in {None, first}
    assert await tokens.get() == second
    assert tokens.asked == 2


async def test_a_failure_nobody_waited_for_is_remembered_quietly(
    tokens: Tokens,
) -> None:
    """The only waiter leaves, then it fails: no noise, and no new request."""
    tokens.sandbox.faults.add(
        Fault(route="token", delay=2, aadsts=7000222, times=1)
    )
    with pytest.raises(IdentityUnavailable):
        await tokens.get(seconds=1)
    await tokens.clock.sleep(2)
    with pytest.raises(SecretExpired):
        await tokens.get()

    assert tokens.asked == 1


async def test_the_patient_are_served_after_the_impatient(
    tokens: Tokens,
) -> None:
    """Each waits by its own deadline for the one request."""
    tokens.sandbox.faults.add(Fault(route="token", delay=2))
    hurried = asyncio.create_task(tokens.get(seconds=1))
    patient = asyncio.create_task(tokens.get(seconds=5))
    with pytest.raises(IdentityUnavailable):
        await hurried

    assert await patient
    assert tokens.asked == 1


@pytest.mark.parametrize("claims", [None, CLAIMS])
async def test_a_failure_from_before_forgetting_is_no_news(
    tokens: Tokens, claims: str | None
) -> None:
    """A refusal under way while the secret is mended is not remembered."""
    first = await tokens.get()
    await tokens.clock.sleep(60)
    tokens.sandbox.faults.add(
        Fault(route="token", delay=2, aadsts=7000222, times=1)
    )
    old = asyncio.create_task(tokens.renew(first, claims))
    await tokens.clock.sleep(1)
    tokens.source.forget("contoso")
    with pytest.raises(SecretExpired):
        await old

    assert await tokens.get() != first


async def test_a_token_from_before_forgetting_is_not_held(
    tokens: Tokens,
) -> None:
    """Who waited for it gets it; whoever asks later gets one of their own."""
    tokens.sandbox.faults.add(Fault(route="token", delay=2, times=1))
    old = asyncio.create_task(tokens.get())
    await tokens.clock.sleep(1)
    tokens.source.forget("contoso")
    first = await old
    second = await tokens.get()

    assert first != second
    assert await tokens.get() == second
    assert tokens.asked == 2


async def test_after_forgetting_a_rejected_token_is_replaced(
    tokens: Tokens,
) -> None:
    """Brand new or not: what was dropped is not held against anybody."""
    first = await tokens.get()
    tokens.source.forget("contoso")

    assert await tokens.renew(first) not in {None, first}


async def test_one_at_a_time_and_claims_too(tokens: Tokens) -> None:
    """MSAL is not made for two at once: a challenge waits its turn."""
    first = await tokens.get()
    await tokens.clock.sleep(EARLY)
    tokens.sandbox.faults.add(Fault(route="token", delay=2))
    _ = await tokens.get()
    began = tokens.clock.now()
    found = await asyncio.gather(
        *(tokens.renew(first, CLAIMS) for _ in range(10))
    )

    assert len(set(found)) == 1
    assert tokens.clock.now() - began == pytest.approx(4, abs=0.01)
    assert tokens.asked == 3


async def test_many_tenants_that_hang_delay_no_other(
    sandbox: Sandbox,
) -> None:
    """Fifty tenants wait for Entra ID; the next one gets its token."""
    names = [f"t{number}" for number in range(50)]
    tokens = Tokens(sandbox, *names)
    sandbox.faults.add(Fault(route="*", tenant="contoso.example", hang=True))
    waiting = [asyncio.create_task(tokens.get(20, name)) for name in names]
    await tokens.clock.sleep(1)
    began = tokens.clock.now()
    token = await tokens.get(tenant="fabrikam")
    took = tokens.clock.now() - began
    ends = await asyncio.gather(*waiting, return_exceptions=True)
    await tokens.source.aclose()

    assert token
    assert took == 0
    assert all(isinstance(end, IdentityUnavailable) for end in ends)


async def test_a_loop_is_left_alone_for_a_minute(tokens: Tokens) -> None:
    """AADSTS50196: not asked again within 60 seconds, and that is told."""
    tokens.sandbox.faults.add(Fault(route="token", aadsts=50196))
    with pytest.raises(IdentityThrottled) as caught:
        await tokens.get()
    await tokens.clock.sleep(59)
    with pytest.raises(IdentityThrottled) as again:
        await tokens.get()

    assert caught.value.retry_after == 60
    assert again.value.retry_after == pytest.approx(1, abs=0.01)
    assert tokens.asked == 1


async def test_claims_that_are_refused_break_no_valid_token(
    tokens: Tokens,
) -> None:
    """Entra ID gives none with the claims: told once, the old one stays."""
    first = await tokens.get()
    tokens.sandbox.faults.add(Fault(route="token", aadsts=53003))
    with pytest.raises(TenantPolicyBlocked):
        await tokens.renew(first, CLAIMS)
    with pytest.raises(TenantPolicyBlocked):
        await tokens.renew(first, CLAIMS)

    assert await tokens.get() == first
    assert tokens.asked == 2


async def test_failures_are_logged_without_words_of_entra_id(
    tokens: Tokens,
) -> None:
    """The number, the problem and for how long; no secret, no description."""
    tokens.sandbox.faults.add(Fault(route="token", aadsts=7000222))
    with suppress(ExchangeError):
        await tokens.get()
    [line] = map(json.loads, tokens.log.getvalue().splitlines())

    assert line["event"] == "token.rejected"
    assert line["upstream_code"] == "AADSTS7000222"
    assert line["outcome"] == "tenant-credentials-rejected"
    assert line["remembered_for_s"] == 60
    assert "expired" not in tokens.log.getvalue()


MOMENTS = st.floats(min_value=0, max_value=10_000)


@given(
    st.floats(min_value=1, max_value=100_000),
    st.none() | st.floats(min_value=1, max_value=50_000),
    MOMENTS,
)
def test_a_token_is_used_exactly_while_it_is_valid(
    life: float, refresh_in: float | None, age: float
) -> None:
    """Never once it has expired, and renewed before that."""
    held = HeldToken()
    held.take(
        Grant(token="x", expires_in=life, refresh_in=refresh_in), None, 0
    )

    assert (held.token(age) is None) is (age >= life)
    if refresh_in is None and age < 0.8 * life:
        assert not held.is_due(age)
    if age >= (refresh_in or 0.8 * life):
        assert held.is_due(age)


@given(st.none() | st.floats(min_value=0, max_value=5000), MOMENTS)
def test_failures_are_remembered_as_long_as_told(
    retry_after: float | None, later: float
) -> None:
    """Passing ones 5 s at least, final ones 60 s, and never longer."""
    passing, final = HeldToken(), HeldToken()
    passing.fail(IdentityUnavailable(retry_after=retry_after), 0)
    final.fail(TenantCredentialsRejected(), 0)
    memory = max(5.0, retry_after or 0.0)
    again = passing.failure(later)

    assert (again is not None) is (later < memory)
    assert (final.failure(later) is not None) is (later < 60)
    if again is not None:
        assert again.retry_after == pytest.approx(memory - later)


async def test_a_shared_failure_is_each_waiters_own(tokens: Tokens) -> None:
    """What one makes of it is not seen by another."""
    tokens.sandbox.faults.add(Fault(route="token", status=503, delay=1))
    waiters = [asyncio.create_task(tokens.get()) for _ in range(3)]
    ends = await asyncio.gather(*waiters, return_exceptions=True)
    errors = [end for end in ends if isinstance(end, IdentityUnavailable)]
    errors[0].retry_after = 0.0

    assert len({id(error) for error in errors}) == 3
    assert errors[1].retry_after == 5
    assert tokens.asked == 1
