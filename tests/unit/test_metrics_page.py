"""The page that Prometheus reads."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError

import httpx
import pytest
from opentelemetry.sdk.metrics import MeterProvider
from prometheus_client import Metric
from prometheus_client.registry import Collector

from app.settings import Exports, Scrape
from app.telemetry.scrape import MetricsPage, OneAtATime
from app.telemetry.setup import connect

ANY = Scrape(host="127.0.0.1", port=0)


def test_who_reads_at_the_same_time_waits() -> None:
    """Two Prometheus servers are usual; neither sees what is the other's."""
    together = Barrier(2)

    class Measured(Collector):
        def collect(self) -> Iterator[Metric]:
            with suppress(BrokenBarrierError):
                together.wait(0.2)
            yield Metric("things", "", "gauge")

    registry = OneAtATime()
    registry.register(Measured())
    with ThreadPoolExecutor(2) as readers:
        read = [readers.submit(registry.collect) for _ in range(2)]

    assert together.broken
    assert [[m.name for m in each.result()] for each in read] == [
        ["things"]
    ] * 2


def test_the_page_is_there_until_it_is_closed() -> None:
    """It shows what the reader collects, and nothing after the end."""
    page = MetricsPage(ANY)
    provider = MeterProvider([page.reader])
    provider.get_meter("test").create_counter("things").add(1)
    shown = httpx.get(page.url).text
    provider.shutdown()
    page.close()

    assert "things_total 1.0" in shown
    with pytest.raises(httpx.ConnectError):
        httpx.get(page.url)


def test_a_port_that_is_taken_is_told() -> None:
    """Before anything else is begun."""
    page = MetricsPage(ANY)
    port = int(page.url.split(":")[2].partition("/")[0])
    with pytest.raises(OSError, match="Address already in use"):
        connect(Exports(scrape=Scrape(host="127.0.0.1", port=port)), "1")
    page.close()
