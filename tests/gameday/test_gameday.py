"""The game day plays what the rules and runbooks are about."""

import re

import pytest

from tests.alerts.test_rules import RULES, alerts, named
from tests.gameday.day import Outcome
from tests.gameday.hastened import hastened
from tests.gameday.incidents import INCIDENTS, Incident


def test_durations_are_divided() -> None:
    """Ranges and waits shrink; a threshold is no duration."""
    assert hastened("expr: rate(a[1h]) > 600\nfor: 2m") == (
        "expr: rate(a[60000ms]) > 600\nfor: 2000ms"
    )


def test_rules_stay_the_same_but_for_durations() -> None:
    """What calls on game day is what calls in production."""
    rules = RULES.read_text(encoding="utf-8")

    assert _timeless(hastened(rules)) == _timeless(rules)


@pytest.mark.parametrize("incident", INCIDENTS, ids=lambda i: i.runbook)
def test_an_incident_follows_the_runbook_of_its_alert(
    incident: Incident,
) -> None:
    """Who is called is led to the page whose commands are typed."""
    pages = {
        named(alert): alert["annotations"]["runbook_url"] for alert in alerts()
    }

    assert pages[f"ExchangeApi{incident.alert}"].endswith(
        f"/runbooks/{incident.runbook}"
    )
    assert {f"ExchangeApi{name}" for name in incident.also} <= set(pages)


@pytest.mark.parametrize(
    ("served", "is_served"),
    [((1.0, 0.0, 1.0), True), ((0.0, 0.0, 1.0), False), ((1.0, 1, 0), False)],
)
def test_who_recovers_serves(
    served: tuple[float, float, float], *, is_served: bool
) -> None:
    """That no alert is left does not say that anybody gets an answer."""
    outcome = Outcome(
        incident=INCIDENTS[0], detected=1.0, well=1.0, also=[], served=served
    )

    assert outcome.is_served is is_served


def _timeless(rules: str) -> str:
    return re.sub(r"\[\w+\]|for: \d\w+", "", rules)
