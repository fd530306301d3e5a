"""Where the larger data sets are that some tests read, and the one way to skip without them."""

import os
from pathlib import Path

import pytest

from tests.support.repository import REPOSITORY

MISSING = "data folder missing: "


def shared_folder() -> Path:
    """Return the data folder: STRANDCAST_SHARED_DATA, else `shared/data` beside the repository; it may not exist."""
    named = os.environ.get("STRANDCAST_SHARED_DATA")
    return Path(named) if named else REPOSITORY.parent / "shared" / "data"


def shared_file(relative: str) -> Path:
    """Return a file of the data folder, or skip the test where the folder is missing.

    A file that is absent from a folder that is there is an error, not a skip.

    Raises:
        FileNotFoundError: The folder is there and the file is not.
    """
    folder = shared_folder()
    if not folder.is_dir():
        pytest.skip(f"{MISSING}{folder}")
    path = folder / relative
    if not path.exists():
        raise FileNotFoundError(path)
    return path


def skip_is_honest(reason: str) -> bool:
    """Return whether a skip names a data folder that is really missing."""
    _, found, folder = reason.partition(MISSING)
    return bool(found) and not Path(folder.strip()).is_dir()
