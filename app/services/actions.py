"""Tell what operators do."""

from collections.abc import Iterator
from contextlib import contextmanager

from app.models.ops import Done
from app.telemetry.recorder import Telemetry
from app.telemetry.signals.events import OPS_ACTION
from app.telemetry.signals.spans import SPAN_OPS

__all__ = ["Actions"]


class Actions:
    """Traces and logs whatever is done by hand, and by whom."""

    def __init__(self, telemetry: Telemetry) -> None:
        self._telemetry = telemetry

    @contextmanager
    def told(
        self,
        action: str,
        who: str,
        tenant: str,
        mailbox: str | None = None,
        **about: str,
    ) -> Iterator[Done]:
        """Trace and log an action; it is told even if it fails.

        ``about`` are further members of the event.
        """
        done: Done = {"action": action, "tenant": tenant, "count": 0}
        with self._telemetry.span(SPAN_OPS, {"tenant": tenant}, action=action):
            try:
                yield done
            finally:
                self._telemetry.log(
                    OPS_ACTION,
                    action=action,
                    caller=who,
                    tenant=tenant,
                    mailbox_hash=self._telemetry.pseudonym(mailbox),
                    count=done["count"],
                    **about,
                )
