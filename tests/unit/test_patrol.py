from dataclasses import replace

import numpy as np

from features.provenance import OFFICER_INITIATED, UNKNOWN
from models.patrol import patrol_share
from tests.support import panels


def test_all_of_a_forecast_may_draw_patrols_where_nothing_is_known_of_officers() -> None:
    assert np.array_equal(patrol_share(panels.panel(60, 4)), np.ones((4, 2)))


def test_what_officers_found_draws_none_and_little_evidence_is_drawn_to_the_strand_s_share() -> None:
    known = panels.panel(60, 3)
    counts = np.zeros_like(known.counts)
    counts[:, 0], counts[:, 1] = 10, 10
    officers = np.zeros_like(counts)
    officers[:, 0, 0] = 10
    panel = replace(
        known,
        counts=counts,
        once=counts,
        reported=counts - officers,
        classes={OFFICER_INITIATED: officers, UNKNOWN: counts - officers},
    )
    share = patrol_share(panel)
    assert share[0, 0] < 0.02
    assert share[1, 0] > 0.98
    assert share[2, 0] == 0.5
    assert np.array_equal(share[:, 1], np.ones(3))


def test_what_officers_found_and_what_counts_elsewhere_are_told_apart_incident_by_incident() -> None:
    known = panels.panel(60, 3)
    counts = np.full_like(known.counts, 4)
    once, reported = counts.copy(), counts.copy()
    # Half count elsewhere, and officers found the other half: nothing is left, though each alone is half.
    once[:, 0, 0], reported[:, 0, 0] = 2, 0
    share = patrol_share(replace(known, counts=counts, once=once, reported=reported))
    assert share[0, 0] < 0.1
    assert share[1, 0] > 0.9


def test_an_incident_that_counts_elsewhere_draws_patrols_there_alone() -> None:
    known = panels.panel(60, 3)
    once = known.counts.copy()
    once[:, :, 1] /= 4
    share = patrol_share(replace(known, once=once, reported=once))
    assert np.allclose(share[:, 0], 1)
    assert np.allclose(share[:, 1], 0.25)
