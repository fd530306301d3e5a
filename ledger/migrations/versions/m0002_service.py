"""What the service needs: who was given what was disclosed, and the keys of those who ask."""

import sqlalchemy as sa
from alembic import op

from ledger.guards import guards

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add to the first form; rows of events keep every byte, and with them their hashes."""
    op.add_column("events", sa.Column("recipient", sa.Text))
    op.create_table(
        "api_keys",
        sa.Column("key_id", sa.String(20), primary_key=True),
        sa.Column("sequence", sa.Integer, sa.ForeignKey("events.sequence"), nullable=False, unique=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("roles", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("expires", sa.String(40), nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
    )
    for table in ("api_keys",):
        for statement in guards(op.get_bind().dialect.name, table):
            op.execute(statement)
