"""Who is free when."""

from app.gateway.operations.entry import Idempotency, Operation, Workload
from app.gateway.translation.scheduling import schedules

__all__ = ["GET_SCHEDULES", "SCHEDULING_OPERATIONS"]

# It only reads. What it tells must not be old, so that nothing is kept.
GET_SCHEDULES = Operation(
    name="schedules.get",
    method="POST",
    path="/users/{mailbox}/calendar/getSchedule",
    workload=Workload.CALENDAR_READ,
    permission="Calendars.Read",
    idempotency=Idempotency.SAFE,
    translate=schedules,
)

SCHEDULING_OPERATIONS = (GET_SCHEDULES,)
