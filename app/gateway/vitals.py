"""How Graph has been doing lately, as seen from the traffic."""

from collections import defaultdict, deque
from dataclasses import dataclass

from app.clock import Clock
from app.hour import Hours
from app.problems.errors import Verdict

__all__ = ["VitalSigns", "Vitals"]

_WINDOW = 300.0
_JUST_NOW = 60.0
_MOST_SAMPLES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class VitalSigns:
    """One tenant's last five minutes, or last thousand requests.

    Latencies and ``last_success`` (how long ago) are in seconds; None where
    there was nothing to measure.
    """

    requests: int
    error_rate: float | None
    p50: float | None
    p95: float | None
    last_success: float | None


class Vitals:
    """Keeps what each request to Graph was like.

    ``hours`` has those of the last hour, by tenant; in it they are of kind
    ``failed`` or of none.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._samples: defaultdict[str, deque[tuple[float, float, bool]]] = (
            defaultdict(lambda: deque(maxlen=_MOST_SAMPLES))
        )
        self._last_success: dict[str, float] = {}
        self.hours = Hours(clock.now, clock.wall)

    def note(self, tenant: str, took: float, verdict: Verdict | None) -> None:
        """Note a request; what says nothing about Graph does not count."""
        if verdict is Verdict.NEUTRAL:
            return
        now = self._clock.now()
        is_well = verdict is not Verdict.FAILURE
        self._samples[tenant].append((now, took, is_well))
        if is_well:
            self._last_success[tenant] = now
        self.hours.note(tenant, took, () if is_well else ("failed",))

    def last_success(self, tenant: str) -> float | None:
        """Return how many seconds ago Graph last did what it was asked."""
        last = self._last_success.get(tenant)
        return None if last is None else self._clock.now() - last

    def heard(self, tenant: str) -> float | None:
        """Return how many seconds ago a request told how Graph is."""
        samples = self._samples.get(tenant)
        return self._clock.now() - samples[-1][0] if samples else None

    def has_just_failed(self, tenant: str) -> bool:
        """Tell whether the last that was heard of Graph was a failure.

        What was heard more than a minute ago is not known to be so any more.
        """
        samples = self._samples.get(tenant)
        if samples is None:
            return False
        heard_at, _took, is_well = samples[-1]
        return not is_well and self._clock.now() - heard_at <= _JUST_NOW

    def of(self, tenant: str) -> VitalSigns:
        """Return how Graph has been doing for a tenant."""
        now = self._clock.now()
        known = self._samples.get(tenant, ())
        recent = [s for s in known if now - s[0] <= _WINDOW]
        took = sorted(sample[1] for sample in recent if sample[2])
        return VitalSigns(
            requests=len(recent),
            error_rate=1 - len(took) / len(recent) if recent else None,
            p50=_quantile(took, 0.5),
            p95=_quantile(took, 0.95),
            last_success=self.last_success(tenant),
        )


def _quantile(ordered: list[float], share: float) -> float | None:
    if not ordered:
        return None
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]
