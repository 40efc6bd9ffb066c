"""What Alembic runs; the connection is handed to it (see `database`)."""

from alembic import context

from app.ledger.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
)
with context.begin_transaction():
    context.run_migrations()
