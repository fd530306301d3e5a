"""What an alias means is found by its name, however long the record is."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the index; no row is touched."""
    op.create_index("alias_moves_by_alias", "alias_moves", ["kind", "alias", "sequence"])
