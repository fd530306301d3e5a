"""What the service needs: who was given what was disclosed."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add to the first form; rows of events keep every byte, and with them their hashes."""
    op.add_column("events", sa.Column("recipient", sa.Text))
