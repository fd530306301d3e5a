"""Strands of the twin's records: membership, precedence and chances."""

from pathlib import Path

import numpy as np
import pytest

from experiments.twin.offences import load_offences
from experiments.twin.strands import COMBINATIONS, FLAGS, STRANDS, StrandTable, shares
from features.strands import load_taxonomy, taxonomy_text
from features.strands.inputs import takes
from tests.support.twins import parameters, small_twin

OFFENCES = load_offences()
TABLE = StrandTable.of(OFFENCES)


def strands(code: str, *flags: str, primary: bool = False) -> set[str]:
    offence = next(number for number, one in enumerate(OFFENCES) if one.code == code)
    combination = sum(1 << FLAGS.index(flag) for flag in flags)
    member = (TABLE.primary if primary else TABLE.member)[offence, combination]
    return {strand for strand, is_member in zip(STRANDS, member, strict=True) if is_member}


def test_offences_are_those_recorded_in_2017_18() -> None:
    assert sum(offence.recorded for offence in OFFENCES) == 134_153
    of_kind = shares(parameters().kinds, OFFENCES)
    assert np.all(of_kind.sum(axis=0) > 0)


def test_an_incident_may_belong_to_several_strands_and_counts_once() -> None:
    assert strands("8N") == set()
    assert strands("8N", "domestic_abuse") == {"Domestic abuse"}
    both = strands("5D", "domestic_abuse", "knife")
    assert both == {"Serious violence and knife crime", "Domestic abuse"}
    assert strands("5D", "domestic_abuse", "knife", primary=True) == {"Serious violence and knife crime"}
    assert strands("19D") == {"Child abuse and exploitation", "Rape and sexual offences"}
    assert strands("28E") == {"Burglary"}
    assert strands("8R", "cyber_enabled") == {"Fraud and cyber crime"}
    assert TABLE.primary.sum(axis=2).max() == 1
    assert np.array_equal(TABLE.primary.any(axis=2), TABLE.member.any(axis=2))


def test_chances_are_those_of_drawn_flags() -> None:
    rng = np.random.default_rng(1)
    drawn = rng.random((4000, *TABLE.flagged.shape)) < TABLE.flagged
    combination = (drawn * (1 << np.arange(len(FLAGS)))).sum(axis=2)
    frequency = TABLE.member[np.arange(len(OFFENCES)), combination].mean(axis=0)
    assert np.abs(frequency - TABLE.chances(TABLE.member)).max() < 0.04
    assert TABLE.member.shape == (len(OFFENCES), COMBINATIONS, len(STRANDS))


def test_records_carry_several_flags_now_and_then() -> None:
    crimes = small_twin(weeks=52).crimes
    bits = [crimes.combination >> place & 1 for place in range(len(FLAGS))]
    assert np.sum(sum(bits) >= 2) > 10
    abuse = bits[FLAGS.index("domestic_abuse")].mean()
    assert abuse == pytest.approx(0.125, abs=0.03)


def test_the_truth_is_told_in_the_strands_of_the_shipped_taxonomy(tmp_path: Path) -> None:
    # Should this fail, the taxonomy has changed: the truth needs a new generator version, or the taxonomy a new name.
    file = tmp_path / "strands.toml"
    file.write_bytes(taxonomy_text("essex-2018"))
    taxonomy = load_taxonomy(file)
    assert taxonomy.names() == STRANDS
    claimed = np.zeros_like(TABLE.member)
    bits = (np.arange(COMBINATIONS)[:, None] >> np.arange(len(FLAGS))) & 1
    for strand, item in taxonomy.inputs_of("force-crime"):
        rows = np.ones(TABLE.member.shape[:2], dtype=bool)
        for column, wanted in item.where.items():
            if column == "offence":
                rows &= np.array(takes(wanted, [offence.code for offence in OFFENCES]))[:, None]
            else:
                held = takes(wanted, ["yes" if bit else "no" for bit in bits[:, FLAGS.index(column)]])
                rows &= np.array(held)[None, :]
        claimed[:, :, STRANDS.index(strand)] |= rows
    assert np.array_equal(claimed, TABLE.member)


def test_the_truth_of_other_feeds_is_that_of_the_taxonomy(tmp_path: Path) -> None:
    file = tmp_path / "strands.toml"
    file.write_bytes(taxonomy_text("essex-2018"))
    taxonomy = load_taxonomy(file)
    told = {(part.feed, part.strand) for part in small_twin().truth}
    # Street-level files stand in for crime records, except for anti-social behaviour, which is no crime.
    fed = {
        (feed, strand)
        for feed in taxonomy.feeds()
        for strand, item in taxonomy.inputs_of(feed)
        if "force-crime" not in item.stand_in_for
    }
    assert fed == told
