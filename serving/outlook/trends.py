"""Trends as they were computed where the newest run was prepared; on a read nothing is computed."""

from typing import Any

from ledger.events import NoSuchRecordError
from models.kinds import TRENDS
from models.levels import ALL_STRANDS
from serving.access.caller import Scope
from serving.answers import Finding
from serving.desk import Desk
from serving.outlook.notices import newest_trends
from serving.outlook.schemas import TrendsQuery

PATH = "/v1/trends"
_BY_STRAND = ("changes", "shifts")


def trends(desk: Desk, query: TrendsQuery, scope: Scope) -> Finding:
    """Find the newest trends, as far as a caller sees their strands and places.

    Raises:
        NoSuchRecordError: None were computed yet.
        LedgerError: Their file was changed.
    """
    newest, document = desk.ledger.newest(TRENDS), newest_trends(desk)
    if newest is None or document is None:
        raise NoSuchRecordError(
            "there are no trends yet", fix="run strandcast prepare, or wait for the next weekly run"
        )
    rates = [rate for rate in document["rates"] if _is_asked(rate, query) and _is_seen(rate, scope)]
    told = {part: [one for one in document[part] if _sees(scope, one["strand"])] for part in _BY_STRAND}
    return Finding.of(
        {"run_id": newest.name, **document, "rates": rates, **told},
        f"{TRENDS}/{newest.name}",
        details={"read": "trends"},
    )


def _is_asked(rate: dict[str, Any], query: TrendsQuery) -> bool:
    return query.strand in (None, rate["strand"]) and query.place in (None, rate["place"])


def _is_seen(rate: dict[str, Any], scope: Scope) -> bool:
    """Return whether a rate is in sight; one of all strands or areas only where nothing is hidden."""
    if scope.areas is not None and rate["place"] not in scope.areas:
        return False
    return scope.strands is None if rate["strand"] == ALL_STRANDS else _sees(scope, rate["strand"])


def _sees(scope: Scope, strand: str) -> bool:
    return scope.strands is None or strand in scope.strands
