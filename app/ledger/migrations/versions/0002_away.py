"""Which sends wait for their users to call again."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; what is there waits for nobody."""
    op.add_column("sends", sa.Column("away", sa.Boolean))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("sends", "away")
