"""What leaves the process is what was declared."""

from opentelemetry.sdk.metrics.view import DropAggregation, View

from app.telemetry.apart import MOST_KEPT_APART, OVERFLOW
from app.telemetry.signals.metrics import METRICS

__all__ = ["declared_views"]


def declared_views() -> list[View]:
    """Return views that let declared metrics and attributes pass alone.

    They hold for the instrumentation libraries too, which measure more.
    """
    return [
        *(
            View(
                instrument_name=metric.name,
                attribute_keys={*metric.attributes, OVERFLOW},
                # Room for what is counted together beyond them.
                aggregation_cardinality_limit=MOST_KEPT_APART + 1,
            )
            for metric in METRICS
        ),
        View(instrument_name="*", aggregation=DropAggregation()),
    ]
