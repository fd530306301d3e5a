"""Health: whether what is served may still be relied on."""

from datetime import date, datetime

from features.service import Service
from ledger.artefacts import Artefact
from ledger.ledger import Ledger

_PERIOD_DAYS = {"week": 7, "month": 31}
_PERIODS = 2


def too_old(ledger: Ledger, run: Artefact, settings: Service, now: datetime) -> str | None:
    """Return why a forecast run is too old to be relied on, or None.

    It is where no run was made for two periods, or as long as the settings say: the weekly work has stopped. The age
    of the data behind it counts where the settings say how old they may be.

    Args:
        ledger: Where the run is recorded.
        run: The run that is served.
        settings: How old things may be.
        now: The present instant.
    """
    made = datetime.fromisoformat(ledger.event_of(run.kind, run.name).time)
    longest = settings.longest_days_since_forecast or _PERIODS * _PERIOD_DAYS[str(run.meta["period"])]
    if (now - made).days > longest:
        return f"the forecast {run.name} was made {(now - made).days} days ago, and {longest} are taken"
    longest_of_data = settings.longest_days_since_data
    age = (now.date() - date.fromisoformat(str(run.meta["origin"]))).days
    if longest_of_data is not None and age > longest_of_data:
        return f"the data behind the forecast {run.name} end {age} days ago, and {longest_of_data} are taken"
    return None
