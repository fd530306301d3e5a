"""Files that no row names: left by work that was interrupted, or all there are, where the database is another one."""

from dataclasses import dataclass

from ledger.files import FileStore
from ledger.ledger import Ledger


@dataclass(frozen=True)
class Unnamed:
    """The files of a workspace that its database does not name.

    Attributes:
        files: How many.
        all_of_them: There are some, and the database names none that is there.
    """

    files: int
    all_of_them: bool

    def problem(self) -> str:
        """Return what is wrong where they are all of them, in one sentence without its end."""
        files = f"any of the {self.files:,} files" if self.files > 1 else "the file"
        return f"the database does not name {files} of this workspace: it is empty, or that of another one"


def unnamed_files(ledger: Ledger, files: FileStore) -> Unnamed:
    """Return how many files of a workspace no row of the ledger names.

    Raises:
        LedgerError: The rows cannot be read.
    """
    there = frozenset(files.every())
    unnamed = there - ledger.paths() if there else there
    return Unnamed(len(unnamed), bool(unnamed) and len(unnamed) == len(there))
