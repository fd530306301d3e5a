"""Health: whether what is served may still be relied on."""

from datetime import date, datetime

from features.service import Service
from ledger.artefacts import Artefact
from ledger.ledger import Ledger

_PERIOD_DAYS = {"week": 7, "month": 31}
_PERIODS = 2
# Police data by month are published up to three months late.
_PERIODS_OF_DATA = 4


def too_old(ledger: Ledger, run: Artefact, settings: Service, now: datetime) -> str | None:
    """Return why a forecast run is too old to be relied on, or None.

    It is where no run was made for two periods: the weekly work has stopped. And it is where the data behind it end
    more than four periods ago: new ones no longer arrive. The settings may say other numbers of days.

    Args:
        ledger: Where the run is recorded.
        run: The run that is served.
        settings: How old things may be.
        now: The present instant.
    """
    made = datetime.fromisoformat(ledger.event_of(run.kind, run.name).time)
    days = _PERIOD_DAYS[str(run.meta["period"])]
    longest = settings.longest_days_since_forecast or _PERIODS * days
    if (now - made).days > longest:
        return f"the forecast {run.name} was made {(now - made).days} days ago, and {longest} are taken"
    longest_of_data = settings.longest_days_since_data or _PERIODS_OF_DATA * days
    age = (now.date() - date.fromisoformat(str(run.meta["origin"]))).days
    if age > longest_of_data:
        return f"the data behind the forecast {run.name} end {age} days ago, and {longest_of_data} are taken"
    return None
