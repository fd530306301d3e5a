"""SYNTHETIC runs with what was before them: two of a simple model, a week apart, with histories and contributions."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from features.knowledge import Known
from ledger.events import Draft
from ledger.files import FileStore
from models.bundle import pack
from models.kinds import CHAMPION, MODEL
from models.registry import Registered, register
from models.simple import fit_simple
from models.stand_in import in_force
from models.week import run_forecast
from tests.support import panels
from tests.support.forecast_runs import synthetic_workspace
from tests.support.ledgers import open_ledger

WHOLE = panels.panel(80, 6, districts=2)
# The last two weeks of one area were not observed, and a third of what is counted was found by officers.
_SEEN = WHOLE.observed.copy()
_SEEN[-2:, 3] = False
_COUNTS = np.where(_SEEN, WHOLE.counts * 3, 0).astype(np.float32)
_THIRD = (_COUNTS / 3).astype(np.float32)
PANEL = replace(
    WHOLE,
    counts=_COUNTS,
    once=_THIRD,
    reported=_THIRD,
    observed=_SEEN,
    classes={"victim-reported": 2 * _THIRD, "officer-initiated": _THIRD},
)
MADE = fit_simple("shrunken", PANEL, (1, 2, 3))


def record_two_runs(folder: Path) -> None:
    """Make a workspace with a run of `PANEL`, and one of what was known a week before."""
    synthetic_workspace(folder)
    files = FileStore(folder)
    with open_ledger(folder) as ledger:
        register(ledger, files, "v", pack(MADE, {}), origin=PANEL.origin, actor="ann", details={})
        ledger.append(Draft("model", "model/v", "ann"), aliases={(MODEL, CHAMPION): "v"})
        standing = in_force(Registered("v", MADE, PANEL.origin), ledger)
        for panel in (PANEL.between(0, 79), PANEL):
            known = Known(replace(panel, as_of=panel.origin), "s")
            run_forecast(known, standing, notices=[], attribution="", ledger=ledger, files=files, actor="ann")
