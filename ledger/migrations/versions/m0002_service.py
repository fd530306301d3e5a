"""What the service needs: recipients, the tree and its checkpoints, keys, jobs, and answers given before."""

import sqlalchemy as sa
from alembic import op

from ledger.guards import guards

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add to the first form; rows of events keep every byte, and with them their hashes."""
    op.add_column("events", sa.Column("recipient", sa.Text))
    _record()
    _service()
    for table in ("tree", "checkpoints", "api_keys", "job_endings", "given_answers"):
        for statement in guards(op.get_bind().dialect.name, table):
            op.execute(statement)


def _record() -> None:
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


def _service() -> None:
    op.create_table(
        "api_keys",
        sa.Column("key_id", sa.String(20), primary_key=True),
        sa.Column("sequence", sa.Integer, sa.ForeignKey("events.sequence"), nullable=False, unique=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("name", "roles", "purpose", "scope")),
        sa.Column("expires", sa.String(40), nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
    )
    op.create_table(
        "jobs",
        sa.Column("job", sa.String(32), primary_key=True),
        sa.Column("sequence", sa.Integer, sa.ForeignKey("events.sequence"), nullable=False, unique=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("asked", sa.Text, nullable=False),
        sa.Column("operation", sa.String(40), nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("caller", "role", "authentication", "purpose")),
        sa.Column("request", sa.Text, nullable=False),
        sa.Column("queued", sa.String(40), nullable=False),
        sa.Column("runner", sa.Text),
        sa.Column("started", sa.String(40)),
        sa.Column("heartbeat", sa.String(40)),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("attempts", "done", "total")),
    )
    op.create_table(
        "job_endings",
        sa.Column("job", sa.String(32), sa.ForeignKey("jobs.job"), primary_key=True),
        sa.Column("sequence", sa.Integer, sa.ForeignKey("events.sequence"), nullable=False, index=True),
        sa.Column("time", sa.String(40), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("object", sa.Text),
        sa.Column("status", sa.Integer),
        sa.Column("problem", sa.Text),
    )
    op.create_table(
        "given_answers",
        sa.Column("caller", sa.Text, primary_key=True),
        sa.Column("key", sa.String(200), primary_key=True),
        sa.Column("sequence", sa.Integer, sa.ForeignKey("events.sequence"), nullable=False, index=True),
        sa.Column("request_hash", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("headers", "body")),
        sa.Column("job", sa.String(32), sa.ForeignKey("jobs.job")),
        sa.Column("seal", sa.String(64), nullable=False),
    )
