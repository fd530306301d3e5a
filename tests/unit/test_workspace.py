import tomllib
from pathlib import Path

import pytest

from errors import DataError
from features.settings import Settings
from features.strands import SHIPPED, load_taxonomy, taxonomy_text
from features.workspace import Workspace
from tests.support.exports import make_workspace

SALT = "5a" * 32


def test_what_is_created_is_opened_again(tmp_path: Path) -> None:
    settings = Settings(salt=SALT, name='A "quoted" \\ name\x7f', period="month", holidays="GB-ENG", attribution="é\n2")
    Workspace.create(tmp_path / "w", settings, {"strands.toml": taxonomy_text("police-uk")}, environment={})
    opened = Workspace.open(tmp_path / "w", environment={})
    assert opened.settings == settings
    assert len(opened.taxonomy().strands) == 14
    assert opened.areas() is None
    assert opened.database_url == f"sqlite:///{tmp_path / 'w' / 'strandcast.db'}"


def test_the_database_may_be_elsewhere(tmp_path: Path) -> None:
    make_workspace(tmp_path / "w")
    opened = Workspace.open(tmp_path / "w", environment={"STRANDCAST_DATABASE_URL": "postgresql+psycopg://db"})
    assert opened.database_url == "postgresql+psycopg://db"


def test_an_existing_workspace_is_not_overwritten(tmp_path: Path) -> None:
    before = make_workspace(tmp_path / "w").settings_file.read_bytes()
    with pytest.raises(DataError, match="is a workspace already"):
        Workspace.create(tmp_path / "w", Settings(salt="00" * 32), {})
    assert (tmp_path / "w" / "strandcast.toml").read_bytes() == before


def test_a_folder_without_settings_is_no_workspace(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="run strandcast init"):
        Workspace.open(tmp_path)


def test_a_misspelt_setting_is_told_with_the_right_one(tmp_path: Path) -> None:
    path = make_workspace(tmp_path / "w").settings_file
    path.write_text(path.read_text(encoding="utf-8").replace("holidays =", "hollidays ="), encoding="utf-8")
    with pytest.raises(DataError, match="unknown key 'hollidays'; write 'holidays'"):
        Workspace.open(tmp_path / "w")


def test_every_setting_is_written_with_its_meaning() -> None:
    text = Settings(salt=SALT, period="week").to_toml()
    assert set(tomllib.loads(text)) == set(Settings.model_fields)


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_taxonomies_give_evidence_and_use_types_of_police_uk(name: str, tmp_path: Path) -> None:
    (tmp_path / "strands.toml").write_bytes(taxonomy_text(name))
    taxonomy = load_taxonomy(tmp_path / "strands.toml")
    (tmp_path / "types.toml").write_bytes(taxonomy_text("police-uk"))
    types = set(load_taxonomy(tmp_path / "types.toml").names())
    assert all(strand.evidence and set(strand.police_uk) <= types for strand in taxonomy.strands)
    assert taxonomy.provisional == (name == "essex-2018")
    assert len(taxonomy.strands) == {"essex-2018": 9, "police-uk": 14}[name]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('version = "x"\n[[strand]]\ncode = "a"\n', r"strands.toml, \[strand.0\]: the key 'name' is missing"),
        ('version = "x"\n[[strand]]\ncode = "a"\nname = "A"\ncolour = "red"\n', "unknown key 'colour'"),
        ('version = "x"\n[[strand]]\ncode = "a"\nname = "A"\n[[strand]]\ncode = "A"\nname = "B"\n', "'a' stands twice"),
    ],
)
def test_a_wrong_taxonomy_is_told(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "strands.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=told):
        load_taxonomy(path)


def test_an_unknown_taxonomy_is_told() -> None:
    with pytest.raises(DataError, match="essex-2018, police-uk, or a TOML file"):
        taxonomy_text("essex-2019")
