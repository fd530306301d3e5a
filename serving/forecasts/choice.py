"""Which forecast run is served. Apart from the snapshot, so that looking needs nothing that reading needs."""

from ledger.artefacts import Artefact
from ledger.ledger import Ledger
from models.kinds import CHAMPION, FORECAST, MODEL
from models.suspension import suspension_of


def served_run(ledger: Ledger) -> Artefact | None:
    """Return the newest run of the champion; until it has one, that of the champion before it.

    Newest is by origin, then by the date it was known at: a forecast of the past made yesterday does not count as new.
    Of two from the same knowledge the one holds in which simple methods stand in for the strands that the model is
    suspended for now, and for no others.
    """
    runs = ledger.artefacts(FORECAST)
    for version in dict.fromkeys(ledger.alias_history(MODEL, CHAMPION)):
        own = [run for run in runs if run.meta["model_version"] == version]
        held = suspension_of(ledger, version)
        suspended = dict(held.strands) if held else {}
        if own:
            return max(own, key=lambda run: (*_known(run), run.meta.get("suspended", {}) == suspended, runs.index(run)))
    return None


def _known(run: Artefact) -> tuple[str, str]:
    return str(run.meta["origin"]), str(run.meta["as_of"])
