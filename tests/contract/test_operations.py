"""The table of operations."""

import pytest

from app.gateway.operations.directory import DIRECTORY_OPERATIONS
from app.gateway.operations.entry import Idempotency, Operation
from app.gateway.operations.mail import MAIL_OPERATIONS

EVERY = (*DIRECTORY_OPERATIONS, *MAIL_OPERATIONS)


def test_names_are_unique() -> None:
    """Telemetry can tell operations apart."""
    names = [operation.name for operation in EVERY]

    assert len(names) == len(set(names))


@pytest.mark.parametrize("operation", EVERY, ids=lambda o: o.name)
def test_entries_make_sense(operation: Operation) -> None:
    """Only reads are kept, and what changes anything is never blind."""
    if operation.is_cached:
        assert operation.is_read
        assert operation.translate is not None
        assert operation.stale >= operation.fresh
    if operation.method == "GET":
        assert operation.idempotency is Idempotency.SAFE
    if operation.method == "DELETE" or "send" in operation.path:
        assert operation.idempotency is Idempotency.VERIFY
    if operation.streamed:
        assert operation.long
        assert not operation.is_cached
    assert operation.cost >= 1
    assert operation.path.startswith("/")
