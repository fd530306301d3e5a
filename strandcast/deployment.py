"""A workspace opened for work: its ledger, files and knowledge together."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from errors import AccessError
from features.calendar import Calendar
from features.incidents.batch import deliveries
from features.incidents.store import load_incidents
from features.knowledge import Knowledge
from features.periods import PeriodKind
from features.settings import SYNTHETIC
from features.strands import feed_base
from features.workspace import Workspace
from ledger.archive import Archive
from ledger.events import Draft, Scalar
from ledger.files import FileStore
from ledger.ledger import Ledger
from models.books import Books
from models.recording import declared
from strandcast.command import Context


@dataclass(frozen=True)
class Deployment:
    """An open workspace.

    Attributes:
        workspace: Its folder and settings.
        ledger: Its events and artefacts.
        files: Its content-addressed files.
        actor: Who works in it.
    """

    workspace: Workspace
    ledger: Ledger
    files: FileStore
    actor: str

    @classmethod
    @contextmanager
    def open(cls, context: Context) -> Iterator["Deployment"]:
        """Open a command's workspace and close its ledger at the end."""
        workspace = Workspace.open(context.root)
        context.mark_synthetic(made_up=workspace.settings.synthetic)
        with Ledger.open(workspace.database_url, context.clock) as ledger:
            yield cls(workspace, ledger, FileStore(workspace.root), context.actor)

    def books(self) -> Books:
        """Return the ledger and files with the actor, as the steps of a week need them."""
        return Books(self.ledger, self.files, self.actor)

    @contextmanager
    def refusals(self, operation: str, subject: str, details: Mapping[str, Scalar]) -> Iterator[None]:
        """Record what somebody was not allowed to do before they are told."""
        try:
            yield
        except AccessError as error:
            told = {**details, "refused": error.problem}
            self.ledger.append(Draft(operation, subject, self.actor, outcome="refused", details=told))
            raise

    def archive(self) -> Archive:
        """Return the store of files and rows, for the actor."""
        return Archive(self.ledger, self.files, self.actor)

    def knowledge(self, period: PeriodKind | None = None) -> Knowledge:
        """Return what is known, by the period asked for, else the settings', else as fine as the data allow."""
        store = load_incidents(self.archive())
        period = period or self.workspace.settings.period
        return Knowledge(store, self.workspace.areas(), period, declared(self.ledger))

    def calendar(self) -> Calendar:
        """Return the calendar of the place."""
        return Calendar.load(self.workspace.settings.holidays, self.workspace.school_terms_file)

    def proxies(self) -> tuple[str, ...]:
        """Return the strands that are seen only by proxy, given the feeds held."""
        taxonomy, held = self.workspace.taxonomy(), self.feeds()
        mapped = {
            strand for feed, strands in held.items() if not taxonomy.inputs_of(feed_base(feed)) for strand in strands
        }
        return tuple(name for name in taxonomy.proxies(held) if name not in mapped)

    def marks(self) -> list[str]:
        """Return what stands with everything that is shown: that the data are made up, and their source."""
        settings = self.workspace.settings
        # The attribution of a made-up workspace says it already, unless somebody has written another one.
        made_up = settings.synthetic and "SYNTHETIC" not in settings.attribution
        return [*([SYNTHETIC] if made_up else []), *([settings.attribution] if settings.attribution else [])]

    def feeds(self) -> dict[str, tuple[str, ...]]:
        """Return the feeds held, each with the strands that it speaks of."""
        held: dict[str, set[str]] = {}
        for _, item in deliveries(self.archive()):
            for feed, strands in item.strands.items():
                held.setdefault(feed, set()).update(strands)
        return {feed: tuple(sorted(strands)) for feed, strands in sorted(held.items())}
