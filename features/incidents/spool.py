"""Batches on their way into the archive: in memory while they are few, written early once they are many.

An ingest that is refused thus leaves nothing behind unless it is large, and a large one does not fill the memory. What
is written early and then never named by a row does not exist.
"""

from features.incidents.archive import Archive, StoredFile

# Some seven million rows of facts as Parquet.
MOST_WAITING = 2**28
_SUFFIX = ".parquet"


class Spool:
    """Encoded batches by number, written once those that wait hold more than `most_waiting` bytes."""

    def __init__(self, archive: Archive, most_waiting: int = MOST_WAITING) -> None:
        self._archive = archive
        self._most_waiting = most_waiting
        self._folders: list[str] = []
        self._waiting: dict[int, bytes] = {}
        self._written: dict[int, StoredFile] = {}

    def add(self, data: bytes, folder: str) -> int:
        """Take a batch for a folder of the archive; return its number."""
        self._folders.append(folder)
        number = len(self._folders) - 1
        self.replace(number, data)
        return number

    def replace(self, number: int, data: bytes) -> None:
        """Take other bytes in the place of a batch."""
        self._written.pop(number, None)
        self._waiting[number] = data
        if sum(map(len, self._waiting.values())) > self._most_waiting:
            for waiting in list(self._waiting):
                self.written(waiting)

    def read(self, number: int) -> bytes:
        """Return the bytes of a batch."""
        waiting = self._waiting.get(number)
        return self._archive.read(self._written[number]) if waiting is None else waiting

    def written(self, number: int) -> StoredFile:
        """Return the file of a batch, written."""
        if number in self._waiting:
            self._written[number] = self._archive.put(self._waiting.pop(number), self._folders[number], _SUFFIX)
        return self._written[number]
