"""Surroundings: all that a result hangs on besides its data: code, lock, libraries, processor and threads.

They are one small document, kept once and named by whatever was made in them.
"""

import hashlib
import json
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from ledger.artefacts import Artefact, Json
from ledger.files import FileStore

KIND = "surroundings"
CHECKOUT = Path(__file__).resolve().parents[2]
# The rooms that a forecast, an explanation and a plan are made in, and the one that tells them over HTTP.
MAKING = ("errors", "features", "ledger", "models")
ANSWERING = (*MAKING, "serving")
LIBRARIES = (
    "lightgbm",
    "numpy",
    "numba",
    "pandas",
    "pyarrow",
    "scikit-learn",
    "scipy",
    "highspy",
    "holidays",
)
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
_NAMED = 16


@dataclass(frozen=True)
class Surroundings:
    """What results were made in.

    Attributes:
        code: Room to the hash of its Python files, by their names and contents.
        revision: Of the code as git knows it, with "-dirty" where files differ from it; "" outside a checkout.
        lock: SHA-256 of uv.lock; "" where there is none.
        python: Its version.
        libraries: Library to version; "" where it is not installed.
        platform: System and kind of machine.
        processor: The processor's name, on which last bits depend.
        threads: Number of processors, and what the environment says of threads.
    """

    code: Mapping[str, str]
    revision: str
    lock: str
    python: str
    libraries: Mapping[str, str]
    platform: str
    processor: str
    threads: Mapping[str, str]

    def document(self) -> dict[str, Json]:
        """Return it as JSON values."""
        return {
            name: dict(value) if isinstance(value, Mapping) else value for name, value in sorted(vars(self).items())
        }

    def content(self) -> bytes:
        """Return the document as the bytes that are kept."""
        return json.dumps(self.document(), ensure_ascii=False, sort_keys=True, indent=1).encode()

    @property
    def name(self) -> str:
        """The name under which it is kept."""
        return hashlib.sha256(self.content()).hexdigest()[:_NAMED]

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Surroundings":
        """Return the surroundings of a document."""
        return cls(**document)


@dataclass(frozen=True)
class Difference:
    """Where the present surroundings are not those of then.

    Attributes:
        part: "code of ROOM", "lock", "python", "library NAME", "platform", "processor" or "threads".
        recorded: What it was.
        present: What it is.
    """

    part: str
    recorded: str
    present: str

    @property
    def numeric(self) -> bool:
        """Whether it may move last digits and no more: another processor, library or number of threads."""
        return not self.part.startswith("code")

    def document(self) -> dict[str, Json]:
        """Return it as JSON values."""
        return {"part": self.part, "recorded": self.recorded, "present": self.present}


def differences(recorded: Surroundings, present: Surroundings, rooms: Sequence[str]) -> tuple[Difference, ...]:
    """Return where two surroundings differ, as far as a result hangs on it; the git revision is told beside the code.

    Args:
        recorded: Those of then.
        present: Those of now.
        rooms: Rooms that the result was made in.
    """
    pairs = [(f"code of {room}", recorded.code.get(room, ""), present.code.get(room, "")) for room in rooms]
    pairs += [(name, getattr(recorded, name), getattr(present, name)) for name in ("lock", "python")]
    names = sorted({*recorded.libraries, *present.libraries})
    pairs += [(f"library {name}", recorded.libraries.get(name, ""), present.libraries.get(name, "")) for name in names]
    pairs += [(name, getattr(recorded, name), getattr(present, name)) for name in ("platform", "processor")]
    pairs.append(("threads", _told(recorded.threads), _told(present.threads)))
    return tuple(Difference(part, then, now) for part, then, now in pairs if then != now)


@cache
def present_surroundings() -> Surroundings:
    """Return the surroundings of this process, read once."""
    return Surroundings(
        code={room: code_sha256(CHECKOUT / room) for room in ANSWERING if (CHECKOUT / room).is_dir()},
        revision=code_revision(CHECKOUT),
        lock=lock_sha256(CHECKOUT),
        python=platform.python_version(),
        libraries={name: _version(name) for name in LIBRARIES},
        platform=f"{platform.system()} {platform.machine()}",
        processor=processor(),
        threads={
            "processors": str(os.cpu_count() or 0),
            **{name: os.environ[name] for name in _THREADS if name in os.environ},
        },
    )


def kept_surroundings(files: FileStore) -> Artefact:
    """Write the present surroundings as a file and return the row that names it; the same ones give the same row."""
    present = present_surroundings()
    stored = files.put(present.content(), KIND, ".json")
    return Artefact.of(KIND, present.name, stored, {"revision": present.revision})


def code_sha256(room: Path) -> str:
    """Return one hash of a folder's Python files, by their names and contents."""
    digest = hashlib.sha256()
    for path in sorted(room.rglob("*.py")):
        digest.update(
            f"{path.relative_to(room).as_posix()}\n{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode()
        )
    return digest.hexdigest()


def processor(described: Path = Path("/proc/cpuinfo")) -> str:
    """Return the processor's name, on which the last bits of a fit depend; empty where the system does not tell."""
    if not described.is_file():
        return platform.processor()
    lines = described.read_text("utf-8", "replace").splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else ""


def code_revision(checkout: Path) -> str:
    """Return the git commit, with "-dirty" where files differ from it; empty outside a checkout."""
    if not (checkout / ".git").exists():
        return ""
    command = ["git", "-C", str(checkout), "describe", "--always", "--abbrev=40", "--dirty", "--exclude=*"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - fixed arguments
    except FileNotFoundError:  # git is not installed
        return ""
    return done.stdout.strip()


def lock_sha256(checkout: Path) -> str:
    """Return the hash of uv.lock, empty where an installed package came without it."""
    lock = checkout / "uv.lock"
    return hashlib.sha256(lock.read_bytes()).hexdigest() if lock.is_file() else ""


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:  # a bento holds what it serves with alone
        return ""


def _told(threads: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in sorted(threads.items()))
