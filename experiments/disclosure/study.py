"""The study: what an attacker recovers of hidden numbers, from our sets and from two careless ways of publishing."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

from experiments.disclosure.attacker import Interval, attack
from experiments.disclosure.said import READERS, Clock, Said, feeds_of, own_of, publish_all, written_down
from experiments.disclosure.world import HISTORY, STRANDS, WEEKS, World, make_world
from models.disclosure.measure import Measure
from models.disclosure.places import Places

Careless = Literal["hidden", "rounded"]
CARELESS: tuple[Careless, ...] = ("hidden", "rounded")


@dataclass
class Tally:
    """What an attacker was left with.

    Attributes:
        hidden: Hidden numbers that were attacked.
        recovered: Of them, those that it recovered.
        wide: Of them, those of which it was left as many values as there are below the minimum, or more.
        fewest: Values that were left of the one that it knew most of; None where nothing was attacked.
        published: Numbers that were shown.
        sets: Sets of everything published that was attacked.
        values: Values left, and of how many hidden numbers.
    """

    hidden: int = 0
    recovered: int = 0
    wide: int = 0
    fewest: int | None = None
    published: int = 0
    sets: int = 0
    values: dict[int, int] = field(default_factory=dict)

    def add(self, intervals: Sequence[Interval], minimum: int) -> None:
        """Count what was told of the hidden numbers of a set."""
        self.sets += 1
        for interval in intervals:
            self.hidden += 1
            self.recovered += interval.recovered
            self.wide += interval.values >= minimum
            self.fewest = interval.values if self.fewest is None else min(self.fewest, interval.values)
            self.values[interval.values] = self.values.get(interval.values, 0) + 1


def attack_ours(world: World, folder: Path, clock: Clock, most: int, rng: np.random.Generator) -> dict[str, Tally]:
    """Attack what is published of a world, as each reader."""
    published, places = publish_all(world, folder, clock)
    found = {}
    for reader in READERS:
        tally: Tally = Tally()
        found[str(reader)] = tally
        if reader in ("partner", "second", "together") and not feeds_of(world, reader):
            continue
        said = written_down(world, published, places, reader)
        targets = _some([item for item in said if item.hidden], most, rng)
        own = own_of(world, reader)
        mine = [int((own * target.shares).sum()) for target in targets]
        told = [
            Interval(one.low - less, one.high - less) for one, less in zip(attack(said, targets), mine, strict=True)
        ]
        tally.add(told, world.rules.minimum_count)
        tally.published = sum(row["recorded"] is not None for row in published.tables["counts"])
    return found


def attack_careless(world: World, way: Careless, most: int, rng: np.random.Generator) -> Tally:
    """Attack the same weeks if they had been published carelessly: small numbers hidden and no thought of totals."""
    places = Places.of(world.areas, world.rules.level)
    step = 1 if way == "hidden" else world.rules.round_to
    measure = Measure(world.rules.minimum_count, step)
    said = [
        _carelessly(world, places, measure, (week, strand, place))
        for week in range(HISTORY, WEEKS)
        for strand in range(len(STRANDS))
        for place in range(len(places))
    ]
    targets = _some([item for item in said if item.hidden], most, rng)
    tally = Tally()
    tally.add(attack(said, targets), world.rules.minimum_count)
    return tally


def _carelessly(world: World, places: Places, measure: Measure, cell: tuple[int, int, int]) -> Said:
    week, strand, place = cell
    beneath = [place, *places.beneath(place).tolist()]
    shares = np.zeros_like(world.totals)
    shares[week, strand, np.isin(places.member, beneath)] = 1.0
    value = np.array(float((world.totals * shares).sum()))
    if value < measure.minimum:
        return Said(shares, 0.0, measure.most_hidden, hidden=True)
    return Said(shares, *measure.interval(float(measure.rounded(value)), measure.round_to), hidden=False)


def study(
    numbers: Iterable[int],
    seed: int,
    folder: Path,
    clock: Clock,
    most: int = 20,
    tell: Callable[[int, dict[str, Tally]], None] = lambda _number, _tallies: None,
) -> dict[str, Tally]:
    """Attack the sets of everything published of some worlds, and as many careless ones.

    Args:
        numbers: Of the worlds.
        seed: Of the worlds, and of which hidden numbers are attacked.
        folder: Where workspaces are made.
        clock: Tells the time.
        most: Hidden numbers of a set that are attacked.
        tell: Told after each set the number of its world, and what came of all so far.
    """
    tallies: dict[str, Tally] = {name: Tally() for name in (*READERS, *CARELESS)}
    for number in numbers:
        rng = np.random.default_rng([seed, number])
        world = make_world(rng)
        found = attack_ours(world, folder / str(number), clock, most, rng)
        for way in CARELESS:
            found[way] = attack_careless(world, way, most, rng)
        for name, tally in found.items():
            _merge(tallies[name], tally)
        tell(number, tallies)
    return tallies


def _merge(into: Tally, tally: Tally) -> None:
    for name in ("hidden", "recovered", "wide", "published", "sets"):
        setattr(into, name, getattr(into, name) + getattr(tally, name))
    least = [value for value in (into.fewest, tally.fewest) if value is not None]
    into.fewest = min(least, default=None)
    for values, count in tally.values.items():
        into.values[values] = into.values.get(values, 0) + count


def _some(targets: list[Said], most: int, rng: np.random.Generator) -> list[Said]:
    if len(targets) <= most:
        return targets
    return [targets[number] for number in rng.choice(len(targets), most, replace=False)]
