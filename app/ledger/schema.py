"""The tables of the ledger.

What could name a person or tell what was written stands in them sealed, or as
a keyed digest (see `vault`). Moments are Unix times in seconds. For what makes
them quick to search see `indexes`.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

__all__ = ["METADATA", "ledger_keys", "requests", "sends"]

METADATA = MetaData(
    naming_convention={"ix": "ix_%(table_name)s_%(column_0_name)s"}
)

ledger_keys = Table(
    "ledger_keys",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("wrapped", LargeBinary, nullable=False),
)
"""The one data key, wrapped by a key of the settings."""

requests = Table(
    "requests",
    METADATA,
    Column("id", LargeBinary, primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("marker", String(32), nullable=False),
    Column("before", String(16)),
    Column("notes", LargeBinary),
    Column("result", LargeBinary),
    Column("owner", String(64)),
    Column("claim", Integer, nullable=False),
    Column("lease_until", Double, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("expires_at", Double, nullable=False),
)
"""Requests with an ``Idempotency-Key``; `id` is a digest of whose and which.

``before`` is how the attempt before ended, ``notes`` what a continuation
must know, ``result`` what is replayed: null while that is not decided.
"""

sends = Table(
    "sends",
    METADATA,
    Column(
        "seq",
        BigInteger().with_variant(Integer, "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    Column("id", String(32), nullable=False, unique=True),
    Column("tenant", String(128), nullable=False),
    Column("lane", LargeBinary, nullable=False),
    Column("named", LargeBinary, nullable=False),
    Column("stage", String(16), nullable=False),
    Column("message_id", Text),
    Column("before", String(16)),
    Column("attempts", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("updated_at", Double, nullable=False),
    Column("send_at", Double),
    Column("due_at", Double, nullable=False),
    Column("retry_at", Double, nullable=False),
    Column("owner", String(64)),
    Column("claim", Integer, nullable=False),
    Column("lease_until", Double, nullable=False),
    Column("submission", LargeBinary),
    Column("problem", LargeBinary),
    Column("away", Boolean),
)
"""Messages to send; ``lane`` is a digest of the mailbox that they leave, and
``named`` one of the name that the caller has for it.

They are sent in the order of ``due_at`` and ``seq`` in each lane. ``before``
is how the attempt before ended that wrote the draft, ``attempts`` how often
Exchange was asked to send it, ``failures`` how often in a row it could not
be. ``submission`` is what was asked for, ``problem`` why it is not done, and
``away`` whether it waits for its user to call again: null for what goes out
with the rights of the app.
"""
