"""Four eyes: who made something does not alone put it in force."""

import unicodedata
from collections.abc import Collection

from errors import AccessError
from ledger.events import Event

# Where an event says who entered it for the person it names.
ENTERED_BY = "entered_by"


def check_others(made: Event, deciding: Collection[str], verb: str, place: str) -> None:
    """Refuse those who made something themselves.

    Args:
        made: The event that recorded it.
        deciding: Names of those who are about to put it in force: who decides, and who enters it.
        verb: What they are about to do.
        place: What it is, for the error.

    Raises:
        AccessError: One of them made it or entered it.
    """
    makers = {made.draft.actor, str(made.draft.details.get(ENTERED_BY) or made.draft.actor)}
    own = {_same(name) for name in makers} & {_same(name) for name in deciding}
    if own:
        fix = f"have somebody else {verb} it"
        raise AccessError(f"was made by whoever would {verb} it", place=place, fix=fix)


def _same(name: str) -> str:
    """Return a name as it is compared: Ann Smith and ann  smith are one person."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
