"""What some tests need and a machine may lack, larger data sets and programs, and the one way to skip without them."""

import os
import shutil
from pathlib import Path

import pytest

from tests.support.repository import REPOSITORY

MISSING = "data folder missing: "
NO_PROGRAM = "program missing: "


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


def need_program(name: str) -> str:
    """Return the path of a program, or skip the test where it is not installed."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{NO_PROGRAM}{name}")
    return found


def skip_is_honest(reason: str) -> bool:
    """Return whether a skip names a data folder or a program that is really missing."""
    _, data, folder = reason.partition(MISSING)
    _, program, name = reason.partition(NO_PROGRAM)
    return bool(data and not Path(folder.strip()).is_dir()) or bool(program and shutil.which(name.strip()) is None)
