"""Rules and dashboards ask for what the service really tells."""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.clock import SystemClock
from app.problems.registry import REGISTRY
from app.telemetry.signals.metrics import METRICS
from tests.alerts.test_rules import ROOT, RULES, loaded
from tests.alerts.trouble import SETTINGS, make_trouble
from tests.support.process import serving
from tests.support.prometheus import Prometheus, watching

pytestmark = pytest.mark.anyio

DASHBOARDS = sorted((ROOT / "deploy/dashboards").glob("*.json"))
_SELECTOR = re.compile(r"\b(?:exchange|http)_[\w:]+(?:\{[^}]*\})?")
_PATIENCE = 30.0


def of_panels() -> Iterator[str]:
    for path in DASHBOARDS:
        for panel in json.loads(path.read_text(encoding="utf-8"))["panels"]:
            for target in panel["targets"]:
                yield (
                    target["expr"]
                    .replace("$__rate_interval", "1m")
                    .replace("$tenant", ".*")
                )


def of_rules() -> Iterator[str]:
    for group in loaded(RULES)["groups"]:
        for rule in group["rules"]:
            yield rule["expr"]


def selectors(expression: str) -> list[str]:
    return _SELECTOR.findall(re.sub(r"by \([^)]*\)", "", expression))


async def unanswered(
    prometheus: Prometheus, expressions: Iterable[str]
) -> list[str]:
    """Return those that give nothing, however long one waits."""
    clock = SystemClock()
    until = clock.now() + _PATIENCE
    left = list(expressions)
    while True:
        left = [each for each in left if not await prometheus.query(each)]
        if not left or clock.now() > until:
            return left
        await clock.sleep(0.2)


async def test_what_is_asked_for_is_there(tmp_path: Path) -> None:
    """Prometheus reads a service in trouble, and has an answer to all.

    An alert need not be raised; but each series that it looks at is there,
    and so is each metric that is declared, by the attributes that are.
    """
    (tmp_path / "service").mkdir()
    rules = RULES.read_text(encoding="utf-8")
    with serving(tmp_path / "service", **SETTINGS) as service:
        async with watching(service, tmp_path, rules) as prometheus:
            await make_trouble(service)
            asked = {s for each in of_rules() for s in selectors(each)}

            assert await unanswered(prometheus, asked | {*of_panels()}) == []
            assert await unhealthy(prometheus) == {}
        async with httpx.AsyncClient() as client:
            shown = series_of((await client.get(service.metrics)).text)

    assert shown == {
        metric.prometheus: {
            name.replace(".", "_") for name in metric.attributes
        }
        for metric in METRICS
    }


def series_of(page: str) -> dict[str, set[str]]:
    """Return the names on a page of metrics, and their labels in use."""
    found = {
        family.name + "_total" * (family.type == "counter"): {
            label
            for sample in family.samples
            for label, value in sample.labels.items()
            if value and label != "le"
        }
        for family in text_string_to_metric_families(page)
    }
    del found["target_info"]
    return found


async def unhealthy(prometheus: Prometheus) -> dict[str, Any]:
    """Return the rules that Prometheus could not evaluate, and why."""
    return {
        rule["name"]: rule.get("lastError")
        for rule in await prometheus.rules()
        if rule["health"] != "ok"
    }


def test_outcomes_are_codes_of_problems() -> None:
    """A rule that waits for a misspelt one would wait for ever."""
    named = {
        code
        for expression in of_rules()
        for _, codes in re.findall(r'(outcome|result)=~?"([^"]*)"', expression)
        for code in codes.split("|")
    }

    assert named - {"ok", "stale"} <= set(REGISTRY)
