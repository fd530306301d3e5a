"""Style sheets and scripts: ours alone, served under a name that changes with their content."""

import gzip
import hashlib
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent / "static"
ADDRESS = "/static"
_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
_MARK_LENGTH = 12


class Asset(NamedTuple):
    """A file as it is served.

    Attributes:
        content: Its bytes.
        packed: The same, gzip.
        media_type: What it is.
        mark: Begins its hash.
    """

    content: bytes
    packed: bytes
    media_type: str
    mark: str


class Assets:
    """The files of `static/`, read once."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._files = {path.name: _read(path) for path in sorted(folder.iterdir()) if path.suffix in _TYPES}

    def address(self, name: str) -> str:
        """Return where a file is found; another address once its content is another.

        Raises:
            KeyError: There is no such file.
        """
        return f"{ADDRESS}/{self._files[name].mark}/{name}"

    def find(self, mark: str, name: str) -> Asset | None:
        """Return a file; None where there is none of this name and content."""
        found = self._files.get(name)
        return found if found is not None and found.mark == mark else None


def _read(path: Path) -> Asset:
    content = path.read_bytes()
    mark = hashlib.sha256(content).hexdigest()[:_MARK_LENGTH]
    return Asset(content, gzip.compress(content, 9, mtime=0), _TYPES[path.suffix], mark)
