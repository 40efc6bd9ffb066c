"""Tokens for users, from the sandbox's Entra ID over the real MSAL."""

import asyncio
import io
import threading
from collections.abc import AsyncIterator
from hashlib import sha256

import pytest

from app.clock import Deadline
from app.models.context import Assertion
from app.problems.callers import CallerUnauthenticated, UserAway
from app.problems.graph_failures import IdentityUnavailable
from app.sandbox import Fault, Sandbox
from app.telemetry.logs import EventLog
from app.telemetry.recorder import Telemetry
from app.transport.delegated import UserTokens
from app.transport.entra import Grant
from app.transport.entra_http import EntraHttp
from app.transport.exchanged import Exchanged, Exchanges, Whose
from tests.support.network import SandboxNetwork
from tests.support.service import CONTOSO, FABRIKAM, SandboxClock
from tests.support.tokens import SCOPE, entra_app

pytestmark = pytest.mark.anyio

ADA = Whose("contoso", "ada")
LINUS = Whose("fabrikam", "linus")
NAMES = {ADA: "ada@contoso.example", LINUS: "linus@fabrikam.example"}


class Users:
    """A source of tokens for users, and how often Entra ID was asked."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.clock = SandboxClock(sandbox)
        http = EntraHttp(
            SandboxNetwork(sandbox),
            "http://127.0.0.1",
            clock=self.clock,
            timeout=10.0,
            for_users=True,
        )
        tenants = {"contoso": CONTOSO, "fabrikam": FABRIKAM}
        self.source = UserTokens(
            {
                alias: entra_app(http, self.clock, tenant)
                for alias, tenant in tenants.items()
            },
            scope=SCOPE,
            clock=self.clock,
            telemetry=Telemetry(EventLog(io.StringIO())),
        )

    def signed_in(self, whose: Whose = ADA, seconds: int = 3599) -> Assertion:
        token = self.sandbox.caller_token(
            f"{whose.tenant}.example", user=NAMES[whose], expires_in=seconds
        )
        return Assertion(
            token=token,
            digest=sha256(token.encode()).hexdigest(),
            expires_at=self.sandbox.now.timestamp() + seconds,
        )

    async def get(
        self, assertion: Assertion, whose: Whose = ADA, seconds: float = 30.0
    ) -> str:
        deadline = Deadline(self.clock, seconds)
        return await self.source.token(whose, assertion, deadline)

    @property
    def asked(self) -> int:
        return sum(call.route == "token" for call in self.sandbox.calls)


@pytest.fixture
async def users(sandbox: Sandbox) -> AsyncIterator[Users]:
    made = Users(sandbox)
    yield made
    await made.source.aclose()


async def test_renewed_while_the_sign_in_is_good(users: Users) -> None:
    """Before it expires, in the background; never with one that has ended."""
    long, short = users.signed_in(seconds=7200), users.signed_in(seconds=60)
    first = [await users.get(long), await users.get(short)]
    await users.clock.sleep(3000)
    due = [await users.get(long), await users.get(short)]
    await users.clock.sleep(1)
    later = [await users.get(long), await users.get(short)]

    assert due == first
    assert later[0] != first[0]
    assert later[1] == first[1]
    assert users.asked == 3


async def test_what_is_left_of_a_user(users: Users) -> None:
    """The token that lasts the longest, until none does; of that user."""
    with pytest.raises(UserAway):
        users.source.left(ADA)
    await users.get(users.signed_in())
    await users.clock.sleep(100)
    second = await users.get(users.signed_in())
    left = users.source.left(ADA)
    with pytest.raises(UserAway):
        users.source.left(Whose("contoso", "grace"))
    with pytest.raises(UserAway):
        users.source.left(Whose("fabrikam", "ada"))
    users.source.drop(ADA, second)
    other = users.source.left(ADA)
    await users.clock.sleep(3600)

    assert left == second != other
    with pytest.raises(UserAway):
        users.source.left(ADA)


@pytest.mark.attack(
    "A user brings many sign-ins by turns, all of which Entra ID refuses",
    "401 for each; Entra ID is asked for eight of them in a minute",
)
async def test_refused_sign_ins_by_turns(users: Users) -> None:
    """One user cannot have Entra ID asked without end; others may ask."""
    user, error = NAMES[ADA], "invalid_grant"
    users.sandbox.faults.add(
        Fault(route="token", user=user, aadsts=50057, error=error)
    )
    many = [users.signed_in(seconds=3000 + number) for number in range(20)]
    for assertion in many * 2:
        with pytest.raises(CallerUnauthenticated):
            await users.get(assertion)
    asked = users.asked
    await users.get(users.signed_in(LINUS), LINUS)
    users.sandbox.faults.clear()
    await users.clock.sleep(61)

    assert asked == 8
    assert await users.get(many[-1])


async def test_who_leaves_takes_nobody_along(users: Users) -> None:
    """The first to ask leaves; the exchange goes on for the others."""
    users.sandbox.faults.add(Fault(route="token", delay=2))
    ada = users.signed_in()
    leader = asyncio.create_task(users.get(ada))
    await users.clock.sleep(1)
    follower = asyncio.create_task(users.get(ada))
    await users.clock.sleep(0)
    leader.cancel()

    assert await follower
    assert users.asked == 1


async def test_a_tenant_whose_entra_id_hangs(users: Users) -> None:
    """Its users wait no longer than they want; others are served at once."""
    tenant = CONTOSO["tenant_id"]
    await users.get(users.signed_in())
    users.sandbox.faults.add(Fault(route="token", tenant=tenant, hang=True))
    waiting = [
        asyncio.create_task(users.get(users.signed_in(), seconds=5))
        for _ in range(20)
    ]
    await users.clock.sleep(1)
    began = users.clock.now()
    await users.get(users.signed_in(LINUS), LINUS)
    took = users.clock.now() - began
    ends = await asyncio.gather(*waiting, return_exceptions=True)
    asked = users.asked
    await users.source.aclose()
    names = [thread.name for thread in threading.enumerate()]

    assert took == 0
    assert {type(end) for end in ends} == {IdentityUnavailable}
    assert asked <= 2 + 8
    assert not [name for name in names if name.startswith("entra-users")]


async def test_an_operator_drops_what_is_known(users: Users) -> None:
    """Of one tenant: its users' tokens are asked for anew."""
    ada, linus = users.signed_in(), users.signed_in(LINUS)
    for _ in range(2):
        await users.get(ada)
        await users.get(linus, LINUS)
        users.source.forget("contoso")

    assert users.asked == 3


