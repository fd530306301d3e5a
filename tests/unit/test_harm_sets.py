"""Sets of harm weights: what a file may say, and that a strand without a weight is unweighted, never harm 0."""

from pathlib import Path

import pytest

from errors import DataError
from features.harm import EQUAL, harm_text, load_harm
from features.strands import Strand, Taxonomy, load_taxonomy, taxonomy_text

TAXONOMY = Taxonomy("t", False, (Strand(code="b", name="Burglary"), Strand(code="f", name="Fraud")))
WEIGHT = '[[set.weight]]\nstrand = "b"\nweight = 20\nsource = "S"\nedition = "2"\ndate = 2024-04-01\n'
SET = f'[[set]]\nname = "ours"\nunit = "days"\n{WEIGHT}'
FILE = f'version = 1\ndefault = "ours"\n{SET}'


def written(folder: Path, text: str) -> Path:
    path = folder / "harm.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_set_knows_its_weights_its_sources_and_what_it_leaves_out(tmp_path: Path) -> None:
    harm = load_harm(written(tmp_path, FILE), TAXONOMY)
    ours = harm.named(harm.default)
    assert (ours.weight_of("Burglary"), ours.weight_of("Fraud")) == (20.0, None)
    assert ours.unweighted(TAXONOMY.names()) == ("Fraud",)
    assert ours.numbers() == {"Burglary": 20.0}
    assert ours.source() == "set 'ours' in days; S, 2 (2024-04-01)"


def test_equal_is_always_there_and_weighs_whatever_there_is(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.toml", written(tmp_path, "version = 1\n"), written(tmp_path, FILE)):
        equal = load_harm(path, TAXONOMY).named(EQUAL)
        assert [equal.weight_of(name) for name in ("Burglary", "Fraud", "any")] == [1.0, 1.0, 1.0]
        assert equal.unweighted(["Burglary", "any"]) == ()
        assert "not a harm index" in equal.source()
    assert load_harm(tmp_path / "absent.toml", TAXONOMY).default == EQUAL


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (FILE.replace("weight = 20", "weight = 0"), "greater than 0"),
        (FILE.replace("weight = 20", "weight = nan"), "weight"),
        (FILE.replace("weight = 20", "wieght = 20"), r"unknown key 'wieght'; write 'weight'"),
        (FILE.replace('source = "S"\n', ""), "the key 'source' is missing"),
        (FILE.replace('edition = "2"\n', ""), "the key 'edition' is missing"),
        (FILE.replace("date = 2024-04-01\n", ""), "the key 'date' is missing"),
        (FILE.replace("2024-04-01", '"last year"'), "date"),
        (FILE.replace('unit = "days"\n', ""), "the key 'unit' is missing"),
        (FILE.replace('name = "ours"', 'name = "equal"'), "'equal' is always there"),
        (FILE.replace('name = "ours"', 'name = "Our Own"'), "small letters"),
        (
            FILE.replace('default = "ours"', 'default = "theirs"'),
            "the default 'theirs' is none of the sets: ours, equal",
        ),
        (FILE + SET, "the set 'ours' stands twice"),
        (FILE + WEIGHT.replace('"b"', '"Burglary"'), "set ours: the strand 'Burglary' is weighed twice"),
        (FILE.replace('strand = "b"', 'strand = "arson"'), "set ours: 'arson' is no strand of the taxonomy t"),
        ('version = 1\n[[set]]\nname = "x"\nunit = "days"\nweight = []\n', "weight"),
    ],
)
def test_a_wrong_file_is_refused_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(DataError, match=told) as error:
        load_harm(written(tmp_path, text), TAXONOMY)
    assert "harm.toml" in str(error.value)


def test_a_set_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no set of harm weights 'days'; name one of: ours, equal"):
        load_harm(written(tmp_path, FILE), TAXONOMY).named("days")


def test_the_shipped_sets_are_partial_say_so_and_leave_eight_strands_unweighted(tmp_path: Path) -> None:
    (tmp_path / "strands.toml").write_bytes(taxonomy_text("essex-2018"))
    taxonomy = load_taxonomy(tmp_path / "strands.toml")
    harm = load_harm(written(tmp_path, harm_text("essex-2018").decode()), taxonomy)
    assert [item.name for item in harm.sets] == ["ons-2016-partial", "ons-2016-partial-plain", EQUAL]
    for item in harm.sets[:-1]:
        assert list(item.weights) == ["Serious violence and knife crime"]
        assert len(item.unweighted(taxonomy.names())) == 8
        assert "Partial and unofficial" in item.note
        assert all("partial and unofficial" in weight.edition and weight.note for weight in item.weights.values())


@pytest.mark.parametrize("taxonomy", [None, "police-uk", "mine.toml"])
def test_other_workspaces_begin_with_equal_weights_and_an_example_that_is_valid(
    tmp_path: Path, taxonomy: str | None
) -> None:
    text = harm_text(taxonomy).decode()
    assert load_harm(written(tmp_path, text), TAXONOMY).default == EQUAL
    shown = text.partition("or write a set here:")[2].partition("# A strand")[0]
    example = "\n".join(line.removeprefix("#").strip() for line in shown.splitlines())
    taxonomy_of_example = Taxonomy("t", False, (Strand(code="burglary", name="B"),))
    loaded = load_harm(written(tmp_path, f"version = 1\n{example}"), taxonomy_of_example)
    assert loaded.named("ours").numbers() == {"B": 20.0}
