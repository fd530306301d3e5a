import zipfile
from pathlib import Path

import pytest

from errors import DataError
from features.feeds.police_uk import street_files
from features.feeds.sources import source_files
from features.strands import taxonomy_text
from tests.support.archive import MemoryArchive
from tests.support.exports import (
    POLICE_HEADER,
    counted,
    ingest_police,
    make_workspace,
    police_file,
    police_row,
    write_csv,
)


def test_both_styles_of_header_are_read(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    police_file(tmp_path / "in", "2024-01", [police_row("2024-01")])
    snake = POLICE_HEADER.lower().replace(" ", "_")
    write_csv(tmp_path / "in" / "2024-02" / "2024-02-essex-street.csv", snake, [police_row("2024-02")])
    report = ingest_police(workspace, tmp_path / "in", MemoryArchive())
    assert report.accounts.accepted == 2
    assert report.not_stored == ("Context", "Falls within", "LSOA name", "Last outcome category", "Location")


def test_rows_without_a_crime_id_all_count_and_identical_ones_with_it_once(tmp_path: Path) -> None:
    rows = [police_row()] * 3 + [police_row(crime_id="aa")] * 2 + [police_row(crime_id="aa", kind="Drugs")]
    path = police_file(tmp_path, "2024-01", rows)
    accounts = ingest_police(make_workspace(tmp_path / "w"), path, MemoryArchive()).accounts
    assert (accounts.read, accounts.accepted, dict(accounts.rules)) == (6, 5, {"same-incident": 1})


def test_rows_without_lsoa_or_of_another_month_are_set_aside(tmp_path: Path) -> None:
    rows = [police_row(), police_row(lsoa=""), police_row("2023-12"), police_row("2031-01"), police_row("x")]
    accounts = ingest_police(
        make_workspace(tmp_path / "w"), police_file(tmp_path, "2024-01", rows), MemoryArchive()
    ).accounts
    assert dict(accounts.rules) == {"no-area": 1, "wrong-month": 2, "bad-date": 1}


def test_types_that_no_strand_claims_are_kept_and_counted_in_none(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w", strands=taxonomy_text("essex-2018"))
    archive = MemoryArchive()
    path = police_file(tmp_path, "2024-01", [police_row(kind="drugs"), police_row(kind="Shoplifting")])
    accounts = ingest_police(workspace, path, archive).accounts
    assert (accounts.accepted, dict(accounts.rules)) == (2, {})
    assert counted(archive) == {("2024-01-01", "E01", "Gangs, county lines and drugs"): 1}


def test_a_newer_file_of_one_ingest_supersedes_its_month_whole(tmp_path: Path) -> None:
    archive = MemoryArchive()
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as pack:
        for folder, year, rows in (("new", 2024, 2), ("old", 2023, 5)):
            member = zipfile.ZipInfo(f"{folder}/2023-01/2023-01-essex-street.csv", (year, 1, 1, 0, 0, 0))
            pack.writestr(member, "\n".join([POLICE_HEADER, *[police_row("2023-01")] * rows]))
    accounts = ingest_police(make_workspace(tmp_path / "w"), tmp_path / "all.zip", archive).accounts
    assert (accounts.accepted, dict(accounts.rules)) == (2, {"newer-file": 5})
    assert sum(counted(archive).values()) == 2


def test_missing_months_are_no_zeros(tmp_path: Path) -> None:
    for month in ("2024-01", "2024-02", "2024-05"):
        police_file(tmp_path / "in", month, [police_row(month)])
    report = ingest_police(make_workspace(tmp_path / "w"), tmp_path / "in", MemoryArchive())
    spans = report.covered["police-uk/essex"]
    assert [(str(first), str(last)) for first, last in spans] == [
        ("2024-01-01", "2024-02-29"),
        ("2024-05-01", "2024-05-31"),
    ]


def test_files_of_other_kinds_are_named_and_left_out(tmp_path: Path) -> None:
    police_file(tmp_path, "2024-01", [police_row()])
    for name in ("2024-01/2024-01-essex-outcomes.csv", "2024-01/2024-01-essex-stop-and-search.csv", "readme.txt"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    with source_files(tmp_path) as files:
        street, ignored = street_files(files)
    assert [file.base for file in street] == ["2024-01-essex-street.csv"]
    assert len(ignored) == 3


def test_names_in_an_archive_lead_nowhere(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "slip.zip", "w") as pack:
        pack.writestr(
            zipfile.ZipInfo("../../../evil/2024-01-essex-street.csv", (1980, 0, 0, 0, 0, 0)),
            f"{POLICE_HEADER}\n{police_row()}\n",
        )
    before = set(tmp_path.parent.rglob("*"))
    report = ingest_police(make_workspace(tmp_path / "w"), tmp_path / "slip.zip", MemoryArchive())
    assert report.accounts.accepted == 1
    assert not [path for path in set(tmp_path.parent.rglob("*")) - before if "evil" in path.name]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("2031-05-essex-street.csv", f"{POLICE_HEADER}\n{police_row('2031-05')}\n", "a month in the future, 2031-05"),
        ("2024-13-essex-street.csv", f"{POLICE_HEADER}\n{police_row()}\n", "does not exist"),
        ("2024-01-essex-street.csv", f"{POLICE_HEADER}\n", "holds no rows"),
        ("2024-01-essex-street.csv", "Crime ID,Month\n,2024-01\n", "has no column"),
        ("2024-01-essex-street.csv", f"{POLICE_HEADER}\n{police_row(lsoa='')}\n", "no row can be used"),
        ("2024-01-essex-outcomes.csv", "Crime ID,Month\n,2024-01\n", "no street-level file"),
        ("broken.zip", "PK no zip", "not a zip archive"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_and_nothing_is_held(
    tmp_path: Path, name: str, content: str, told: str
) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    archive = MemoryArchive()
    with pytest.raises(DataError, match=told):
        ingest_police(make_workspace(tmp_path / "w"), path, archive)
    assert (archive.files, archive.rows) == ({}, [])