async def test_users_and_sign_ins_are_bounded() -> None:
    """Those that were not asked for the longest make room for others."""
    known = Exchanges()
    oldest = _held(known, ADA, "first")
    for number in range(8):
        _held(known, ADA, f"digest {number}")
    another = _held(known, LINUS, "first")
    for number in range(10_000):
        known.of(Whose("contoso", f"{number}"), "digest", 0.0)

    assert known.of(ADA, "first", 0.0) is not oldest
    assert known.of(LINUS, "first", 0.0) is not another


async def test_what_has_ended_is_kept_no_longer() -> None:
    """A day of hourly sign-ins leaves one token, not eight."""
    known = Exchanges()
    ended = _held(known, ADA, "morning")
    still = _held(known, ADA, "noon", lasts=7200)
    new = known.of(ADA, "evening", 3601.0)

    assert known.of(ADA, "noon", 3601.0) is still
    assert known.of(ADA, "evening", 3601.0) is new
    assert known.of(ADA, "morning", 3601.0) is not ended


def _held(
    known: Exchanges, whose: Whose, digest: str, lasts: float = 3600
) -> Exchanged:
    """Return what is known for a sign-in that was exchanged."""
    made = known.of(whose, digest, 0.0)
    grant = Grant(token=digest, expires_in=lasts, refresh_in=None)
    made.held.take(grant, None, 0.0)
    return made
