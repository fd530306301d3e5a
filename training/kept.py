"""Finished refits of a backtest, kept on disk so that an interrupted or repeated backtest goes on where it stopped.

A folder a run, named by everything that its forecasts depend on: what is known, the schedule, what is fitted, code and
libraries. Whatever changes gives another folder, so that nothing stale is ever read. A file a refit, written whole and
then renamed, with its hash in front.
"""

import hashlib
import io
import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.forecaster import Forecast
from models.spread import Spread
from training.fingerprint import fingerprint
from training.refits import Answer, Fit

# Folders of runs that are left when another is begun: a backtest beside its simple methods is a handful.
RUNS_KEPT = 24

_HASH = 64


@dataclass(frozen=True)
class KeptRun:
    """The finished refits of one method's run.

    Attributes:
        folder: Made when the first is kept.
    """

    folder: Path

    @classmethod
    def of(cls, root: Path, *, knowledge: object, schedule: object, fit: Fit) -> "KeptRun":
        """Return the run that depends on these.

        Args:
            root: Folder of all runs.
            knowledge: What is known, as values.
            schedule: What is asked, as values.
            fit: What is fitted: a function of this house, or a method of a recipe.

        Raises:
            DataError: What is fitted cannot be told from something else.
        """
        return cls(root / fingerprint(knowledge, schedule, fit)[:32])

    def read(self, number: int, origins: Sequence[int]) -> list[Answer] | None:
        """Return a refit's answers; None where they are not there, or not whole."""
        try:
            content = self._file(number).read_bytes()
        except FileNotFoundError:
            return None
        if hashlib.sha256(content[_HASH:]).hexdigest().encode() != content[:_HASH]:
            return None
        with np.load(io.BytesIO(content[_HASH:]), allow_pickle=False) as arrays:
            documents = json.loads(arrays["documents"].tobytes())
            answers = [_answer(mean, document) for mean, document in zip(arrays["mean"], documents, strict=True)]
        return answers if len(answers) == len(origins) else None

    def keep(self, number: int, answers: Sequence[Answer]) -> None:
        """Keep a refit's answers, whole or not at all."""
        documents = json.dumps([_document(answer) for answer in answers]).encode()
        buffer = io.BytesIO()
        mean = np.stack([answer.forecast.mean for answer in answers])
        np.savez(buffer, mean=mean, documents=np.frombuffer(documents, np.uint8))
        content = buffer.getvalue()
        self.folder.mkdir(parents=True, exist_ok=True)
        # Two processes may run the same backtest: each has a file of its own until it is whole.
        part = self.folder / f"{number:04d}.{os.getpid()}.part"
        with part.open("wb") as file:
            file.write(hashlib.sha256(content).hexdigest().encode() + content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self._file(number))

    def tidy(self) -> None:
        """Mark the run as used, and clear what killed runs and earlier ones left."""
        if self.folder.is_dir():
            os.utime(self.folder)
        for part in self.folder.parent.glob("*/*.part"):
            if not _runs(int(part.name.split(".")[1])):
                part.unlink(missing_ok=True)
        runs = sorted(self.folder.parent.glob("*/"), key=lambda path: path.stat().st_mtime)
        for folder in runs[:-RUNS_KEPT]:
            shutil.rmtree(folder, ignore_errors=True)

    def _file(self, number: int) -> Path:
        return self.folder / f"{number:04d}.forecasts"


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _document(answer: Answer) -> dict[str, Any]:
    forecast = answer.forecast
    return {
        "notices": answer.notices,
        "horizons": forecast.horizons,
        "method": forecast.method,
        "fallback": forecast.fallback,
        "level_fallback": dict(forecast.level_fallback),
        "spread": forecast.spread.document(),
    }


def _answer(mean: NDArray[np.float64], document: dict[str, Any]) -> Answer:
    forecast = Forecast(
        mean=mean,
        spread=Spread.of(document["spread"]),
        horizons=tuple(document["horizons"]),
        factors=None,
        method=document["method"],
        fallback=tuple(document["fallback"]),
        level_fallback={level: tuple(names) for level, names in document["level_fallback"].items()},
    )
    return Answer(forecast, tuple(document["notices"]))
