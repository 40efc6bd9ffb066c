"""What the status page says, for what is known."""

from collections import Counter
from typing import Any

import pytest

from app.hour import Minute
from app.models.health import TokenState
from app.models.status import Finding, Past
from app.problems.runbooks import RUNBOOKS
from app.services.status.facts import Facts, TenantFacts
from app.services.status.findings import find
from app.services.status.head import head_of, past_trouble
from app.services.status.history import Spell
from app.services.status.kinds import KINDS

PAST: Past = {
    "began": 0.0,
    "ended": 600.0,
    "worst": 0.5,
    "tenants": ["contoso"],
}


def tenant(name: str = "contoso", **about: Any) -> TenantFacts:
    """Return a tenant of whom all is well but what is named."""
    token = TokenState(tenant=name, age=10, expires_in=3000, problem=None)
    usual: dict[str, Any] = {
        "spell": Spell(total=100),
        "met": {},
        "token": token,
    }
    return TenantFacts(tenant=name, **usual | about)


def failing(code: str, failed: int = 60) -> dict[str, Any]:
    spell = Spell(
        total=100,
        failed=failed,
        is_failing=True,
        codes=Counter({code: failed}),
    )
    return {"spell": spell, "met": {code: 1000.0}}


def without_token(problem: str) -> TokenState:
    return TokenState(
        tenant="contoso", age=None, expires_in=None, problem=problem
    )


def found(*tenants: TenantFacts, **about: Any) -> list[Finding]:
    return find(Facts(now=1060.0, tenants=tenants, **about))


@pytest.mark.parametrize(
    ("facts", "kind", "blame"),
    [
        (failing("graph-unavailable"), "graph", "microsoft"),
        (failing("graph-timeout"), "graph", "microsoft"),
        ({"broken": ["mail-read"]}, "graph", "microsoft"),
        (failing("graph-throttled"), "throttled", "microsoft"),
        (failing("graph-malformed-response"), "malformed", "microsoft"),
        (failing("identity-unavailable"), "identity", "microsoft"),
        (
            {"token": without_token("tenant-credentials-rejected")},
            "credentials",
            "configuration",
        ),
        (
            {"token": without_token("tenant-consent-missing")},
            "consent",
            "configuration",
        ),
        (
            {"token": without_token("tenant-policy-blocked")},
            "policy",
            "configuration",
        ),
        (failing("internal-error"), "internal", "service"),
        (failing("deadline-exceeded"), "late", "service"),
        (
            {"spell": Spell(total=100, stale=50, is_stale=True)},
            "stale",
            "microsoft",
        ),
        ({"isolated": ["mail-read"]}, "isolated", "operator"),
        ({"paused": 3}, "paused", "microsoft"),
        ({"no_retries": ["mail-read"]}, "retries", "microsoft"),
        ({"graph_p95": 3.0}, "slow", "microsoft"),
        ({"secret_left": 7 * 86400.0}, "expiring", "configuration"),
        (
            {"spell": Spell(total=9, codes=Counter({"quota-exceeded": 9}))},
            "refused",
            "callers",
        ),
        (
            {
                "spell": Spell(
                    total=9, codes=Counter({"mailbox-access-denied": 9})
                )
            },
            "denied",
            "configuration",
        ),
        (failing("graph-error"), "failing", "service"),
    ],
)
def test_trouble_has_a_name_and_somebody_to_see_to_it(
    facts: dict[str, Any], kind: str, blame: str
) -> None:
    """One finding each, with what to do and where to read on."""
    [finding] = found(tenant(**facts), tenant("fabrikam"))

    assert (finding["kind"], finding["blame"]) == (kind, blame)
    assert "contoso" in finding["title"]
    assert finding["tenants"] == ["contoso"]
    assert finding["do"]
    assert finding["runbook"]


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({"is_ledger_lost": True}, "ledger"),
        ({"due": 301.0}, "outbox"),
        ({"outbox": {"unknown": 2}}, "unknown"),
        ({"is_stopping": True}, "stopping"),
        (
            {"unplaced": failing("service-overloaded")["spell"]},
            "overloaded",
        ),
    ],
)
def test_the_service_has_troubles_of_its_own(
    facts: dict[str, Any], kind: str
) -> None:
    """They belong to no tenant."""
    [finding] = found(tenant(), **facts)

    assert finding["kind"] == kind
    assert finding["tenants"] == []


@pytest.mark.parametrize(
    ("facts", "since"),
    [
        ({"due": 600.0}, 460.0),
        (
            {
                "unplaced": failing("service-overloaded")["spell"],
                "unplaced_met": {"service-overloaded": 1000.0},
            },
            1000.0,
        ),
    ],
)
def test_it_is_told_since_when(facts: dict[str, Any], since: float) -> None:
    """Of what belongs to no tenant as well."""
    [finding] = found(tenant(), **facts)

    assert finding["since"] == since


def test_where_all_is_well_nothing_is_found() -> None:
    """Neither for tenants, nor for the service."""
    assert found(tenant(), tenant("fabrikam")) == []


