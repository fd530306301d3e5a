"""What a run was made of besides its data: code, lock and libraries."""

import platform
from importlib.metadata import version
from pathlib import Path

from models.replay.surroundings import CHECKOUT, code_revision, lock_sha256, processor

LIBRARIES = ("strandcast", "lightgbm", "numpy", "numba", "pandas", "pyarrow", "scikit-learn", "scipy")


def provenance(checkout: Path = CHECKOUT) -> dict[str, str]:
    """Return tags that name the code revision, the lock's hash, the platform, the processor and the libraries."""
    return {
        "code_revision": code_revision(checkout),
        "lock_sha256": lock_sha256(checkout),
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "processor": processor(),
        **{f"version.{name}": version(name) for name in LIBRARIES},
    }
