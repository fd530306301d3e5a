"""Where training runs are tracked: with the database, in a schema of MLflow's own where that is PostgreSQL."""

from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import SQLAlchemyError

from errors import ModelError

# MLflow has tables called jobs and alembic_version, as others may have too.
SCHEMA = "mlflow"
_SEARCH_PATH = f"-csearch_path={SCHEMA}"


def address(database_url: str, root: Path) -> str:
    """Return MLflow's address: `mlflow.db` in the workspace, or the PostgreSQL that holds the workspace's ledger."""
    url = make_url(database_url)
    if url.get_backend_name() != "postgresql":
        return f"sqlite:///{root / 'mlflow.db'}"
    given = url.query.get("options", "")
    options = " ".join([*([given] if isinstance(given, str) else given), _SEARCH_PATH]).strip()
    return url.update_query_dict({"options": options}).render_as_string(hide_password=False)


def prepare(tracking_uri: str) -> None:
    """Make MLflow's schema where it is to have one and has none; MLflow makes its tables.

    Raises:
        ModelError: The database cannot be reached or written.
    """
    if not tracking_uri.startswith("postgresql"):
        return
    url = make_url(tracking_uri)
    if _SEARCH_PATH not in str(url.query.get("options", "")):
        return
    try:
        _make_schema(url)
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
        fix = "let its user create schemas, or create the schema mlflow for it"
        raise ModelError(f"MLflow's schema cannot be made ({reason})", place="tracking", fix=fix) from error


def _make_schema(url: URL) -> None:
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            # Whoever may not create schemas may still use one that is there.
            found = text("SELECT 1 FROM pg_namespace WHERE nspname = :name")
            if connection.execute(found, {"name": SCHEMA}).first() is None:
                connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
    finally:
        engine.dispose()
