"""Makes a twin: a synthetic county with all its feeds, and the truth behind them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from experiments.twin.county import County
from experiments.twin.crimes import Crimes, crime_delivery, draw_crimes
from experiments.twin.deliveries import Delivery
from experiments.twin.demand import Demand, simulate
from experiments.twin.events import Events, draw_events
from experiments.twin.parameters import Gap, Parameters
from experiments.twin.partners import (
    Scene,
    action_fraud,
    assault_attendances,
    collisions,
    council_asb,
    deliberate_fires,
    marac_referrals,
)
from experiments.twin.police import command_control, patrol_hours, stop_search
from experiments.twin.seasons import Weeks
from experiments.twin.strands import StrandTable
from experiments.twin.street import FEED as STREET
from experiments.twin.street import street_crime
from experiments.twin.texts import MINUTES_A_DAY
from experiments.twin.traits import draw_traits
from experiments.twin.truth import Truth, truths
from models.progress import Advance

# The end of the last whole week of 2018: the recorded totals are those of 2017/18.
DEFAULT_END = date(2018, 12, 30)
WEEKS_A_TWIN_YEAR = 52


@dataclass(frozen=True)
class Outage:
    """Days that a feed never delivers, first and last included."""

    feed: str
    first_day: date
    last_day: date

    def document(self) -> dict[str, str]:
        """Return it for a manifest."""
        return {"feed": self.feed, "first_day": str(self.first_day), "last_day": str(self.last_day)}


@dataclass(frozen=True, eq=False)
class Twin:
    """A synthetic county.

    Attributes:
        seed: What everything was drawn from.
        scene: The simulated county.
        events: What was on.
        crimes: Every crime record, those that are not yet delivered included.
        deliveries: The feeds, outages taken out.
        outages: What was taken out.
        truth: What was expected, by feed and strand.
    """

    seed: int
    scene: Scene
    events: Events
    crimes: Crimes
    deliveries: tuple[Delivery, ...] = field(repr=False)
    outages: tuple[Outage, ...]
    truth: list[Truth] = field(repr=False)

    @property
    def demand(self) -> Demand:
        """What happened and what was recorded."""
        return self.scene.demand

    def delivery(self, feed: str) -> Delivery:
        """Return one feed."""
        return next(one for one in self.deliveries if one.feed == feed)


def make_twin(county: County, seed: int, end: date, weeks: int, parameters: Parameters, advance: Advance) -> Twin:
    """Make a twin.

    Args:
        county: Areas.
        seed: The same seed, with the same county, end and weeks, gives the same twin.
        end: Nothing later is known; weeks are those that are over by then.
        weeks: Weeks to keep.
        parameters: The generator's.
        advance: Called with (weeks done, weeks) of the simulation.
    """
    # Each part has randomness of its own, so that one drawing more or less does not change the others.
    traits_rng, events_rng, demand_rng, crime_rng, *feed_rngs = np.random.default_rng(seed).spawn(15)
    span = Weeks.ending(end, weeks, parameters.mechanisms.burn_in_weeks)
    traits = draw_traits(county, parameters, traits_rng)
    events = draw_events(county, span, events_rng)
    demand = simulate(county, traits, events.crowds(span), span, parameters, demand_rng, advance)
    last_day = int(np.datetime64(span.last_day, "D").astype(np.int64))
    scene = Scene(county, traits, span, parameters, demand, last_day)
    table = StrandTable.of(parameters.offences)
    crimes = draw_crimes(demand, traits, span, parameters, table, crime_rng)
    grave_delivery, grave = collisions(scene, feed_rngs[0])
    made = [grave_delivery, *_feeds(scene, crimes, events, feed_rngs[1:])]
    outages = tuple(_outage(gap, span) for gap in parameters.gaps)
    deliveries = tuple(_without(delivery, outages) for delivery in made)
    return Twin(seed, scene, events, crimes, deliveries, outages, list(truths(scene, crimes, grave, table)))


def _feeds(scene: Scene, crimes: Crimes, events: Events, rngs: Sequence[np.random.Generator]) -> Iterator[Delivery]:
    asb = scene.incidents("asb-police", rngs[0])
    yield crime_delivery(crimes, scene.county, scene.parameters, (scene.last_day + 1) * MINUTES_A_DAY - 1)
    yield street_crime(scene, crimes, asb, rngs[1])
    yield command_control(scene, crimes, asb, rngs[2])
    yield patrol_hours(scene, rngs[3])
    yield stop_search(scene, rngs[4])
    yield council_asb(scene, rngs[5])
    yield action_fraud(scene, rngs[6])
    yield deliberate_fires(scene, rngs[7])
    yield assault_attendances(scene, rngs[8])
    first = int(scene.weeks.starts[0].astype(np.int64))
    kept = events.first_day >= first
    yield Delivery("events", events.table().filter(pa.array(kept)), events.first_day[kept], events.first_day[kept])
    yield marac_referrals(scene, crimes, rngs[9])


def _outage(gap: Gap, weeks: Weeks) -> Outage:
    monday: date = weeks.starts[weeks.at(gap.at)].item()
    if gap.feed == STREET:
        month = monday.replace(day=1)
        after = (month + timedelta(days=31)).replace(day=1)
        return Outage(gap.feed, month, after - timedelta(days=1))
    return Outage(gap.feed, monday, monday + timedelta(days=7 * gap.weeks - 1))


def _without(delivery: Delivery, outages: Sequence[Outage]) -> Delivery:
    lost = [
        (
            int(np.datetime64(one.first_day, "D").astype(np.int64)),
            int(np.datetime64(one.last_day, "D").astype(np.int64)),
        )
        for one in outages
        if one.feed == delivery.feed
    ]
    return delivery.without(lost) if lost else delivery
