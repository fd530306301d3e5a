"""Whether faults are known of what the product is made of; where that cannot be looked up, it says so.

python scripts/dependency_audit.py REQUIREMENTS [--osv-url URL]
    REQUIREMENTS: exact versions, as `uv export` writes them; URL: another source of advisories than api.osv.dev

Exit code 0: every library was looked up, and nothing is known of any. 1: faults are known. 3: not checked, in whole or
in part; that is never a pass.
"""

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

CLEAN, FAULTS, NOT_CHECKED = 0, 1, 3
OSV = "https://api.osv.dev/v1/query"

_PINNED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==", re.MULTILINE)
_SECONDS = 600


@dataclass(frozen=True)
class Verdict:
    """What was found.

    Attributes:
        code: Exit code.
        lines: What is said of it.
    """

    code: int
    lines: tuple[str, ...]


def names(requirements: str) -> frozenset[str]:
    """Return the libraries that requirements pin, by their normal names."""
    return frozenset(_normal(name) for name in _PINNED.findall(requirements))


def judged(wanted: Collection[str], output: str, complaint: str) -> Verdict:
    """Judge what pip-audit said.

    Args:
        wanted: Libraries that were to be looked up.
        output: Its answer, JSON if it came to one.
        complaint: What it wrote beside.
    """
    try:
        answers = {_normal(one["name"]): one for one in json.loads(output)["dependencies"]}
    except (ValueError, KeyError, TypeError):
        last = next(iter(complaint.strip().splitlines()[-1:]), "pip-audit said nothing")
        return Verdict(NOT_CHECKED, (f"not checked: the source of advisories gave no answer ({last[:300]})",))
    missed = sorted(name for name in wanted if name not in answers or "vulns" not in answers[name])
    faults = [
        f"{name} {one['version']}: {fault['id']}, mended in {', '.join(fault['fix_versions']) or 'no version yet'}"
        for name, one in sorted(answers.items())
        for fault in one.get("vulns", ())
    ]
    if not wanted:
        return Verdict(NOT_CHECKED, ("not checked: there is nothing to look up",))
    if missed:
        faults.append(f"not checked: {len(missed)} of {len(wanted)} libraries, {', '.join(missed[:10])}")
        return Verdict(FAULTS if len(faults) > 1 else NOT_CHECKED, tuple(faults))
    if faults:
        return Verdict(FAULTS, tuple(faults))
    return Verdict(CLEAN, (f"checked: {len(wanted)} libraries, no known fault",))


def audit(requirements: Path, osv_url: str) -> Verdict:
    """Look up every library that a file of requirements pins."""
    wanted = names(requirements.read_text("utf-8"))
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(requirements), "--disable-pip", "--no-deps"]
    command += ["--vulnerability-service", "osv", "--osv-url", osv_url, "--format", "json", "--progress-spinner", "off"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_SECONDS)  # noqa: S603 - ours
    except subprocess.TimeoutExpired:
        return Verdict(NOT_CHECKED, (f"not checked: no answer within {_SECONDS} seconds",))
    return judged(wanted, done.stdout, done.stderr)


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("requirements", type=Path)
    parser.add_argument("--osv-url", default=OSV)
    asked = parser.parse_args()
    verdict = audit(asked.requirements, asked.osv_url)
    sys.stdout.write("".join(f"{line}\n" for line in verdict.lines))
    sys.exit(verdict.code)
