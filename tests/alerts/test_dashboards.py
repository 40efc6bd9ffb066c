"""The dashboards show everything, each thing in its place."""

import json
from collections import Counter
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from app.telemetry.signals.metrics import METRICS
from tests.alerts.test_expressions import DASHBOARDS, of_panels


def panels_of(path: Path) -> list[dict[str, Any]]:
    panels: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))[
        "panels"
    ]
    return panels


def test_each_metric_is_shown() -> None:
    """What is measured can be seen without knowing its name."""
    shown = "\n".join(of_panels())

    assert [
        metric.name
        for metric in METRICS
        if metric.name.replace(".", "_") not in shown
    ] == []


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_no_panel_lies_on_another(path: Path) -> None:
    """Each has a place of its own on a grid of 24 columns."""
    places = Counter(
        (column, line)
        for spot in (panel["gridPos"] for panel in panels_of(path))
        for column, line in product(
            range(spot["x"], spot["x"] + spot["w"]),
            range(spot["y"], spot["y"] + spot["h"]),
        )
    )

    assert set(places.values()) == {1}
    assert max(column for column, _ in places) < 24


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_panels_ask_where_the_reader_chose(path: Path) -> None:
    """No panel names a source of data that only its author has."""
    for panel in panels_of(path):
        assert panel["datasource"]["uid"] == "${datasource}"
        assert all(
            target["datasource"]["uid"] == "${datasource}"
            for target in panel["targets"]
        )
