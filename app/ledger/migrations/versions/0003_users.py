"""Find what users send without reading all that is to be sent."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_OF_USERS = sa.text("away IS NOT NULL")


def upgrade() -> None:
    """Make the index."""
    op.create_index(
        "ix_sends_stage",
        "sends",
        ["stage", "tenant", "named", "retry_at", "away"],
        sqlite_where=_OF_USERS,
        postgresql_where=_OF_USERS,
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_sends_stage", "sends")
