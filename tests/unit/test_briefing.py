import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from errors import DataError
from models.allocation.papers.briefing.facts import briefs, hours_text, period_text
from models.allocation.papers.briefing.write import write_briefings
from tests.support.plans import by_capacity, by_presence, made_document, made_ground, made_run

NASTY = ('<script>alert("x")</script>', "a&b", "'\"><img src=x>", "=1+1", "x" * 300, "A05")
DAYS = [f"2026-03-0{day}" for day in range(2, 9)]


def made(**given: Any) -> dict[str, Any]:
    document = made_document(roster=layout(), visits=lists(), **given)
    return {"plan_id": "2026-03-02-0", "audit_id": "a1", **document}


def layout() -> dict[str, Any]:
    held = {"district": "West", "hours": 14.0, "by_shift": [[1.25, 0.75]] * 7, "areas": []}
    shifts = [{"shift": "early", "hours": "07:00-19:00"}, {"shift": "late", "hours": "19:00-07:00"}]
    return {"days": DAYS, "shifts": shifts, "resources": [{"resource": "local", "districts": [held]}]}


def lists(a_day: int = 2) -> dict[str, Any]:
    rows = [
        {
            "resource": "local",
            "district": "West",
            "day": day,
            "shift": "late",
            "patrol": 1,
            "time": f"{8 + visit // 4:02}:{15 * (visit % 4):02}",
            "minutes": 15,
            "area_code": "A03",
            "spot": None,
        }
        for day in DAYS
        for visit in range(a_day)
    ]
    return {"seed": 1, "rows": rows}


def written(tmp_path: Path, document: dict[str, Any], district: str | None = None) -> str:
    (path,) = write_briefings(document, tmp_path / "briefing.html", district=district)
    return path.read_text("utf-8")


def test_a_page_for_each_district_after_one_of_all(tmp_path: Path) -> None:
    text = written(tmp_path, made())
    assert re.findall(r"<h1[^>]*>(.*?)</h1>", text) == ["All districts", "East", "West"]
    assert text.count('class="page"') == 3
    assert re.findall(r"<h1[^>]*>(.*?)</h1>", written(tmp_path, made(), "west")) == ["West"]


def test_a_page_holds_what_a_briefing_needs(tmp_path: Path) -> None:
    text = written(tmp_path, made(), "West")
    for words in (
        "SYNTHETIC",
        "DRAFT",
        "Monday 2 to Sunday 8 March 2026",
        "Burglary team",
        "early",
        "8¾",
        "Area A03",
        "08:15",
        "unweighted",
        "which is not no harm",
        "Offender managers, by caseload and beside the harm: 1.6 of 3.2 expected cases met.",
        "The floor of at least 25½ hours for West holds",
        "Invented numbers.",
        "2026-03-02-0",
        "never a statement about a person",
    ):
        assert words in text
    assert "The floor" not in written(tmp_path, made(), "East")


def test_a_plan_that_is_issued_says_by_whom(tmp_path: Path) -> None:
    standing = {"status": "issued", "sentence": "Plan x was issued by A. <Planner> on 2026-02-27 at 14:05 UTC."}
    text = written(tmp_path, {**made(), "standing": standing}, "West")
    assert "ISSUED" in text
    assert "by A. &lt;Planner&gt; on" in text
    assert "DRAFT" not in text


def test_nothing_of_the_plan_is_taken_for_markup(tmp_path: Path) -> None:
    document = made(planned=by_capacity(made_ground(NASTY)), run=made_run(("synthetic", "<b>odd</b>")))
    document["attribution"] = "</footer><script>"
    text = written(tmp_path, document)
    assert "<script" not in text
    assert "<img" not in text
    assert "<b>odd" not in text
    assert "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;" in text


def test_a_page_fetches_nothing(tmp_path: Path) -> None:
    text = written(tmp_path, made())
    assert not re.search(r"(src|href)=|url\(|@import|https?://", text)


def test_the_same_plan_is_the_same_bytes_in_every_form(tmp_path: Path) -> None:
    for form in ("briefing.html", "briefings.zip"):
        first = write_briefings(made(), tmp_path / form)[0].read_bytes()
        assert write_briefings(made(), tmp_path / form)[0].read_bytes() == first