def test_what_follows_from_something_else_is_not_told() -> None:
    """Graph fails: that copies are old and retries gone is no news."""
    spell = Spell(
        total=100,
        failed=20,
        stale=60,
        is_failing=True,
        is_stale=True,
        codes=Counter({"graph-unavailable": 20}),
    )
    [finding] = found(
        tenant(spell=spell, no_retries=["mail-read"], graph_p95=9.0)
    )

    assert finding["kind"] == "graph"
    assert finding["told"] == (
        "20 of the last 100 requests failed, 60 got an older copy."
    )


def test_graph_is_failing_though_nobody_asks() -> None:
    """A probe says so; what requests say counts for more."""
    quiet = tenant(spell=Spell(), has_just_failed=True)

    assert [f["kind"] for f in found(quiet)] == ["graph"]
    assert found(tenant(has_just_failed=True)) == []


def test_a_token_that_is_left_is_time_to_act() -> None:
    """A note while it is valid, trouble once it is not."""
    held = TokenState(
        tenant="contoso",
        age=3000,
        expires_in=600,
        problem="tenant-credentials-rejected",
    )
    [finding] = found(tenant(token=held))

    assert (finding["kind"], finding["level"]) == ("renewal", "note")


@pytest.mark.parametrize(
    ("names", "who"),
    [
        (["contoso"], "contoso"),
        (["contoso", "fabrikam"], "contoso and fabrikam"),
        (["a", "b", "c", "d"], "a and 3 other tenants"),
    ],
)
def test_one_trouble_of_several_tenants_is_one_finding(
    names: list[str], who: str
) -> None:
    """Named as long as that is readable; since the first of them began."""
    hit = [
        tenant(
            name,
            spell=failing("graph-unavailable")["spell"],
            met={"graph-unavailable": 900.0 + number},
        )
        for number, name in enumerate(names)
    ]
    [finding] = found(*hit, tenant("well"))

    assert finding["title"] == f"Microsoft Graph is failing for {who}"
    assert finding["tenants"] == names
    assert finding["since"] == 900.0
    assert finding["level"] == "trouble"


def test_when_most_fails_for_all_it_is_down() -> None:
    """And not when few do, or one of many."""
    most, few = failing("graph-unavailable"), failing("graph-unavailable", 20)
    [everybody] = found(tenant(**most), tenant("fabrikam", **most))
    [a_bit] = found(tenant(**few))

    assert everybody["title"] == "Microsoft Graph is failing for all tenants"
    assert (everybody["level"], a_bit["level"]) == ("down", "trouble")


def test_the_worst_comes_first() -> None:
    """Whatever order they are found in."""
    kinds = [
        finding["kind"]
        for finding in found(
            tenant(paused=1),
            tenant("fabrikam", **failing("graph-throttled")),
            outbox={"unknown": 1},
        )
    ]

    assert kinds == ["throttled", "unknown", "paused"]


def test_runbooks_are_those_of_alerts() -> None:
    """Each is one that problems or alerts lead to as well."""
    by_alerts = {
        "stale-share-high",
        "retry-budget-exhausted",
        "credentials-expiring",
    }

    assert {kind.runbook for kind in KINDS} <= {*RUNBOOKS.values()} | by_alerts


@pytest.mark.parametrize(
    ("facts", "findings", "past", "headline"),
    [
        ([tenant()], {}, None, "All is well"),
        ([tenant()], {}, PAST, "All is well again"),
        ([tenant()], {}, {**PAST, "ended": 100.0}, "All is well"),
        ([tenant(spell=Spell())], {}, None, "All seems well, but nobody asks"),
        (
            [tenant(paused=1)],
            {},
            None,
            "All is well, with one thing to look at",
        ),
        (
            [tenant(**failing("graph-unavailable"))],
            {},
            PAST,
            "Microsoft Graph is failing for contoso",
        ),
    ],
)
def test_the_headline(
    facts: list[TenantFacts],
    findings: dict[str, Any],
    past: Past | None,
    headline: str,
) -> None:
    """Says in plain words how it is."""
    known = Facts(now=1060.0, tenants=facts, **findings)
    head = head_of(known, find(known), past)

    assert head["headline"] == headline
    assert (head["past"] is None) == (past is None or head["level"] == "down")


def _minute(number: int, total: int, failed: int) -> Minute:
    minute = Minute(number)
    minute.total, minute.kinds["failed"] = total, failed
    return minute


def test_past_trouble_is_the_last_run_of_bad_minutes() -> None:
    """Over short gaps, of all tenants; a single failure is none."""
    contoso = {
        n: _minute(n, 100, failed)
        for n, failed in {1: 50, 9: 1, 10: 20, 11: 62, 14: 20, 15: 0}.items()
    }
    fabrikam = {3: _minute(3, 2, 2), 12: _minute(12, 4, 2)}
    past = past_trouble({"contoso": contoso, "fabrikam": fabrikam}, 5000.0)

    assert past == {
        "began": 600.0,
        "ended": 900.0,
        "worst": 0.62,
        "tenants": ["contoso", "fabrikam"],
    }
    assert past_trouble({"contoso": {9: contoso[9]}}, 5000.0) is None
