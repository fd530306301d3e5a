"""What the service needs: who was given what was disclosed, the tree over the events, and what was signed of it."""

import sqlalchemy as sa
from alembic import op

from ledger.guards import guards

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add to the first form; rows of events keep every byte, and with them their hashes."""
    op.add_column("events", sa.Column("recipient", sa.Text))
    op.create_table(
        "tree",
        sa.Column("level", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_table(
        "checkpoints",
        sa.Column("size", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
    )
    for table in ("tree", "checkpoints"):
        for statement in guards(op.get_bind().dialect.name, table):
            op.execute(statement)
