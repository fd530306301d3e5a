"""A model's files changed in every way that comes to mind, and what the loading of each says.

Traps stand where a file would be parsed: a mutation that gets as far is told.
"""

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import models.kept_panels
import models.preflight
import models.registry
from errors import LedgerError
from ledger.files import FileStore
from ledger.ledger import Ledger
from models.kept_panels import read_panel, stored_panel
from models.registry import KIND, TREES, read_manifest

# A pickle that would run a command, in the protocol that every version reads.
_PICKLE = b"cos\nsystem\n(S'echo parsed'\ntR."

Mutation = Callable[[Random, bytes], bytes]


def _flipped(rng: Random, data: bytes) -> bytes:
    changed = bytearray(data)
    changed[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _spread(rng: Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.randint(2, 64)):
        changed[rng.randrange(len(data))] = rng.randrange(256)
    return bytes(changed)


def _digit(rng: Random, data: bytes) -> bytes:
    places = [place for place in rng.sample(range(len(data)), min(len(data), 400)) if data[place] in b"0123456789"]
    return _flipped(rng, data) if not places else _replaced(data, places[0], b"%d" % rng.randrange(10))


def _replaced(data: bytes, place: int, other: bytes) -> bytes:
    return data[:place] + other + data[place + len(other) :]


def _without(rng: Random, data: bytes) -> bytes:
    begin = rng.randrange(len(data))
    return data[:begin] + data[begin + rng.randint(1, 4096) :]


def _inserted(rng: Random, data: bytes) -> bytes:
    place = rng.randrange(len(data))
    return data[:place] + rng.randbytes(rng.randint(1, 4096)) + data[place:]


def _moved(rng: Random, data: bytes) -> bytes:
    place = rng.randrange(1, len(data))
    return data[place:] + data[:place]


BYTES: Mapping[str, Mutation] = {
    "one bit flipped": _flipped,
    "many bytes changed": _spread,
    "a digit changed": _digit,
    "cut short": lambda rng, data: data[: rng.randrange(len(data))],
    "begun late": lambda rng, data: data[rng.randrange(1, len(data)) :],
    "a part left out": _without,
    "a part put in": _inserted,
    "parts in another order": _moved,
    "zeros over a part": lambda rng, data: _replaced(data, rng.randrange(len(data)), bytes(rng.randint(1, 4096))),
    "said twice": lambda _, data: data + data,
    "a space more": lambda _, data: data + b" ",
    "other line ends": lambda _, data: data.replace(b"\n", b"\r\n") + b"\r\n",
    "empty": lambda *_: b"",
    "noise": lambda rng, _: rng.randbytes(rng.randint(1, 65536)),
    "a pickle": lambda *_: _PICKLE,
    "a long line": lambda rng, _: b"9" * rng.randint(100_000, 1_000_000),
}
# What may lie at a path besides a file of other bytes.
PLACES: Mapping[str, Callable[[Path], None]] = {
    "absent": lambda _: None,
    "a folder": lambda path: path.mkdir(),
    "a pipe": os.mkfifo,
    "a link to nowhere": lambda path: path.symlink_to("nowhere"),
    "a link to a device": lambda path: path.symlink_to("/dev/zero"),
    "a link to another file": lambda path: path.symlink_to(__file__),
}


@dataclass
class Figures:
    """What was found.

    Attributes:
        refused: Loadings that were refused, by what had been done to the file.
        problems: Those that were not, or that parsed something first.
    """

    refused: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)


class Model:
    """A registered model and its three files: manifest, trees and the panel of its golden forecasts."""

    def __init__(self, ledger: Ledger, files: FileStore, version: str) -> None:
        self._ledger = ledger
        self._files = files
        self._version = version
        self._panel = str(read_manifest(ledger, files, version)["panel"]["name"])
        self.paths = {
            "manifest": files.root / ledger.artefact(KIND, version).path,
            "trees": files.root / ledger.artefact(TREES, version).path,
            "panel": files.root / stored_panel(ledger, self._panel).path,
        }

    def ways_in(self, part: str) -> Mapping[str, Callable[[], object]]:
        """Return every way to load one of the files."""
        ways: dict[str, Callable[[], object]] = {
            "pre-flight": lambda: models.preflight.preflight(self._ledger, self._files, self._version)
        }
        if part == "panel":
            return {**ways, "panel": lambda: read_panel(self._ledger, self._files, self._panel)}
        return {**ways, "load": lambda: models.registry.load(self._ledger, self._files, self._version)}


def mutate(model: Model, times: int, seed: int, between: Callable[[int], None] = lambda _: None) -> Figures:
    """Change a file, try every way in, put the file back; `times` times.

    Args:
        model: Whose files.
        times: How often.
        seed: Of the choice of the file, the change and its place.
        between: Called after each with the number done, while the file is still the changed one.
    """
    found = Figures()
    rng = Random(seed)  # noqa: S311 - nothing is kept secret by it
    for done in range(1, times + 1):
        part = rng.choice(sorted(model.paths))
        path = model.paths[part]
        whole = path.read_bytes()
        what = rng.choice([*BYTES, *PLACES])
        path.unlink()
        if what in PLACES:
            PLACES[what](path)
        else:
            changed = BYTES[what](rng, whole)
            # A digit may be replaced by itself.
            path.write_bytes(changed if changed != whole else changed + b"\n")
        for way, load in model.ways_in(part).items():
            _try(found, f"{part}, {what}", way, load)
        between(done)
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        path.write_bytes(whole)
    return found


def _try(found: Figures, what: str, way: str, load: Callable[[], object]) -> None:
    with _traps(whole_manifest="manifest" not in what) as reached:
        try:
            load()
        except LedgerError:
            found.refused[what] += 1
        except Exception as error:  # noqa: BLE001 - whatever else it says is what is looked for
            found.problems.append(f"{what}: {way} said {error!r}")
        else:
            found.problems.append(f"{what}: {way} took it")
    found.problems += [f"{what}: {way} reached {name}" for name in reached]


@contextmanager
def _traps(*, whole_manifest: bool) -> Iterator[list[str]]:
    """Put traps where files are parsed, here or in a child; yield what was reached. A whole manifest may be read."""
    reached: list[str] = []

    def trap(name: str) -> Callable[..., Any]:
        def caught(*arguments: object, **named: object) -> None:
            reached.append(name)

        return caught

    places: list[tuple[Any, str]] = [
        (models.preflight, "_flown"),
        (models.registry, "unpack"),
        (models.kept_panels, "from_bytes"),
        *([] if whole_manifest else [(models.registry, "json")]),
    ]
    before = [getattr(module, name) for module, name in places]
    try:
        for module, name in places:
            setattr(module, name, _Trapped(trap(name)) if name == "json" else trap(name))
        yield reached
    finally:
        for (module, name), value in zip(places, before, strict=True):
            setattr(module, name, value)


class _Trapped:
    """Stands for the module `json`."""

    def __init__(self, loads: Callable[..., Any]) -> None:
        self.loads = loads
