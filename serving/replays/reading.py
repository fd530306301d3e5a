"""Replays: asked for as jobs, kept, and looked at again."""

from ledger.artefacts import Json
from serving.answers import Finding
from serving.desk import Desk
from serving.jobs.job import Asked
from serving.jobs.made import kept_body, made_answer
from serving.jobs.waiting import Errand
from serving.replays.kept import KIND
from serving.replays.schemas import ReplayOrder


def replay_errand(order: ReplayOrder) -> Errand:
    """Return the job that makes something again."""
    asked: dict[str, Json] = order.model_dump(mode="json")
    return Errand(Asked(KIND, asked, "consultation"), asked, made_answer(_made))


def kept_replay(desk: Desk, name: str) -> Finding:
    """Find a replay that is kept.

    Raises:
        NoSuchRecordError: There is none of this name.
        LedgerError: Its file is absent or was changed.
    """
    return Finding(kept_body(desk, KIND, name), f"{KIND}/{name}")


def _made(desk: Desk, name: str, _: str) -> bytes:
    return kept_body(desk, KIND, name)
