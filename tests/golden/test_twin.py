"""Generator version 1 is frozen: a small twin's files are those that were reviewed.

A difference means that the generator has changed. Then it is another version: raise GENERATOR_VERSION, take the
anchors again, write `described` to the golden file of the new version, and void the figures scored on the old one.
"""

import hashlib
from pathlib import Path

import numpy as np

from experiments.twin.parameters import GENERATOR_VERSION
from experiments.twin.writing import write_twin
from models.progress import silent
from tests.support.twins import small_twin

HERE = Path(__file__).parent


def described(folder: Path) -> str:
    """Return a line a feed's month, and a line a truth."""
    twin = small_twin(1, 26)
    write_twin(twin, folder, silent)
    lines = []
    for path in sorted(folder.rglob("*.csv")):
        content = path.read_bytes()
        rows = content.count(b"\n") - 1
        lines.append(f"{path.relative_to(folder)}\t{rows} rows\t{hashlib.sha256(content).hexdigest()[:16]}")
    for part in twin.truth:
        sums = [np.sum(getattr(part, name), dtype=np.float64) for name in ("occurred", "recorded", "once", "counted")]
        lines.append("\t".join([part.feed, part.strand, *(f"{value:.4f}" for value in sums)]))
    return "\n".join(lines) + "\n"


def test_the_generator_has_not_changed_without_a_new_version(tmp_path: Path) -> None:
    golden = HERE / f"twin-version-{GENERATOR_VERSION}.txt"
    assert described(tmp_path / "twin") == golden.read_text("utf-8")
