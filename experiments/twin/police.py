"""What the police record beside crime: calls for service, patrol hours and stop-searches."""

import numpy as np
import pyarrow as pa

from experiments.twin.clocks import pick
from experiments.twin.crimes import SOURCES, Crimes
from experiments.twin.deliveries import Delivery
from experiments.twin.partners import Incidents, Scene
from experiments.twin.texts import Integers, chosen, days, moments, numbered

_OPENINGS = ("crime", "anti-social behaviour", "concern for safety", "suspicious", "road related", "alarm", "other")
_OTHER_SHARES = (0.30, 0.16, 0.26, 0.08, 0.20)
# Shares of grades 1 to 4 by opening code, and the median minutes of handling by grade.
_GRADES = np.array(
    [
        [0.20, 0.38, 0.30, 0.12],
        [0.08, 0.34, 0.22, 0.36],
        [0.34, 0.40, 0.12, 0.14],
        [0.22, 0.44, 0.10, 0.24],
        [0.26, 0.34, 0.10, 0.30],
        [0.30, 0.40, 0.05, 0.25],
        [0.05, 0.20, 0.25, 0.50],
    ]
)
_MEDIAN_MINUTES = np.array([95.0, 75.0, 60.0, 14.0])
_SHIFTS = ("early", "late", "night")
_UNITS = ("foot", "vehicle", "neighbourhood")
_OBJECTS = ("Controlled drugs", "Offensive weapons", "Stolen goods", "Article for use in theft", "Firearms")
_OUTCOMES = ("No further action", "Arrest", "Community resolution", "Caution", "Summons")
_AGES = ("10-17", "18-24", "25-34", "over 34")
_GENDERS = ("Male", "Female")
_ETHNICITIES = ("White", "Black", "Asian", "Mixed", "Other")
_WEEKDAYS = np.array([[0.9, 0.9, 0.95, 1.0, 1.15, 1.2, 0.9]])


def command_control(scene: Scene, crimes: Crimes, asb: Incidents, rng: np.random.Generator) -> Delivery:
    """Return calls for service: those that begin a crime record, anti-social behaviour, and all the others."""
    called = rng.random(len(crimes)) < scene.parameters.mechanisms.crime_calls
    called &= crimes.source != SOURCES.index("Officer")
    first = np.maximum(crimes.recorded - rng.integers(15, 180, len(crimes)), crimes.begins)[called]
    calls = scene.incidents("calls", rng)
    received = np.concatenate([first, asb.recorded, calls.begins])
    area = np.concatenate([crimes.area[called], asb.area, calls.area])
    other = 2 + pick(np.array([_OTHER_SHARES]), np.zeros(len(calls), dtype=np.int64), rng)
    opening = np.concatenate([np.zeros(len(first), int), np.ones(len(asb), int), other])
    order = np.argsort(received, kind="stable")
    received, opening = received[order], opening[order]
    grade = pick(_GRADES, opening, rng)
    minutes = np.maximum(np.rint(_MEDIAN_MINUTES[grade] * np.exp(0.7 * rng.standard_normal(len(grade)))), 1)
    columns = {
        "incident_no": numbered("SYN-I", np.arange(1, len(received) + 1), 7),
        "received_at": moments(received),
        "grade": grade + 1,
        "lsoa": scene.lsoas(area[order]),
        "handling_minutes": minutes.astype(np.int64),
        "opening_code": chosen(_OPENINGS, opening),
    }
    return scene.delivered("command-control", pa.table(columns), received, received)


def patrol_hours(scene: Scene, rng: np.random.Generator) -> Delivery:
    """Return patrol visits: a row for what was planned and one for what was delivered."""
    visits = scene.demand.visits
    count = len(visits.area)
    monday = scene.weeks.starts.astype(np.int64)[visits.week]
    day = monday + pick(_WEEKDAYS, np.zeros(count, dtype=np.int64), rng)
    shift = pick(np.array([[0.28, 0.44, 0.28]]), np.zeros(count, dtype=np.int64), rng)
    unit = pick(np.array([[0.35, 0.40, 0.25]]), np.zeros(count, dtype=np.int64), rng)
    took_place = np.flatnonzero(visits.delivered > 0)
    row = np.concatenate([np.arange(count), took_place])
    status = np.repeat([0, 1], [count, len(took_place)])
    order = np.lexsort((status, row, day[row]))
    row, status = row[order], status[order]
    columns = {
        "shift_date": days(day[row]),
        "shift": chosen(_SHIFTS, shift[row]),
        "lsoa": scene.lsoas(visits.area[row]),
        "unit_type": chosen(_UNITS, unit[row]),
        "minutes": np.where(status == 0, visits.planned[row], visits.delivered[row]),
        "status": chosen(("planned", "delivered"), status),
    }
    return Delivery("patrol-hours", pa.table(columns), day[row], day[row])


def stop_search(scene: Scene, rng: np.random.Generator) -> Delivery:
    """Return stop-searches, in proportion to delivered patrol hours.

    Age, gender and ethnicity are drawn from the same shares everywhere: they say nothing about any place or person.
    """
    drawn = scene.incidents(
        "drugs-possession", rng, rng.poisson(scene.parameters.mechanisms.searches * scene.demand.hours)
    )

    def pick_one(*shares: float) -> Integers:
        return pick(np.array([shares]), np.zeros(len(drawn), dtype=np.int64), rng)

    columns = {
        "searched_at": moments(drawn.begins),
        "lsoa": scene.lsoas(drawn.area),
        "object_of_search": chosen(_OBJECTS, pick_one(0.62, 0.16, 0.12, 0.08, 0.02)),
        "outcome": chosen(_OUTCOMES, pick_one(0.70, 0.17, 0.07, 0.03, 0.03)),
        "age_range": chosen(_AGES, pick_one(0.2, 0.36, 0.24, 0.2)),
        "gender": chosen(_GENDERS, pick_one(0.9, 0.1)),
        "officer_defined_ethnicity": chosen(_ETHNICITIES, pick_one(0.80, 0.09, 0.05, 0.04, 0.02)),
    }
    return scene.delivered("stop-search", pa.table(columns), drawn.begins, drawn.begins)
