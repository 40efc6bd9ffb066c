"""The first tables: requests that are carried out once, and the outbox."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_OWNED = sa.text("owner IS NOT NULL")
_WAITING = sa.text("stage IN ('queued', 'drafted', 'sending')")
_UNFINISHED = sa.text("stage IN ('queued', 'drafted', 'sending', 'verifying')")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "ledger_keys",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "requests",
        sa.Column("id", sa.LargeBinary, primary_key=True),
        sa.Column("fingerprint", sa.LargeBinary, nullable=False),
        sa.Column("marker", sa.String(32), nullable=False),
        sa.Column("before", sa.String(16)),
        sa.Column("notes", sa.LargeBinary),
        sa.Column("result", sa.LargeBinary),
        sa.Column("owner", sa.String(64)),
        sa.Column("claim", sa.Integer, nullable=False),
        sa.Column("lease_until", sa.Double, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("expires_at", sa.Double, nullable=False),
    )
    op.create_index("ix_requests_expires_at", "requests", ["expires_at"])
    _create_sends()
    for table in ("requests", "sends"):
        op.create_index(
            f"ix_{table}_owner",
            table,
            ["owner"],
            sqlite_where=_OWNED,
            postgresql_where=_OWNED,
        )


def _create_sends() -> None:
    op.create_table(
        "sends",
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            primary_key=True,
            autoincrement=True,
        ),
        sa.Column("id", sa.String(32), nullable=False, unique=True),
        sa.Column("tenant", sa.String(128), nullable=False),
        sa.Column("lane", sa.LargeBinary, nullable=False),
        sa.Column("named", sa.LargeBinary, nullable=False),
        sa.Column("stage", sa.String(16), nullable=False),
        sa.Column("message_id", sa.Text),
        sa.Column("before", sa.String(16)),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("updated_at", sa.Double, nullable=False),
        sa.Column("send_at", sa.Double),
        sa.Column("due_at", sa.Double, nullable=False),
        sa.Column("retry_at", sa.Double, nullable=False),
        sa.Column("owner", sa.String(64)),
        sa.Column("claim", sa.Integer, nullable=False),
        sa.Column("lease_until", sa.Double, nullable=False),
        sa.Column("submission", sa.LargeBinary),
        sa.Column("problem", sa.LargeBinary),
    )
    op.create_index(
        "ix_sends_lane",
        "sends",
        ["lane", "due_at", "seq"],
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )
    op.create_index(
        "ix_sends_retry_at",
        "sends",
        ["retry_at"],
        sqlite_where=_UNFINISHED,
        postgresql_where=_UNFINISHED,
    )
    op.create_index("ix_sends_updated_at", "sends", ["updated_at"])


def downgrade() -> None:
    """Drop the tables."""
    for table in ("sends", "requests", "ledger_keys"):
        op.drop_table(table)
