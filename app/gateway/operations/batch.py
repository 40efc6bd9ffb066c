"""Several operations in one request."""

from app.gateway.operations.entry import Idempotency, Operation, Workload

__all__ = ["BATCH_OPERATIONS", "READ_TOGETHER"]

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

BATCH_OPERATIONS = (READ_TOGETHER,)
