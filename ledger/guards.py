"""Guards: triggers that keep append-only tables append-only, in the words of each database."""

_SQLITE_TRIGGER = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""
_POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION strandcast_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$
"""
_POSTGRESQL_TRIGGER = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION strandcast_append_only()
"""


def guards(dialect: str, table: str) -> list[str]:
    """Return the statements that guard a table.

    Args:
        dialect: SQLAlchemy's name of the database, "sqlite" or "postgresql".
        table: Its name.
    """
    if dialect == "sqlite":
        return [_SQLITE_TRIGGER.format(table=table, verb=verb) for verb in ("UPDATE", "DELETE")]
    return [_POSTGRESQL_FUNCTION, _POSTGRESQL_TRIGGER.format(table=table)]
