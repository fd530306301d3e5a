"""What a run was made of besides its data: code, lock and libraries."""

import hashlib
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
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
