"""Accounts of rows: every row that was read is accepted, duplicate, superseded or quarantined, and nothing is lost."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import reduce

from features.feeds.rules import RULES
from features.feeds.values import header_key

SAME_FILE = "file-already-ingested"
SAME_INCIDENT = "same-incident"
OLDER_REVISION = "older-revision"
NEWER_FILE = "newer-file"
ERASED_DAYS = "erased-days"
DUPLICATE_RULES = (SAME_FILE, SAME_INCIDENT)
SUPERSEDED_RULES = (OLDER_REVISION, NEWER_FILE, ERASED_DAYS)
QUARANTINE_RULES = tuple(rule.name for rule in RULES)


@dataclass(frozen=True)
class RowAccounts:
    """How many rows were read and what became of those that were not accepted.

    Invariant: read = accepted + duplicate + superseded + quarantined, where the last three are the sums of their rules.

    Attributes:
        read: Rows in the files.
        accepted: Rows that count.
        rules: Rule -> rows that it kept from counting.
    """

    read: int
    accepted: int
    rules: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse accounts that do not balance.

        Raises:
            ValueError: A number is negative, a rule is unknown, or a row is lost or counted twice.
        """
        unknown = set(self.rules) - {*DUPLICATE_RULES, *SUPERSEDED_RULES, *QUARANTINE_RULES}
        if unknown or min(self.read, self.accepted, *self.rules.values()) < 0:
            raise ValueError("accounts of rows hold an unknown rule or a negative number")
        if self.read != self.accepted + sum(self.rules.values()):
            raise ValueError("accounts of rows do not balance")

    @property
    def duplicate(self) -> int:
        """Rows that are held already."""
        return self._sum(DUPLICATE_RULES)

    @property
    def superseded(self) -> int:
        """Rows that a newer row or file replaces."""
        return self._sum(SUPERSEDED_RULES)

    @property
    def quarantined(self) -> int:
        """Rows that break a rule of the contract."""
        return self._sum(QUARANTINE_RULES)

    def __add__(self, other: "RowAccounts") -> "RowAccounts":
        """Return the accounts of both."""
        rules = Counter(self.rules) + Counter(other.rules)
        return RowAccounts(self.read + other.read, self.accepted + other.accepted, dict(rules))

    def moved(self, rule: str, rows: int) -> "RowAccounts":
        """Return the accounts after `rows` accepted rows turned out to fall under a rule."""
        rules = Counter(self.rules) + Counter({rule: rows})
        return RowAccounts(self.read, self.accepted - rows, dict(rules))

    def as_document(self) -> dict[str, int | dict[str, int]]:
        """Return the accounts as the JSON that `ingest` prints."""
        return {
            "read": self.read,
            "accepted": self.accepted,
            "duplicate": self.duplicate,
            "superseded": self.superseded,
            "quarantined": self.quarantined,
            "rules": {rule: self.rules[rule] for rule in sorted(self.rules)},
        }

    def _sum(self, rules: Iterable[str]) -> int:
        return sum(self.rules.get(rule, 0) for rule in rules)


@dataclass(frozen=True)
class FileReport:
    """What became of one file.

    Attributes:
        name: The file.
        feeds: The feeds it speaks for.
        accounts: Its rows.
        first_day: First covered day; None where no row was accepted.
        last_day: Last covered day.
        not_stored: Columns that are not mapped and therefore not stored.
        notices: What the user should know.
        strandless: Accepted rows of demand that no strand claims; they are kept, and counted in none.
    """

    name: str
    feeds: tuple[str, ...]
    accounts: RowAccounts
    first_day: date | None = None
    last_day: date | None = None
    not_stored: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    strandless: int = 0


@dataclass(frozen=True)
class IngestReport:
    """What became of an ingest.

    Attributes:
        files: Its files, in the order they were read.
        ignored: Files that are of another kind.
        audit_id: The record of it; None where nothing changed.
        covered: Feed -> first and last day of each run of days that it covers, of all that is held now.
        strays: Rows of these files that lie outside the days that the feed's files cover together.
    """

    files: tuple[FileReport, ...]
    ignored: tuple[str, ...]
    audit_id: str | None
    covered: Mapping[str, tuple[tuple[date, date], ...]]
    strays: int = 0

    @property
    def strandless(self) -> int:
        """Rows of all files that no strand claims."""
        return sum(file.strandless for file in self.files)

    @property
    def accounts(self) -> RowAccounts:
        """The rows of all files."""
        return reduce(RowAccounts.__add__, (file.accounts for file in self.files), RowAccounts(0, 0))

    @property
    def not_stored(self) -> tuple[str, ...]:
        """Columns that are not stored, of all files."""
        # One spelling of each: files of one feed write their headers in several styles.
        spelled = {header_key(column): column for file in reversed(self.files) for column in file.not_stored}
        return tuple(sorted(spelled.values()))
