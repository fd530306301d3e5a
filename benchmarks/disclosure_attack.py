"""What an attacker recovers of the hidden numbers, out of everything that was published. SYNTHETIC worlds.

    python -m benchmarks.disclosure_attack [SETS] [--seed SEED] [--first WORLD] [--most NUMBER] [--minutes MINUTES]

For each set a small world of places, strands and weeks is drawn and published week after week by the same code that the
weekly run uses: counts, expected numbers and hours. The attacker knows the rules, which strand lies within another, the
formula of the forecasts and that of the hours, and solves two linear programs for every hidden number that is attacked:
the smallest and the largest value that all of it together allows. The neighbour also knows every shown number of the
lowest places exactly, the onlooker also where partners work; each of two partners its own records and what it is
told of teams' hours, and both together. Beside it the same worlds, published carelessly. Worlds of which a reader is
left fewer values than there are small ones are named; `1 --first WORLD` attacks one of them alone.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from experiments.disclosure.said import READERS
from experiments.disclosure.study import Tally, study

_EVERY = 100


def main() -> None:
    """Run it and print: narrowed numbers as they are found, the tallies every hundred sets and at the end."""
    parser = argparse.ArgumentParser()
    parser.add_argument("sets", type=int, nargs="?", default=1000)
    parser.add_argument("--seed", type=int, default=20260101)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--most", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=float("inf"), help="no set is begun after so many")
    given = parser.parse_args()
    begun = time.monotonic()
    known = dict.fromkeys(READERS, 0)

    def numbers() -> Iterator[int]:
        for number in range(given.first, given.first + given.sets):
            if time.monotonic() - begun > 60 * given.minutes:
                return
            yield number

    def tell(number: int, tallies: dict[str, Tally]) -> None:
        for reader in READERS:
            narrowed = tallies[reader].hidden - tallies[reader].wide
            if narrowed > known[reader]:
                print(f"world {number}: {reader} narrowed {narrowed - known[reader]}", flush=True)
            known[reader] = narrowed
        if not (number + 1 - given.first) % _EVERY:
            _print(begun, tallies)

    with tempfile.TemporaryDirectory() as folder:
        found = study(numbers(), given.seed, Path(folder), lambda: datetime.now(UTC), given.most, tell)
    _print(begun, found)


def _print(begun: float, tallies: dict[str, Tally]) -> None:
    seconds, load = time.monotonic() - begun, os.getloadavg()[0]
    print(f"{tallies['hidden'].sets:,} sets in {seconds:,.0f} s; load of the machine {load:.1f}")
    for name, tally in tallies.items():
        print(
            f"  {name}: {tally.hidden:,} hidden numbers attacked in {tally.sets:,} sets, {tally.recovered:,} "
            f"recovered, {tally.wide:,} left as many values as there are small ones, or more; fewest values left "
            f"{tally.fewest}; {tally.published:,} counts shown"
        )
        print("    values left: " + ", ".join(f"{n}: {count:,}" for n, count in sorted(tally.values.items())[:12]))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
