"""Where signals go. To make them go anywhere is the business of `setup`."""

from dataclasses import dataclass
from threading import Thread
from typing import TYPE_CHECKING

from opentelemetry._logs import Logger
from opentelemetry.metrics import Meter
from opentelemetry.trace import Tracer

from app.telemetry.signals.kinds import SCOPE

if TYPE_CHECKING:
    # Who exports nothing does without the SDK.
    from opentelemetry.sdk._logs import LoggerProvider
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.trace import TracerProvider

    from app.telemetry.distributions import Distributions
    from app.telemetry.scrape import MetricsPage

__all__ = ["Providers"]

_PATIENCE = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Providers:
    """Where signals go; None where they go nowhere.

    Distributions are where the meters do not count them themselves.
    """

    tracers: "TracerProvider | None" = None
    meters: "MeterProvider | None" = None
    loggers: "LoggerProvider | None" = None
    page: "MetricsPage | None" = None
    distributions: "Distributions | None" = None

    @property
    def names(self) -> list[str]:
        """The signals that go out."""
        every = {
            "traces": self.tracers,
            "metrics": self.meters,
            "logs": self.loggers,
        }
        return [name for name, goes_out in every.items() if goes_out]

    @property
    def tracer(self) -> Tracer | None:
        """What makes the service's own spans."""
        return self.tracers.get_tracer(SCOPE) if self.tracers else None

    @property
    def meter(self) -> Meter | None:
        """What makes the service's own metrics."""
        return self.meters.get_meter(SCOPE) if self.meters else None

    @property
    def logger(self) -> Logger | None:
        """What exports the service's log."""
        return self.loggers.get_logger(SCOPE) if self.loggers else None

    def shutdown(self) -> None:
        """Send what is left and stop; blocks for five seconds at worst."""
        # Of its own a provider waits half a minute for who does not answer.
        ending = Thread(target=self._shutdown, daemon=True)
        ending.start()
        ending.join(_PATIENCE)
        if self.page is not None:
            self.page.close()

    def _shutdown(self) -> None:
        endings = [
            Thread(target=provider.shutdown, daemon=True)
            for provider in (self.tracers, self.meters, self.loggers)
            if provider is not None
        ]
        for ending in endings:
            ending.start()
        for ending in endings:
            ending.join()
