"""The people around a mailbox."""

from dataclasses import replace

from app.gateway.operations.entry import (
    EVERY_WAY,
    Idempotency,
    Operation,
    Workload,
)
from app.gateway.translation.people import people

__all__ = ["LIST_PEOPLE", "PEOPLE_OPERATIONS", "RELEVANT_PEOPLE"]

LIST_PEOPLE = Operation(
    name="people.list",
    method="GET",
    path="/users/{mailbox}/people",
    workload=Workload.PEOPLE,
    permission="People.Read.All",
    idempotency=Idempotency.SAFE,
    translate=people,
    fallback=EVERY_WAY,
    fresh=30.0,
    revalidate=300.0,
    stale=86_400.0,
)
# All of them, to be searched here; the same for whatever is searched for.
RELEVANT_PEOPLE = replace(LIST_PEOPLE, name="people.relevant")

PEOPLE_OPERATIONS = (LIST_PEOPLE, RELEVANT_PEOPLE)
