"""The first form: the chain of events, the artefacts they recorded, and what aliases were moved to."""

import sqlalchemy as sa
from alembic import op

from ledger.guards import guards

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the three tables."""
    op.create_table(
        "events",
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("time", sa.String(40), nullable=False),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("operation", sa.String(40), nullable=False),
        sa.Column("object", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("authentication", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("object_hash", sa.Text),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("details", sa.Text, nullable=False),
    )
    op.create_index("events_by_object", "events", ["object"])
    op.create_table(
        "artefacts",
        sa.Column("kind", sa.String(40), primary_key=True),
        sa.Column("name", sa.String(200), primary_key=True),
        sa.Column("sequence", sa.Integer, sa.ForeignKey("events.sequence"), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("meta", sa.Text, nullable=False),
    )
    op.create_index("ix_artefacts_sequence", "artefacts", ["sequence"])
    op.create_table(
        "alias_moves",
        sa.Column("sequence", sa.Integer, sa.ForeignKey("events.sequence"), primary_key=True),
        sa.Column("kind", sa.String(40), primary_key=True),
        sa.Column("alias", sa.String(200), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
    )
    for table in ("events", "artefacts", "alias_moves"):
        for statement in guards(op.get_bind().dialect.name, table):
            op.execute(statement)
