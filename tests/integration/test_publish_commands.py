"""Publishing from the command line, and what partners and the public are then given over HTTP. SYNTHETIC."""

import csv
import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from serving.access.caller import Role, Scope
from strandcast.app import run
from tests.support.exports import write_csv
from tests.support.keys import headers_for
from tests.support.ledgers import open_ledger
from tests.support.services import running_service

FIRST = date(2024, 1, 1)
WEEKS = 30
AREAS = """\
area_code,district,population
A,North,3000
B,North,3000
C,South,3000
D,East,40
"""
MAPPING = """\
period = "day"
name = "city"
[columns]
occurred_from = "when"
area_code = "where"
offence = "what"
[strands]
"*" = "*"
"""
# Incidents a week: the rare strand has 1 in South beside 12 in North.
A_WEEK = {
    ("A", "theft"): 14,
    ("B", "theft"): 7,
    ("C", "theft"): 21,
    ("A", "arson"): 12,
    ("C", "arson"): 1,
    ("D", "theft"): 9,
}


def rows_of(weeks: range) -> list[str]:
    return [
        f"{FIRST + timedelta(days=7 * week + number % 7)},{area},{what}"
        for week in weeks
        for (area, what), count in A_WEEK.items()
        for number in range(count)
    ]


def done(root: Path, *arguments: object) -> None:
    assert run([*map(str, arguments), "--workspace", str(root)]) == 0


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("published")
    workspace = folder / "w"
    (folder / "areas.csv").write_text(AREAS, encoding="utf-8")
    (folder / "city.toml").write_text(MAPPING, encoding="utf-8")
    done(workspace, "init", "--areas", folder / "areas.csv", "--synthetic")
    export = write_csv(folder / "1.csv", "when,where,what", rows_of(range(WEEKS)))
    done(workspace, "ingest", "incidents", export, "--mapping", folder / "city.toml")
    done(workspace, "publish")
    return workspace


@pytest.fixture(scope="module")
def client(root: Path) -> Iterator[TestClient]:
    with running_service(root) as client:
        yield client


def shown(root: Path, capsys: pytest.CaptureFixture[str], *arguments: object) -> Any:
    capsys.readouterr()
    done(root, "published", "show", *arguments, "--json")
    return json.loads(capsys.readouterr().out)


