from pathlib import Path

import pytest

from models.allocation.papers.picture import draw_plan
from tests.support.plans import by_presence, made_document, made_ground

NAMES = ("$x$", "a_b", "<b>", "\u00e9", "C", "D")


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_the_same_plan_is_the_same_picture(tmp_path: Path, suffix: str) -> None:
    for name in ("first", "second"):
        draw_plan(made_document(by_presence(made_ground(NAMES))), tmp_path / f"{name}{suffix}")
    assert (tmp_path / f"first{suffix}").read_bytes() == (tmp_path / f"second{suffix}").read_bytes()


def test_another_plan_or_standing_is_another_picture(tmp_path: Path) -> None:
    draw_plan(made_document(), tmp_path / "draft.png")
    draw_plan({**made_document(), "standing": {"status": "issued"}}, tmp_path / "issued.png")
    assert (tmp_path / "draft.png").read_bytes() != (tmp_path / "issued.png").read_bytes()


def test_a_plan_without_hours_can_be_drawn(tmp_path: Path) -> None:
    document = made_document()
    for area in document["areas"]:
        area["hours"] = 0.0
    draw_plan(document, tmp_path / "none.png")
    assert (tmp_path / "none.png").stat().st_size > 1000
