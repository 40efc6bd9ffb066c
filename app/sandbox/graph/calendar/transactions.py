"""Requests to create an event that came before."""

from datetime import datetime

import msgspec

from app.sandbox.graph.calendar.desk import store_of
from app.sandbox.graph.calendar.writable import Plan
from app.sandbox.graph.context import Context
from app.sandbox.request import Request
from app.sandbox.state.calendar_events import Instance
from app.sandbox.wire import Answer, GraphError, json_answer

__all__ = ["refuse_new_transaction", "refuse_repeat"]


class RepeatedTransactionError(GraphError):
    """The refusal of a request that was carried out before.

    Graph's text speaks of a *different* event; whether it would take the
    same body once more is not known, so the sandbox always refuses. The
    refusal names the event that there is.
    """

    def __init__(self, existing: str) -> None:
        super().__init__(
            400,
            "ErrorDuplicateTransactionId",
            "Your request can't be completed. The TransactionId specified in "
            "the request has already been used to create a different event.",
        )
        self._existing = existing

    def answer(self, request: Request, now: datetime) -> Answer:
        """Render this refusal with the id of the event."""
        body = msgspec.json.decode(super().answer(request, now).body)
        body["error"]["@event.existingEventId"] = self._existing
        return json_answer(body, self.status)


def refuse_repeat(context: Context, plan: Plan) -> None:
    """Refuse a transaction that has made an event.

    Raises:
        GraphError: 400 ErrorDuplicateTransactionId.
    """
    store = store_of(context)
    name = plan.properties.get("transactionId")
    event = store.events.get(store.transactions.get(name or "", ""))
    if event is not None:
        immutable = context.prefer.immutable_ids
        existing = Instance(event=event).id_of(immutable=immutable)
        raise RepeatedTransactionError(existing)


def refuse_new_transaction(plan: Plan) -> None:
    """Refuse to give an event that there is a transaction's id.

    Raises:
        GraphError: 400 ErrorInvalidPropertySet.
    """
    if "transactionId" in plan.properties:
        raise GraphError(
            400,
            "ErrorInvalidPropertySet",
            "Set action is invalid for property: transactionId.",
        )