def test_small_numbers_and_small_places_are_hidden(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = shown(root, capsys, "--since", "2024-02-05", "--until", "2024-02-11")["rows"]
    told = {(row["place"], row["strand"]): (row["recorded"], row["rounded_to"]) for row in rows}
    assert told["North", "theft"] == (20, 5)
    assert told["South", "arson"][0] is None
    assert told["East", "theft"][0] is None
    # 13 in all beside 12 that are shown, and two hidden places that share what is left.
    assert told["force", "arson"] == (15, 5)


def test_nothing_is_published_twice(root: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    before = shown(root, capsys)["rows"]
    late = write_csv(
        tmp_path / "2.csv", "when,where,what", [*["2024-02-06,C,arson"] * 40, *rows_of(range(WEEKS, WEEKS + 2))]
    )
    done(root, "ingest", "incidents", late, "--mapping", root.parent / "city.toml")
    done(root, "publish")
    after = shown(root, capsys)["rows"]
    assert after[: len(before)] == before
    assert {row["first_day"] for row in after[len(before) :]} == {"2024-07-29", "2024-08-05"}
    days = [(row["first_day"], row["place"], row["strand"]) for row in after]
    assert len(days) == len(set(days))


def test_an_export_chooses_rows_and_says_to_whom(
    root: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = tmp_path / "north.csv"
    done(root, "published", "export", "--place", "North", "--recipient", "North council", "--out", out)
    with out.open(encoding="utf-8") as file:
        written = list(csv.DictReader(file))
    rows = [row for row in shown(root, capsys)["rows"] if row["place"] == "North"]
    assert [(row["first_day"], row["recorded"]) for row in written] == [
        (row["first_day"], "" if row["recorded"] is None else str(row["recorded"])) for row in rows
    ]
    assert "SYNTHETIC" in written[0]["attribution"]
    with open_ledger(root) as ledger:
        event = ledger.events(operation="disclosure")[0]
    assert (event.draft.recipient, event.draft.details["rows"]) == ("North council", len(rows))


def test_what_was_never_published_cannot_be_exported(root: Path, tmp_path: Path) -> None:
    arguments = ["published", "export", "--place", "A", "--recipient", "x", "--out", str(tmp_path / "a.csv")]
    assert run([*arguments, "--workspace", str(root)]) == 2
    assert not (tmp_path / "a.csv").exists()


def test_the_service_gives_the_same_rows(client: TestClient, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pages, cursor = [], None
    while True:
        asked = {"limit": 100, **({"cursor": cursor} if cursor else {})}
        answer = client.get("/v1/published/counts", params=asked).json()
        pages += answer["rows"]
        cursor = answer["next_cursor"]
        if cursor is None:
            break
    assert pages == shown(root, capsys)["rows"]
    overview = client.get("/v1/published").json()
    assert overview["places"] == ["East", "North", "South", "force"]


def test_the_service_gives_csv(client: TestClient) -> None:
    answer = client.get("/v1/published/counts", params={"place": "North", "limit": 2}, headers={"accept": "text/csv"})
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.text.splitlines()[0].startswith("first_day,last_day,level,place,strand,rounded_to,recorded")
    following = client.get(answer.links["next"]["url"])
    assert following.headers["total-rows"] == answer.headers["total-rows"]
    both = {"place": "North", "limit": 4, "format": "csv"}
    lines = client.get("/v1/published/counts", params=both).text.splitlines()
    assert [*answer.text.splitlines(), *following.text.splitlines()[1:]] == lines


def test_a_place_that_was_never_published_is_refused(client: TestClient) -> None:
    assert client.get("/v1/published/counts", params={"place": "A"}).status_code == 422
    assert client.get("/v1/published/incidents").status_code == 422


def test_feeds_and_quarantine_are_read(client: TestClient) -> None:
    feeds = {feed["name"]: feed for feed in client.get("/v1/feeds").json()["feeds"]}
    assert feeds["city"]["accepted"] >= WEEKS * sum(A_WEEK.values())
    assert client.get("/v1/feeds/council-asb").json()["feeds"][0]["minimum_count"] == 5
    assert client.get("/v1/feeds/nothing").status_code == 404
    assert client.get("/v1/quarantine").json()["total"] == 0
    assert client.get("/v1/quarantine", params={"rule": "no rule"}).status_code == 422
    assert client.get("/v1/quarantine", params={"feed": "nope"}).status_code == 422
    assert client.get("/v1/completeness").json()["feeds"] == []


def test_the_public_is_given_the_tables_and_nothing_else(client: TestClient, root: Path) -> None:
    key = headers_for(root, Role.PUBLIC, name="A resident")
    answer = client.get("/v1/published/counts", params={"limit": 1}, headers=key)
    with open_ledger(root) as ledger:
        event = ledger.event(answer.headers["audit-id"])
    assert (event.draft.operation, event.draft.recipient) == ("disclosure", "A resident")
    for path in ("/v1/feeds", "/v1/quarantine", "/v1/completeness", "/v1/forecasts", "/v1/audit"):
        assert client.get(path, headers=key).status_code == 403


def test_a_partner_sees_the_feeds_that_it_is_named_for(client: TestClient, root: Path) -> None:
    key = headers_for(root, Role.PARTNER, name="A council", scope=Scope(feeds=frozenset({"council-asb"})))
    given = client.get("/v1/feeds", headers=key)
    assert [feed["name"] for feed in given.json()["feeds"]] == ["council-asb"]
    with open_ledger(root) as ledger:
        event = ledger.event(given.headers["audit-id"]).draft
    assert (event.operation, event.recipient) == ("disclosure", "A council")
    assert client.get("/v1/feeds/city", headers=key).status_code == 404
    assert client.get("/v1/quarantine", params={"feed": "city"}, headers=key).status_code == 422
