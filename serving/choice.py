"""Which forecast run is served. Apart from the snapshot, so that looking needs nothing that reading needs."""

from ledger.artefacts import Artefact
from ledger.ledger import Ledger
from models.kinds import CHAMPION, FORECAST, MODEL


def served_run(ledger: Ledger) -> Artefact | None:
    """Return the newest run of the champion; until it has one, that of the champion before it.

    Newest is by origin, then by the date it was known at: a forecast of the past made yesterday does not count as new.
    """
    runs = ledger.artefacts(FORECAST)
    for version in dict.fromkeys(ledger.alias_history(MODEL, CHAMPION)):
        own = [run for run in runs if run.meta["model_version"] == version]
        if own:
            return max(own, key=lambda run: (str(run.meta["origin"]), str(run.meta["as_of"]), runs.index(run)))
    return None
