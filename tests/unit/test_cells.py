"""Cells of tables that leave: text that a spreadsheet would take for a formula is guarded, and nothing else."""

from features.cells import guarded, unguarded


def test_only_text_that_would_be_a_formula_is_guarded() -> None:
    cells = ["=1+1", "'=1", "-1.5", "burglary", -2.5, True, None]
    assert guarded(cells) == ["'=1+1", "''=1", "-1.5", "burglary", -2.5, True, None]
    assert [unguarded(cell) for cell in guarded(cells[:4])] == cells[:4]
