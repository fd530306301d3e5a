"""What Alembic runs for each command: the revisions, in the transaction that the caller has begun."""

from alembic import context

from ledger.schema import VERSION_TABLE

context.configure(connection=context.config.attributes["connection"], version_table=VERSION_TABLE)
context.run_migrations()
