"""What was read from one file: facts that keep the contract, rows that do not, and accounts of both."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.feeds.places import Places
from features.feeds.report import RowAccounts
from features.feeds.tables import RawTable
from features.strands import Taxonomy

Revised = Literal["no", "by-revision", "by-delivery"]
# The columns of facts, one row a fact; a feed's own columns follow them. `day` is the first day of the fact's period,
# `began` the instant where a clock time is given; `recorded` is when its source recorded it, `known_at` since when it
# counts as known. `strand` is the one that it counts under in totals, none where no strand claims it, and `also` the
# further ones, joined by " + ". `key_*` are the halves of the keyed hash of a natural key, 0 where there is none;
# `fingerprint` is a keyed hash over all mapped values: equal fingerprints, equal rows.
FACTS: dict[str, str] = {
    "row": "int32",
    "day": "datetime64[s]",
    "began": "datetime64[s]",
    "until": "datetime64[s]",
    "recorded": "datetime64[s]",
    "known_at": "datetime64[s]",
    "feed": "category",
    "area": "category",
    "strand": "category",
    "also": "category",
    "offence": "category",
    "source_type": "category",
    "provenance": "category",
    "count": "int32",
    "longitude": "float64",
    "latitude": "float64",
    "revision": "float64",
    "key_high": "uint64",
    "key_low": "uint64",
    "fingerprint": "uint64",
}


def file_mark(sha256: str, salt: bytes) -> str:
    """Return what is recorded for good in the place of a file's hash: a hash of it under the secret, hexadecimal.

    A file of few rows could be guessed by its own hash after its rows are erased.
    """
    return hashlib.blake2b(b"file:" + sha256.encode(), key=salt[:64], digest_size=32).hexdigest()


@dataclass(frozen=True)
class Setting:
    """What a file is read against: the workspace's areas and strands, the day, and the secret of the hashes.

    Attributes:
        places: The areas.
        taxonomy: The strands.
        salt: Secret of the hashes, bytes.
        received_at: When the files were received, UTC.
    """

    places: Places
    taxonomy: Taxonomy
    salt: bytes = field(repr=False)
    received_at: datetime

    def keys(self, subject: str, texts: Sequence[str]) -> NDArray[np.uint64]:
        """Return the keyed hash of each natural key of a subject as two numbers, 0 and 0 for a blank; uint64[n, 2]."""
        secret = hashlib.blake2b(subject.encode(), key=self.salt[:64]).digest()
        blank = bytes(16)
        digests = [
            hashlib.blake2b(text.encode(errors="replace"), key=secret, digest_size=16).digest() if text else blank
            for text in texts
        ]
        return np.frombuffer(b"".join(digests), dtype="<u8").reshape(-1, 2)

    def keys_of(self, subject: str, table: RawTable) -> NDArray[np.uint64]:
        """Return the natural key of each row of a file, hashed, 0 and 0 where there is none; uint64[n, 2]."""
        ids = table.columns.get("incident_id")
        if table.keys is not None:
            return table.keys
        if ids is None:
            return np.zeros((len(table.rows), 2), dtype=np.uint64)
        return self.keys(subject, ids.values)[ids.codes]

    def mark(self, sha256: str) -> str:
        """Return what is recorded in the place of a file's hash."""
        return file_mark(sha256, self.salt)

    def fingerprints(self, values: pd.DataFrame) -> NDArray[np.uint64]:
        """Return a keyed hash of each row."""
        key = hashlib.sha256(self.salt).hexdigest()[:16]
        hashes = pd.util.hash_pandas_object(values, index=False, hash_key=key, categorize=True)
        return np.asarray(hashes, dtype=np.uint64)


@dataclass(frozen=True, eq=False)
class Reading:
    """One file, read.

    Invariant: accounts.read = rows of facts + quarantined rows.

    Attributes:
        name: The file.
        sha256: Hash of its content.
        facts: Rows that keep the contract, columns of `FACTS` and the feed's own.
        quarantined: Rows that do not: `row`, `rule`, `field`, and the mapped values as text (natural keys as hashes).
        resolution: Resolution of the dates.
        delivery: How files of the feed relate; "replaces-units" for data.police.uk.
        delay_days: Publication delay.
        strands: Feed -> strands that it speaks of beyond those met in its rows.
        use: What the feed is used for.
        every: How often a file comes, by its contract; "" where none says.
        stands_in: Strand -> feeds that tell its incidents better: beside one of them these rows are not counted.
        covers: Declared first and last covered day, None where the rows tell.
        units: Feeds and months that the file replaces whole, for "replaces-units".
        revised: Of each natural key the newest revision counts, or the newest row where no revision is mapped.
        dated_knowledge: The file says when its rows were known, by the period in its name.
        not_stored: Columns that are not mapped.
        notices: What the user should know of the reading.
    """

    name: str
    sha256: str
    facts: pd.DataFrame = field(repr=False)
    quarantined: pd.DataFrame = field(repr=False)
    resolution: Literal["day", "week", "month"]
    delivery: Literal["append", "replaces-periods", "replaces-units"]
    delay_days: int
    strands: Mapping[str, tuple[str, ...]]
    use: str = "demand"
    every: str = ""
    stands_in: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    covers: tuple[date | None, date | None] = (None, None)
    units: tuple[tuple[str, date], ...] = ()
    revised: Revised = "no"
    dated_knowledge: bool = False
    not_stored: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()

    @property
    def accounts(self) -> RowAccounts:
        """The rows, before they are compared with what is held."""
        rules = Counter(self.quarantined["rule"].tolist())
        return RowAccounts(len(self.facts) + len(self.quarantined), len(self.facts), dict(rules))


def categorical(codes: NDArray[np.integer], names: Sequence[str]) -> pd.Categorical:
    """Return names as pandas keeps them; the code -1 is no name."""
    return pd.Categorical.from_codes(codes, pd.Index(list(names), dtype="str"))
