"""Taxonomies: what feeds a strand, what is refused, and what is known of the feeds held."""

from pathlib import Path

import pytest

from errors import DataError
from features.strands import Strand, StrandInput, Taxonomy, load_taxonomy

STRAND = 'version = "x"\n[[strand]]\ncode = "a"\nname = "A"\n'
INPUT = STRAND + '[[strand.input]]\nfeed = "force-crime"\n'


def written(folder: Path, text: str) -> Path:
    path = folder / "strands.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_an_input_is_read_with_all_that_it_says(tmp_path: Path) -> None:
    text = INPUT + (
        'where = { offence = ["8L", "105*"], domestic_abuse = ["yes"] }\n'
        'proxy = true\nstand_in_for = ["city"]\nnote = "n"\n'
    )
    (strand,) = load_taxonomy(written(tmp_path, text)).strands
    where = {"offence": ("8L", "105*"), "domestic_abuse": ("yes",)}
    assert strand.inputs == (
        StrandInput(feed="force-crime", where=where, proxy=True, stand_in_for=("city",), note="n"),
    )


def test_the_short_form_is_an_input_of_police_uk() -> None:
    strand = Strand(code="a", name="A", police_uk=("Drugs",), proxy=True)
    assert strand.inputs == (StrandInput(feed="police-uk", where={"offence": ("Drugs",)}, proxy=True),)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (INPUT + 'wher = { offence = ["1"] }\n', r"\[strand.0.input.0\]: unknown key 'wher'; write 'where'"),
        (INPUT.replace("force-crime", "Force Crime"), "'Force Crime' is no name of a feed"),
        (INPUT + "where = { offence = [] }\n", "lists no value, or an empty one, for the column 'offence'"),
        (INPUT + 'where = { offence = ["1", " "] }\n', "lists no value, or an empty one, for the column 'offence'"),
        (INPUT + 'where = { offence = "1" }\n', "offence"),
        (INPUT + 'where = { offence = ["1*2"] }\n', r"has a \* that does not end it"),
        (INPUT + 'where = { offence = ["**"] }\n', r"has a \* that does not end it"),
        (INPUT + 'where = { "Offence Code" = ["1"] }\n', "'Offence Code' in where is no canonical name"),
        (INPUT + 'stand_in_for = ["force-crime"]\n', "cannot stand in for itself"),
        (INPUT + 'stand_in_for = ["?"]\n', r"'\?' is no name of a feed"),
        (INPUT + '[[strand.input]]\nfeed = "force-crime"\nstand_in_for = ["b"]\n', "stand in for different feeds"),
        (
            STRAND + 'police_uk = ["Drugs"]\n[[strand.input]]\nfeed = "police-uk"\nwhere = { offence = ["Robbery"] }\n',
            "both police_uk and an input",
        ),
        (STRAND + "proxy = true\n", "proxy without police_uk"),
    ],
)
def test_a_wrong_input_is_refused_in_one_sentence(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(DataError, match=told) as error:
        load_taxonomy(written(tmp_path, text))
    assert "strands.toml" in str(error.value)


def strand(code: str, *inputs: StrandInput) -> Strand:
    return Strand(code=code, name=code.upper(), input=inputs)


CRIME = StrandInput(feed="force-crime", where={"offence": ("28*",)})
STREET = StrandInput(feed="police-uk", where={"offence": ("Burglary",)}, proxy=True, stand_in_for=("force-crime",))
TAXONOMY = Taxonomy("t", False, (strand("a", CRIME, STREET), strand("b", STREET), strand("c")))


@pytest.mark.parametrize(
    ("feeds", "proxies"),
    [
        ([], ()),
        (["police-uk/essex"], ("A", "B")),
        (["force-crime", "police-uk/essex"], ("B",)),
        (["force-crime"], ()),
        (["police-uk-of-old"], ()),
    ],
)
def test_a_strand_is_proxied_where_all_its_data_come_from_proxies(feeds: list[str], proxies: tuple[str, ...]) -> None:
    assert TAXONOMY.proxies(feeds) == proxies
    assert TAXONOMY.proxies(iter(feeds)) == proxies


def test_a_strand_without_a_feed_is_told_from_one_with() -> None:
    held = ["police-uk/essex"]
    assert [TAXONOMY.has_feed(name, held) for name in TAXONOMY.names()] == [True, True, False]
    assert [TAXONOMY.has_feed(name, ["force-crime"]) for name in TAXONOMY.names()] == [True, False, False]


def test_inputs_keep_the_order_of_precedence_and_name_what_they_stand_in_for() -> None:
    assert TAXONOMY.inputs_of("police-uk") == (("A", STREET), ("B", STREET))
    assert TAXONOMY.stand_ins("police-uk") == {"A": ("force-crime",), "B": ("force-crime",)}
    assert TAXONOMY.feeds() == ("force-crime", "police-uk")
