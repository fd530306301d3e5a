"""What was recorded before a run, beside its forecasts: kept in the served file, so that no reader opens a panel.

Counts of the last periods by row of each level, and how the incidents of each strand came to notice.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]

KEY, COUNTS = b"strandcast history", b"strandcast counts"


@dataclass(frozen=True, eq=False)
class History:
    """Counts of the periods before a run's origin.

    Attributes:
        starts: First day of each period, ISO 8601, the oldest first.
        strands: The run's strands.
        completeness: Of each period, by strand: share of its records that was in; counts are divided by it.
        noticed: Of each strand, class of provenance to its share of the counts; empty where none was counted.
        counts: float32[member of any level and its strand, period], blocks as the layout has them; NaN where the period
            was not observed everywhere.
    """

    starts: tuple[str, ...]
    strands: tuple[str, ...]
    completeness: tuple[tuple[float, ...], ...]
    noticed: tuple[Mapping[str, float], ...]
    counts: F32

    def metadata(self) -> dict[bytes, bytes]:
        """Return it as metadata of a served file."""
        said = {
            "starts": self.starts,
            "strands": self.strands,
            "completeness": self.completeness,
            "noticed": [dict(one) for one in self.noticed],
        }
        text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
        return {KEY: text.encode(), COUNTS: self.counts.astype("<f4").tobytes()}

    @classmethod
    def read(cls, metadata: Mapping[bytes, bytes] | None) -> "Self | None":
        """Return the history that a file's metadata says; None: it was made before files had one."""
        if metadata is None or KEY not in metadata:
            return None
        said: Any = json.loads(metadata[KEY])
        starts = tuple(said["starts"])
        counts = np.frombuffer(metadata[COUNTS], "<f4").reshape(-1, len(starts)) if starts else np.zeros((0, 0), "<f4")
        return cls(
            starts, tuple(said["strands"]), tuple(map(tuple, said["completeness"])), tuple(said["noticed"]), counts
        )


# Of a run that was recorded before histories were kept.
NONE = History((), (), (), (), np.zeros((0, 0), np.float32))
