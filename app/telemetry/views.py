"""What leaves the process is what was declared."""

from opentelemetry.sdk.metrics.view import DropAggregation, View

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
                attribute_keys=set(metric.attributes),
            )
            for metric in METRICS
        ),
        View(instrument_name="*", aggregation=DropAggregation()),
    ]
