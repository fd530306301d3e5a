"""The weekly run: take in, check, forecast, draft a plan, report; each step recorded, the whole safe to run again.

Every step either was recorded whole or was not: a run that was killed half-way is completed by running it again, and
what is there already is found, not made twice.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar

from errors import LedgerError, ServiceError, StrandcastError
from features.completeness.overview import FeedCompleteness, overview
from features.counting import flat_areas
from features.incidents.batch import deliveries
from features.incidents.inbox import INBOX, Arrival, take_in
from features.incidents.lock import ingest_lock
from features.knowledge import Knowledge, Known
from features.periods import ordinal
from features.quarantine.rows import totals_by_feed
from features.workspace import Workspace
from ledger.archive import Archive
from ledger.events import NoSuchRecordError, Scalar
from models.allocation.choices import Choices
from models.allocation.decisions.drafts import Sets, draft
from models.allocation.decisions.record import PlanRecord
from models.allocation.resources import load_resources
from models.books import Books
from models.disclosure.publish import PublishedSet, ground_of, publish
from models.disclosure.rules import load_rules
from models.monitoring.act import Acted, look
from models.monitoring.thresholds import load_thresholds
from models.preflight import take_up
from models.progress import Advance
from models.registry import CHAMPION
from models.runs import KIND as FORECAST
from models.runs import ForecastRun
from models.stand_in import Standing, in_force
from models.trends.kept import keep_trends
from models.week import notices_of, run_forecast
from models.weekly.kept import keep_report
from models.weekly.outlook import Outlook, outlook, previous_run
from models.weekly.report import Delivered, Material, weekly_page

FOLDER = "reports"
# Periods after which the newest knowledge is called old.
_STALE = 2
T = TypeVar("T")


@dataclass(frozen=True)
class Asked:
    """What a weekly run is asked for.

    Attributes:
        as_of: Knowledge date; None: all that is known now.
        inboxes: Folders with a folder a feed in each.
        hours: Patrol hours of the draft plan; None: as resources.toml says.
        act: Suspend the model where the thresholds say so; else it is only proposed.
    """

    as_of: date | None
    inboxes: tuple[Path, ...]
    hours: float | None
    act: bool


@dataclass(frozen=True)
class Place:
    """Where a weekly run takes place.

    Attributes:
        workspace: The workspace.
        books: Its ledger and files, and who runs it.
        clock: Tells the time.
        knowledge: Reads what is known, once files have been taken in.
        proxies: Reads which strands are seen only by proxy.
        marks: What stands with everything that is shown.
        tell: Told of each step before it begins.
        advance: Told of the progress of reading files.
    """

    workspace: Workspace
    books: Books
    clock: Callable[[], datetime]
    knowledge: Callable[[], Knowledge]
    proxies: Callable[[], Sequence[str]]
    marks: tuple[str, ...]
    tell: Callable[[str], None]
    advance: Advance

    def archive(self) -> Archive:
        """Return the store of files and rows, for the actor."""
        return Archive(self.books.ledger, self.books.files, self.books.actor)


@dataclass
class Week:
    """What a weekly run has done so far.

    Attributes:
        arrivals: Of each folder of the inboxes.
        acted: The monitoring and what followed.
        run: The forecast.
        outlook: What is expected.
        plan: The draft plan.
        no_plan: Why there is none.
        published: The tables that left the force.
        no_set: Why none did.
        problems: What went wrong, in sentences; the rest was done.
        html: The report as one page.
        markdown: The same as Markdown.
    """

    arrivals: list[Arrival] = field(default_factory=list)
    acted: Acted | None = None
    run: ForecastRun | None = None
    outlook: Outlook | None = None
    plan: PlanRecord | None = None
    no_plan: str = ""
    published: PublishedSet | None = None
    no_set: str = ""
    problems: list[str] = field(default_factory=list)
    html: str = ""
    markdown: str = ""

    def attempt(self, what: str, step: Callable[[], T]) -> T | None:
        """Take a step; what is wrong with the input is kept and told, and the run goes on.

        Raises:
            LedgerError: Nothing can be recorded: the run ends here.
        """
        try:
            return step()
        except NoSuchRecordError as error:
            self.problems.append(f"{what}: {error}")
        except (LedgerError, ServiceError):
            raise
        except StrandcastError as error:
            self.problems.append(f"{what}: {error}")
        return None


def run_week(place: Place, asked: Asked) -> Week:
    """Run a week; the caller holds the weekly lock.

    Raises:
        LedgerError: Something could not be recorded.
    """
    week = Week()
    _take_in(place, asked, week)
    place.tell("Looking at the model.")
    knowledge = place.knowledge()
    known = week.attempt("What is known", lambda: knowledge.at(asked.as_of))
    champion = week.attempt("The model", lambda: take_up(place.books.ledger, place.books.files, CHAMPION))
    if known and champion:
        thresholds = week.attempt("Thresholds", lambda: load_thresholds(place.workspace.monitor_file))
        if thresholds:
            week.acted = week.attempt(
                "Monitoring",
                lambda: look(
                    knowledge,
                    champion,
                    thresholds,
                    as_of=asked.as_of,
                    act=asked.act,
                    marks=place.marks,
                    books=place.books,
                ),
            )
        standing = in_force(champion, place.books.ledger)
        place.tell("Forecasting.")
        week.attempt("Forecast", lambda: _forecast(place, known, standing, week))
    if week.run:
        place.tell("Drafting a plan.")
        week.plan = week.attempt("Draft plan", lambda: _draft(place, asked, week))
    if known:
        place.tell("Publishing.")
        week.published = week.attempt("Published tables", lambda: _publish(place, asked, knowledge, known, week))
    place.tell("Writing the report.")
    _report(place, asked, knowledge, week)
    return week


def _take_in(place: Place, asked: Asked, week: Week) -> None:
    for folder in (place.workspace.root / INBOX, *asked.inboxes):
        place.tell(f"Taking in what is new in {folder}.")

        def step(folder: Path = folder) -> list[Arrival]:
            with ingest_lock(place.workspace.incidents_folder):
                return take_in(place.workspace, folder, place.archive(), place.clock, place.advance)

        week.arrivals += week.attempt(f"Inbox {folder}", step) or []
    for arrival in week.arrivals:
        week.problems += [f"{arrival.feed}, {name}: {why}" for name, why in arrival.problems]


def _forecast(place: Place, known: Known, standing: Standing, week: Week) -> None:
    settings, books = place.workspace.settings, place.books
    notices = notices_of(known.panel, standing, synthetic=settings.synthetic, proxies=place.proxies())
    run = run_forecast(
        known,
        standing,
        notices=notices,
        attribution=settings.attribution,
        ledger=books.ledger,
        files=books.files,
        actor=books.actor,
    )
    # Asked again, a run is told by the event that recorded it, so that the report is the same too.
    week.run = replace(run, audit_id=books.ledger.event_of(FORECAST, run.run_id).audit_id)
    week.attempt("Trends", lambda: keep_trends(books, run.run_id))
    week.outlook = outlook(week.run, standing.model.forecast(known.panel), known.panel, books)


def _draft(place: Place, asked: Asked, week: Week) -> PlanRecord | None:
    workspace = place.workspace
    resources = load_resources(workspace.resources_file, workspace.taxonomy())
    if week.run is None:
        return None
    lacking = [item.code for item in resources.resources if item.kind == "patrol" and item.weekly_hours is None]
    if asked.hours is None and lacking:
        week.no_plan = f"No hours are given: set hours_a_week of '{lacking[0]}' in resources.toml, or say --hours."
        return None
    choices = Choices(horizon=week.run.next_horizon, total_hours=asked.hours)
    return draft(week.run, resources, choices, place.books, Sets.of(workspace))


def _publish(place: Place, asked: Asked, knowledge: Knowledge, known: Known, week: Week) -> PublishedSet | None:
    rules = load_rules(place.workspace.disclosure_file)
    if rules.level not in known.panel.areas.parents:
        week.no_set = f"Nothing is published: the areas have no level '{rules.level}'."
        return None
    ground = ground_of(place.workspace.root, knowledge, asked.as_of, rules, place.books)
    made = publish(ground, week.run, place.marks, place.books)
    week.no_set = "" if made else "Nothing new is published."
    return made


def _report(place: Place, asked: Asked, knowledge: Knowledge, week: Week) -> None:
    archive, acted = place.archive(), week.acted
    plan = week.plan
    if plan:
        plan = replace(plan, audit_id=place.books.ledger.event_of("plan", plan.plan_id).audit_id)
    feeds = week.attempt("Completeness", lambda: _completeness(knowledge, asked.as_of)) or ()
    material = Material(
        place.workspace.settings.name,
        place.marks,
        week.run,
        week.outlook,
        acted.recorded.document if acted else None,
        tuple(acted.sentences()) if acted else (),
        plan.as_document() if plan else None,
        week.no_plan or "There is none: see above.",
        _delivered(archive, place.books, week.run, feeds),
        {feed: totals.open for feed, totals in totals_by_feed(archive).items()},
        feeds,
        tuple(week.problems),
        _stale(week.run, place.clock().date()),
    )
    page = weekly_page(material)
    week.html, week.markdown = page.html(), page.markdown()
    start = week.outlook.start.isoformat() if week.outlook else "no-forecast"
    details: dict[str, Scalar] = {
        "forecast": week.run.run_id if week.run else None,
        "plan": plan.plan_id if plan else None,
        "problems": len(week.problems),
    }
    keep_report(place.books, week.html, start, details, feeds)


def _completeness(knowledge: Knowledge, as_of: date | None) -> tuple[FeedCompleteness, ...]:
    incidents = knowledge.store.view(as_of, knowledge.areas)
    return overview(incidents, knowledge.areas or flat_areas(incidents), knowledge.changes)


def _delivered(
    archive: Archive, books: Books, run: ForecastRun | None, feeds: Sequence[FeedCompleteness]
) -> tuple[Delivered, ...]:
    """Return what came in since the forecast of the period before was recorded, by feed: the same when asked again."""
    before = previous_run(books, run) if run else None
    since = datetime.fromisoformat(books.ledger.event_of(FORECAST, before.name).time) if before else None
    last = {feed.name: max(day for _, day in feed.spans) for feed in feeds if feed.spans}
    found: dict[str, Delivered] = {feed: Delivered(feed, 0, 0, 0, day) for feed, day in last.items()}
    for _, item in deliveries(archive):
        if item.released_from or (since and item.received_at <= since):
            continue
        own = found.get(item.subject) or Delivered(item.subject, 0, 0, 0, last.get(item.subject))
        accounts = item.accounts
        found[item.subject] = replace(
            own,
            files=own.files + 1,
            accepted=own.accepted + accounts.accepted,
            quarantined=own.quarantined + accounts.quarantined,
        )
    return tuple(found[feed] for feed in sorted(found))


def _stale(run: ForecastRun | None, today: date) -> str:
    if run is None:
        return ""
    as_of, kind = date.fromisoformat(run.meta["as_of"]), run.meta["period"]
    old = ordinal(today, kind) - ordinal(as_of, kind)
    return f"The newest knowledge here is of {as_of}: this is no forecast of the present." if old >= _STALE else ""
