"""What a weekly run keeps: its report, and what was known of each feed's completeness, for those who ask later."""

import json
from collections.abc import Mapping, Sequence

from features.completeness.document import completeness_document
from features.completeness.overview import FeedCompleteness
from ledger.artefacts import Artefact
from ledger.events import Draft, Scalar
from models.books import Books

KIND = "weekly-report"
COMPLETENESS = "completeness"


def keep_report(
    books: Books, html: str, start: str, details: Mapping[str, Scalar], feeds: Sequence[FeedCompleteness]
) -> None:
    """Keep a report as it was written, and the feeds' completeness; the same one is kept once.

    Raises:
        LedgerError: It could not be recorded.
    """
    stored = books.files.put(html.encode(), "weekly-reports", ".html")
    name = f"{start}-{stored.sha256[:8]}"
    if books.ledger.held(KIND, name):
        return
    artefacts = [Artefact.of(KIND, name, stored, {"start": start})]
    document = {"start": start, "feeds": [completeness_document(feed) for feed in feeds]}
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, sort_keys=True)
    told = books.files.put(text.encode(), COMPLETENESS, ".json")
    artefacts.append(Artefact.of(COMPLETENESS, name, told, {"start": start}))
    said: dict[str, Scalar] = {"act": "weekly", **details}
    books.ledger.append(
        Draft("combination", f"{KIND}/{name}", books.actor, object_hash=stored.sha256, details=said),
        artefacts=artefacts,
    )
