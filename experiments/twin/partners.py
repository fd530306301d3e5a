"""What partners record: councils, Action Fraud, the roads, the fire service, health and domestic abuse services."""

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from experiments.twin.clocks import begin, delay, pick
from experiments.twin.county import County, Floats, groups
from experiments.twin.crimes import Crimes
from experiments.twin.deliveries import Delivery
from experiments.twin.demand import Demand
from experiments.twin.parameters import Parameters
from experiments.twin.seasons import Weeks
from experiments.twin.strands import FLAGS
from experiments.twin.texts import MINUTES_A_DAY, Integers, chosen, clock, days, flags, local, moments, numbered
from experiments.twin.traits import Traits

_ASB_CATEGORIES = ("noise", "vehicles", "street drinking", "litter", "neighbours", "other")
_ASB_SHARES = (0.34, 0.14, 0.08, 0.16, 0.18, 0.10)
# Codes of the National Fraud Intelligence Bureau, with shares that are assumptions; the last two are always cyber.
_FRAUD_CODES = ("NFIB3A", "NFIB1H", "NFIB5A", "NFIB3D", "NFIB1D", "NFIB90", "NFIB50A", "NFIB52C")
_FRAUD_SHARES = (0.27, 0.20, 0.16, 0.07, 0.03, 0.15, 0.05, 0.07)
_FRAUD_CYBER = np.array([0.85, 0.35, 0.40, 0.02, 0.80, 0.20, 1.0, 1.0])
_WEAPONS = ("none", "knife", "blunt", "glass", "body", "other")
_WEAPON_SHARES = (0.16, 0.05, 0.06, 0.06, 0.60, 0.07)
_SERVICES = ("ambulance", "A&E")
_PROPERTIES = ("dwelling", "vehicle", "outdoor", "other building")
_MARAC_SERVICES = ("MARAC", "IDVA")


@dataclass(frozen=True, eq=False)
class Incidents:
    """Incidents of one kind as the feed that holds it records them, in the order in which they happen.

    Attributes:
        week, area: Indices.
        begins: Minute since 1970, local.
        recorded: Minute of the record.
    """

    week: Integers = field(repr=False)
    area: Integers = field(repr=False)
    begins: Integers = field(repr=False)
    recorded: Integers = field(repr=False)

    def __len__(self) -> int:
        """Return the number of incidents."""
        return len(self.week)


