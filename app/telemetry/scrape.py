"""The metrics as a page that Prometheus reads."""

from collections.abc import Iterator
from threading import Lock

from opentelemetry.exporter.prometheus import PrometheusMetricReader
from prometheus_client import CollectorRegistry, Metric, start_http_server

from app.settings import Scrape
from app.telemetry.distributions import Distributions
from app.telemetry.handover import HandedOver

__all__ = ["MetricsPage", "OneAtATime"]


class MetricsPage:
    """Shows on a port of its own whatever its reader collects.

    Raises:
        OSError: The port is not to be had.
    """

    def __init__(
        self, place: Scrape, distributions: Distributions | None = None
    ) -> None:
        registry = OneAtATime()
        self.reader = _Reader(
            registry=registry,
            scope_info_enabled=False,
            distributions=distributions or Distributions(),
        )
        self._server, self._thread = start_http_server(
            place.port, place.host, registry
        )
        shown = f"[{place.host}]" if ":" in place.host else place.host
        self.url = f"http://{shown}:{self._server.server_port}/metrics"

    def close(self) -> None:
        """Show nothing any more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Reader(HandedOver, PrometheusMetricReader):
    """Shows distributions, too."""


class OneAtATime(CollectorRegistry):
    """Who reads at the same time as another waits.

    The reader keeps what it has collected where another reading, in a thread
    of its own, would find it too.
    """

    def __init__(self) -> None:
        super().__init__()
        self._turn = Lock()

    def collect(self) -> Iterator[Metric]:
        """Return what is measured now."""
        with self._turn:
            return iter(list(super().collect()))
