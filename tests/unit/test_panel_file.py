"""A panel comes back from its file to the bit."""

from dataclasses import fields, replace
from datetime import UTC, date, datetime

import numpy as np
import pytest

from errors import DataError
from features.incidents.incidents import Erased
from features.panel import Panel
from features.panel_file import from_bytes, to_bytes
from features.provenance import ProvenanceClass
from tests.support import panels


def rich_panel() -> Panel:
    """Return a SYNTHETIC panel in which no array is like another."""
    plain = panels.panel(40, 5, 3, districts=2)
    rng = np.random.default_rng(3)
    observed = rng.random(plain.counts.shape) < 0.9
    shares: dict[ProvenanceClass, float] = {"victim-reported": 0.3, "unknown": 0.7}
    classes = {name: (plain.counts * share).astype(np.float32) for name, share in shares.items()}
    points = plain.areas.points.copy()
    points[0] = 0.1 + 0.2, 51.0
    return replace(
        plain,
        once=np.floor(plain.counts / 2),
        reported=np.floor(plain.counts / 4),
        classes=classes,
        observed=observed,
        areas=replace(plain.areas, points=points, population=np.arange(5) / 3),
        erased=(Erased("city", date(2019, 2, 1), datetime(2024, 9, 1, tzinfo=UTC)),),
    )


@pytest.mark.parametrize("panel", [rich_panel(), panels.panel(3, 2, 1, kind="month")])
def test_a_panel_comes_back_from_its_file_to_the_bit(panel: Panel) -> None:
    again = from_bytes(to_bytes(panel))
    for item in fields(Panel):
        before, after = getattr(panel, item.name), getattr(again, item.name)
        if isinstance(before, np.ndarray):
            assert (before.dtype, after.flags.writeable) == (after.dtype, False)
            np.testing.assert_array_equal(before, after, item.name)
        elif item.name == "classes":
            assert set(before) == set(after)
            for name in before:
                np.testing.assert_array_equal(before[name], after[name], name)
        elif item.name != "areas":
            assert before == after, item.name
    for item in fields(panel.areas):
        before, after = getattr(panel.areas, item.name), getattr(again.areas, item.name)
        if isinstance(before, np.ndarray):
            np.testing.assert_array_equal(before, after, item.name)
        else:
            assert before == after, item.name
    assert to_bytes(again) == to_bytes(panel)


def test_a_file_that_holds_no_panel_is_refused() -> None:
    with pytest.raises(DataError, match="no panel"):
        from_bytes(b"x")
