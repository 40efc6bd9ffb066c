"""The alert rules: each is raised when it must be, and not otherwise."""

import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.tools import installed

ROOT = Path(__file__).parents[2]
RULES = ROOT / "deploy/alerts/exchange-api.rules.yaml"
TESTS = ROOT / "deploy/alerts/exchange-api.tests.yaml"
_SEVERITIES = {"critical": "critical", "warning": "a warning"}
_RUNBOOKS = "{{ $externalLabels.exchange_api_url }}/runbooks/"


@cache
def loaded(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def alerts() -> list[dict[str, Any]]:
    return [
        rule
        for group in loaded(RULES)["groups"]
        for rule in group["rules"]
        if "alert" in rule
    ]


def named(alert: dict[str, Any]) -> str:
    return str(alert["alert"])


def test_alerts_are_raised_when_their_tests_say() -> None:
    """Prometheus itself evaluates the rules over series that are written."""
    done = subprocess.run(
        [installed("promtool"), "test", "rules", str(TESTS)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("alert", alerts(), ids=named)
def test_each_alert_is_tried_both_ways(alert: dict[str, Any]) -> None:
    """Some series raise it, and some that are nearly as bad do not."""
    raised = {
        bool(case["exp_alerts"])
        for test in loaded(TESTS)["tests"]
        for case in test["alert_rule_test"]
        if case["alertname"] == named(alert)
    }

    assert raised == {True, False}


@pytest.mark.parametrize("alert", alerts(), ids=named)
def test_each_alert_leads_to_a_runbook(alert: dict[str, Any]) -> None:
    """It says what it is and names a page, which says how bad it is too."""
    name = alert["annotations"]["runbook_url"].removeprefix(_RUNBOOKS)
    page = (ROOT / f"docs/runbooks/{name}.md").read_text(encoding="utf-8")

    assert set(alert["annotations"]) == {
        "summary",
        "description",
        "runbook_url",
    }
    said = _SEVERITIES[alert["labels"]["severity"]]
    assert f"`{named(alert)}`, {said}" in " ".join(page.split())
