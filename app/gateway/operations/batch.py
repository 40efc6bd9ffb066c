"""Several operations in one request."""

from app.gateway.operations.entry import Idempotency, Operation, Workload

__all__ = ["BATCH_OPERATIONS", "READ_TOGETHER", "WRITE_TOGETHER"]

# Its parts bring their own permissions and translations. As many permits are
# taken as it has parts, see `GraphCall.cost`.
READ_TOGETHER = Operation(
    name="batch.read",
    method="POST",
    path="/$batch",
    workload=Workload.MAIL_READ,
    permission="",
    idempotency=Idempotency.SAFE,
)
# If Graph leaves it open what became of the whole, so it does of each part:
# some may be repeated, others must be looked at, and none is repeated blindly.
WRITE_TOGETHER = Operation(
    name="batch.write",
    method="POST",
    path="/$batch",
    workload=Workload.MAIL_WRITE,
    permission="",
    idempotency=Idempotency.VERIFY,
)

BATCH_OPERATIONS = (READ_TOGETHER, WRITE_TOGETHER)
