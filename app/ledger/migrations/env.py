"""What Alembic runs; the connection is handed to it (see `database`)."""

from alembic import context

from app.ledger.indexes import indexed

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=indexed("sqlite", "postgresql"),
)
with context.begin_transaction():
    context.run_migrations()
