"""Model files changed in every way that comes to mind: is each refused before it is parsed, and does the service live?

python -m benchmarks.mutated_models WORKSPACE [--times 5000] [--seed 1]
    WORKSPACE: one with a champion; it is copied, and the copy is served meanwhile
"""

import argparse
import shutil
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.service import served
from features.workspace import Workspace
from ledger.files import FileStore
from ledger.ledger import Ledger
from models.registry import CHAMPION, resolve
from tests.support.mutated import Model, mutate

BETWEEN_LOOKS = 250


def measure(root: Path, times: int, seed: int) -> None:
    """Mutate, and print what was found."""
    answers: list[int] = []
    began = time.perf_counter()
    with (
        Ledger.open(Workspace.open(root).database_url, lambda: datetime.now(UTC)) as ledger,
        served(root) as (client, _),
    ):

        def look(done: int) -> None:
            if done % BETWEEN_LOOKS == 0:
                answers.extend(client.get(path).status_code for path in ("/livez", "/readyz", "/v1/periods"))

        files = FileStore(root)
        found = mutate(Model(ledger, files, resolve(ledger, CHAMPION)), times, seed, look)
    for what, count in sorted(found.refused.items()):
        print(f"{what:40}{count:7,} refused")
    for problem in found.problems:
        print(problem)
    print(
        f"{times:,} mutations, {found.refused.total():,} loadings refused, {len(found.problems)} problems; the service "
        f"answered {len(answers)} looks with {sorted(set(answers))}; {time.perf_counter() - began:.0f} s"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--times", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="strandcast-benchmark-") as place:
        copy = Path(place) / "w"
        shutil.copytree(asked.workspace, copy)
        measure(copy, asked.times, asked.seed)