@dataclass(frozen=True, eq=False)
class Scene:
    """What the feeds are drawn from.

    Attributes:
        county, traits, weeks, parameters, demand: The simulated county.
        last_day: Day since 1970 after which nothing is in the files.
    """

    county: County
    traits: Traits
    weeks: Weeks
    parameters: Parameters
    demand: Demand
    last_day: int

    def incidents(self, kind: str, rng: np.random.Generator, counts: NDArray[np.int64] | None = None) -> Incidents:
        """Draw the times of a kind's recorded incidents, or of other counts by week and area of the same kind."""
        number = self.parameters.index(kind)
        of_kind = self.demand.recorded[:, number] if counts is None else counts
        cells = np.repeat(np.arange(of_kind.size), of_kind.ravel())
        week, area = np.unravel_index(cells, of_kind.shape)
        names = self.parameters.kinds
        index = np.full(len(cells), number)
        monday = self.weeks.starts.astype(np.int64)[week] * MINUTES_A_DAY
        clocks = np.array([one.clock for one in names])
        begins = local(monday + begin(clocks, index, self.traits.centre[area], rng))
        waits = delay(np.array([one.delay for one in names]), index, rng)
        order = np.argsort(begins, kind="stable")
        return Incidents(week[order], area[order], begins[order], local(begins + waits)[order])

    def lsoas(self, area: Integers) -> pa.Array:
        """Return area codes."""
        return chosen(self.county.codes, area)

    def delivered(self, feed: str, table: pa.Table, written: Integers, begins: Integers) -> Delivery:
        """Return a delivery of what is written by the last day; both times in minutes."""
        delivery = Delivery.ordered(feed, table, written // MINUTES_A_DAY, begins // MINUTES_A_DAY)
        return delivery.kept(delivery.delivered <= self.last_day)


def council_asb(scene: Scene, rng: np.random.Generator) -> Delivery:
    """Return reports of anti-social behaviour to councils."""
    made = scene.incidents("asb-council", rng)
    columns = {
        "report_no": numbered("SYN-A", np.arange(1, len(made) + 1), 6),
        "reported_on": days(made.recorded // MINUTES_A_DAY),
        "happened_on": days(made.begins // MINUTES_A_DAY),
        "category": chosen(_ASB_CATEGORIES, _draw(_ASB_SHARES, len(made), rng)),
        "lsoa": scene.lsoas(made.area),
        "council": chosen(*_districts(scene.county, made.area)),
    }
    return scene.delivered("council-asb", pa.table(columns), made.recorded, made.begins)


def action_fraud(scene: Scene, rng: np.random.Generator) -> Delivery:
    """Return reports to Action Fraud, by where the victim lives."""
    made = scene.incidents("fraud", rng)
    code = _draw(_FRAUD_SHARES, len(made), rng)
    columns = {
        "report_no": numbered("SYN-F", np.arange(1, len(made) + 1), 6),
        "reported_on": days(made.recorded // MINUTES_A_DAY),
        "happened_on": days(made.begins // MINUTES_A_DAY),
        "fraud_code": chosen(_FRAUD_CODES, code),
        "cyber_enabled": flags(rng.random(len(made)) < _FRAUD_CYBER[code]),
        "victim_lsoa": scene.lsoas(made.area),
    }
    return scene.delivered("action-fraud", pa.table(columns), made.recorded, made.begins)


def collisions(scene: Scene, rng: np.random.Generator) -> tuple[Delivery, NDArray[np.int64]]:
    """Return road collisions with injury, and those fatal or serious by week and area."""
    made = scene.incidents("collision", rng)
    shared = scene.parameters.mechanisms
    slight = 1 - shared.fatal_collisions - shared.serious_collisions
    severity = 1 + _draw((shared.fatal_collisions, shared.serious_collisions, slight), len(made), rng)
    points = scene.county.points[made.area]
    columns = {
        "collision_index": numbered("SYN-R", np.arange(1, len(made) + 1), 6),
        "date": days(made.begins // MINUTES_A_DAY, "%d/%m/%Y"),
        "time": clock(made.begins),
        "longitude": _coordinate(points[:, 0]),
        "latitude": _coordinate(points[:, 1]),
        "collision_severity": severity,
        "number_of_casualties": 1 + rng.poisson(0.32, len(made)),
        "lsoa_of_accident_location": scene.lsoas(made.area),
        "police_force": np.full(len(made), 42),
    }
    grave = np.zeros(scene.demand.recorded[:, 0].shape, dtype=np.int64)
    np.add.at(grave, (made.week[severity < 3], made.area[severity < 3]), 1)
    # Forces send collisions on about a month after they happened.
    later = made.begins + 30 * MINUTES_A_DAY
    delivery = scene.delivered("stats19", pa.table(columns), later, made.begins)
    return Delivery(delivery.feed, delivery.table, delivery.occurred, delivery.occurred), grave


def deliberate_fires(scene: Scene, rng: np.random.Generator) -> Delivery:
    """Return deliberate fires that the fire service attended."""
    made = scene.incidents("fire", rng)
    place = _draw((0.08, 0.22, 0.58, 0.12), len(made), rng)
    primary = rng.random(len(made)) < np.array([0.9, 0.9, 0.08, 0.6])[place]
    columns = {
        "incident_no": numbered("SYN-D", np.arange(1, len(made) + 1), 5),
        "call_time": moments(made.begins),
        "lsoa": scene.lsoas(made.area),
        "fire_type": chosen(("secondary", "primary"), primary.astype(np.int8)),
        "property": chosen(_PROPERTIES, place),
    }
    return scene.delivered("deliberate-fires", pa.table(columns), made.begins, made.begins)


def assault_attendances(scene: Scene, rng: np.random.Generator) -> Delivery:
    """Return injuries that ambulances and A&E met, whether or not the police heard of them."""
    injured = scene.demand.occurred[:, scene.parameters.index("violence-injury")]
    made = scene.incidents("violence-injury", rng, rng.binomial(injured, scene.parameters.mechanisms.attended))
    columns = {
        "record_no": numbered("SYN-H", np.arange(1, len(made) + 1), 6),
        "service": chosen(_SERVICES, _draw((0.38, 0.62), len(made), rng)),
        "attended_at": moments(made.begins),
        "lsoa": scene.lsoas(made.area),
        "weapon": chosen(_WEAPONS, _draw(_WEAPON_SHARES, len(made), rng)),
    }
    return scene.delivered("assault-attendances", pa.table(columns), made.begins, made.begins)


def marac_referrals(scene: Scene, crimes: Crimes, rng: np.random.Generator) -> Delivery:
    """Return referrals of domestic abuse services by district and week: counts alone."""
    names, district = groups(scene.county.districts)
    abuse = (crimes.combination >> FLAGS.index("domestic_abuse") & 1 == 1) & crimes.stands
    recorded = np.zeros((scene.weeks.count, len(names)))
    np.add.at(recorded, (crimes.week[abuse], district[crimes.area[abuse]]), 1.0)
    # A referral follows within weeks, so counts follow a month's mean rather than the week's own records.
    usual = np.stack([recorded[max(0, week - 4) : week + 1].mean(axis=0) for week in range(len(recorded))])
    means = usual[:, :, None] * scene.parameters.mechanisms.marac * np.array([0.45, 0.55])
    counts = rng.poisson(means)
    week, place, service = (index.ravel() for index in np.indices(counts.shape))
    monday = scene.weeks.starts.astype(np.int64)[week]
    columns = {
        "week_beginning": days(monday),
        "district": chosen(names, place),
        "service": chosen(_MARAC_SERVICES, service),
        "referrals": counts.ravel(),
    }
    return Delivery("marac-referrals", pa.table(columns), monday, monday)


def _draw(shares: tuple[float, ...], count: int, rng: np.random.Generator) -> Integers:
    return pick(np.array([shares]), np.zeros(count, dtype=np.int64), rng)


def _districts(county: County, area: Integers) -> tuple[tuple[str, ...], Integers]:
    names, district = groups(county.districts)
    return names, district[area]


def _coordinate(values: Floats) -> pa.Array:
    return pa.array(np.round(values, 6), from_pandas=True)