def test_a_folder_and_an_archive_hold_a_file_for_each_district(tmp_path: Path) -> None:
    files = write_briefings(made(), tmp_path / "briefings")
    assert [file.name for file in files] == ["all-districts.html", "east.html", "west.html"]
    write_briefings(made(), tmp_path / "briefings.zip")
    with zipfile.ZipFile(tmp_path / "briefings.zip") as archive:
        assert archive.namelist() == [file.name for file in files]
        assert archive.read("west.html") == files[2].read_bytes()


def test_a_district_whose_name_is_a_path_stays_in_the_folder(tmp_path: Path) -> None:
    document = made()
    for part in (document["coverage"]["districts"], document["areas"], document["posts"], document["visits"]):
        for row in part:
            row["district"] = {"East": "../../etc", "West": "../etc"}[row["district"]]
    files = write_briefings(document, tmp_path / "out")
    assert [file.name for file in files] == ["all-districts.html", "etc.html", "etc-2.html"]


def test_without_districts_there_is_one_page_of_all_areas(tmp_path: Path) -> None:
    ground = made_ground()
    nowhere = type(ground)(ground.area_codes, ground.names, {}, ground.area_type, ground.decile, ground.population)
    text = written(tmp_path, made(planned=by_presence(nowhere)))
    assert re.findall(r"<h1[^>]*>(.*?)</h1>", text) == ["All areas"]


def test_visits_that_do_not_fit_are_counted(tmp_path: Path) -> None:
    document = made_document(roster=layout(), visits=lists(60))
    text = written(tmp_path, document, "West")
    shown = len(re.findall(r"<p><b>\d\d:\d\d</b>", text)) // 7
    assert shown < 60
    assert text.count(f"{shown} of 60") == 7


def test_a_months_visits_are_left_to_the_workbook(tmp_path: Path) -> None:
    rows = [{**lists(1)["rows"][0], "day": f"2026-03-{day:02}"} for day in range(1, 32)]
    text = written(tmp_path, made_document(visits={"rows": rows}), "West")
    assert "31 visits over 31 days" in text


def test_hours_of_a_district_are_those_of_its_posts_in_quarter_hours() -> None:
    document = made()
    for brief in briefs(document):
        posts = [post for post in document["posts"] if post["district"] == brief.district]
        assert sum(brief.hours.values()) == pytest.approx(sum(post["quarter_hours"] for post in posts))
        assert sum(brief.hours.values()) == pytest.approx(sum(area["quarter_hours"] for area in brief.areas))


def test_an_unknown_district_another_suffix_and_a_missing_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="use one of: East, West"):
        write_briefings(made(), tmp_path / "briefing.html", district="North")
    with pytest.raises(DataError, match=r"neither \.html, \.zip nor a folder"):
        write_briefings(made(), tmp_path / "briefing.pdf")
    with pytest.raises(DataError, match="folder that is not there"):
        write_briefings(made(), tmp_path / "none" / "briefing.html")


@pytest.mark.parametrize(("hours", "text"), [(0, "0"), (0.25, "¼"), (17.5, "17½"), (1200, "1,200"), (2.1, "2.1")])
def test_hours_are_said_in_quarters(hours: float, text: str) -> None:
    assert hours_text(hours) == text


@pytest.mark.parametrize(
    ("start", "end", "kind", "text"),
    [
        ("2026-03-02", "2026-03-08", "week", "Monday 2 to Sunday 8 March 2026"),
        ("2026-03-30", "2026-04-05", "week", "Monday 30 March to Sunday 5 April 2026"),
        ("2025-12-29", "2026-01-04", "week", "Monday 29 December 2025 to Sunday 4 January 2026"),
        ("2026-03-01", "2026-03-31", "month", "March 2026"),
    ],
)
def test_the_period_is_said_in_words(start: str, end: str, kind: str, text: str) -> None:
    assert period_text({"period": {"start": start, "end": end, "kind": kind}}) == text
