"""Notices of the served forecast in plain words: which strands they are of, and what each rests on."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ledger.artefacts import Artefact
from models.kinds import TRENDS
from models.notices import NOTICES
from models.replay.manifest import read_details
from models.served.read import ServedRun
from models.suspension import NOTICE as SUSPENDED
from models.suspension import suspension_of
from serving.access.caller import Scope
from serving.answers import Finding
from serving.desk import Desk

PATH = "/v1/notices"
FALLBACK, SHIFT, CHANGED, NO_FEED = "fallback", "level-shift", "recording-change", "no-feed"
# The gravest first; a code that is not here comes last.
_TITLES = {
    SUSPENDED: "Model suspended",
    NO_FEED: "No feed",
    "late-data": "Late data",
    SHIFT: "The recorded level has shifted",
    CHANGED: "Recording changed",
    FALLBACK: "A simple method is in use",
    "incomplete-corrected": "Not all records are in",
    "feed-left-out": "A feed is not counted",
    "proxy": "Seen only roughly",
    "from-monthly": "Weeks made of months",
    "erased-rows": "Rows were erased",
    "later-model": "Not a fair look back",
    "no-boundary": "No boundary",
    "synthetic": "SYNTHETIC",
}
_ORDER = {code: at for at, code in enumerate(_TITLES)}
# Told strand by strand.
_OWN = (SUSPENDED, SHIFT, FALLBACK)
Notice = dict[str, Any]


def notices(desk: Desk, scope: Scope) -> Finding:
    """Find what stands against the served forecast, as far as it is of strands that a caller sees.

    Raises:
        ServiceError: Nothing is being served yet.
    """
    run, trends = desk.shelf.current, newest_trends(desk)
    # Before it is read: of a file that is edited meanwhile the hash is then not that of what was told.
    read = read_details(desk.workspace.strands_file)
    found = [*_by_code(run), *_suspended(desk, run), *_fallbacks(run), *_recording(run), *_no_feed(desk, run)]
    found += _shifts(run, trends)
    told = sorted((one for one in found if _is_seen(one, scope)), key=lambda one: _ORDER.get(one["code"], len(_ORDER)))
    document = {"run_id": run.run_id, "as_of": run.meta["as_of"], "notices": told}
    return Finding.of(document, f"forecast/{run.run_id}", details={"read": "notices", **read})


def newest_trends(desk: Desk) -> Mapping[str, Any] | None:
    """Return the newest trends that were computed; None where none were.

    Raises:
        LedgerError: Their file was changed.
    """
    newest: Artefact | None = desk.ledger.newest(TRENDS)
    if newest is None:
        return None
    document: dict[str, Any] = json.loads(desk.files.read(newest.stored))
    return document


def _is_seen(notice: Notice, scope: Scope) -> bool:
    return scope.strands is None or not notice["strands"] or not scope.strands.isdisjoint(notice["strands"])


def _notice(code: str, sentence: str, *strands: str) -> Notice:
    title = _TITLES.get(code, code.replace("-", " ").capitalize())
    return {"code": code, "title": title, "sentence": sentence, "strands": list(strands)}


def _by_code(run: ServedRun) -> Iterator[Notice]:
    """Yield the notices of the whole run that are not told strand by strand."""
    for code in dict.fromkeys(run.meta["notices"]):
        if code not in _OWN:
            yield _notice(code, NOTICES.get(code, f"{code}."))


def _suspended(desk: Desk, run: ServedRun) -> Iterator[Notice]:
    held = suspension_of(desk.ledger, str(run.meta["model_version"]))
    if held is None:
        return
    for strand, method in sorted(held.strands.items()):
        served = strand in run.meta.get("suspended", {})
        rest = f"The simple method “{method}” stands in for it." if served else "The next forecast will be without it."
        yield _notice(SUSPENDED, f"The model is suspended for {strand}. {rest} The reason: {held.reason}", strand)


def _fallbacks(run: ServedRun) -> Iterator[Notice]:
    better = "which was clearly better than the model on weeks that the model had not seen."
    own = dict(run.meta.get("fallback", {}))
    for strand in run.meta.get("suspended", {}):
        own.pop(strand, None)
    for strand, method in sorted(own.items()):
        yield _notice(FALLBACK, f"{strand} is forecast with the simple method “{method}”, {better}", strand)
    levels: dict[tuple[str, str], list[str]] = {}
    for level, methods in run.meta.get("level_fallback", {}).items():
        for strand, method in methods.items():
            if strand not in run.meta.get("fallback", {}):
                levels.setdefault((strand, method), []).append(level)
    for (strand, method), named in sorted(levels.items()):
        told = " and ".join(named)
        yield _notice(
            FALLBACK, f"Totals of {strand} by {told} are forecast with the simple method “{method}”, {better}", strand
        )


def _recording(run: ServedRun) -> Iterator[Notice]:
    for change in run.meta.get("recording_changes", ()):
        told = f"Since {change['date']} the feed {change['feed']} records {change['strand']} in another way"
        scaled = f"Counts from before are multiplied by {change['ratio']:g}, so that they can be compared."
        yield _notice(CHANGED, f"{told}: {change['reason']}. {scaled}", change["strand"])


def _no_feed(desk: Desk, run: ServedRun) -> Iterator[Notice]:
    seen = set(run.block(None).strands)
    for strand in desk.workspace.taxonomy().strands:
        if strand.name not in seen:
            sentence = f"No feed tells of {strand.name}, so nothing is forecast. It does not mean that nothing happens."
            yield _notice(NO_FEED, sentence, strand.name)


def _shifts(run: ServedRun, trends: Mapping[str, Any] | None) -> Iterator[Notice]:
    recent = [shift for shift in trends["shifts"] if shift["recent"]] if trends else []
    for shift in recent:
        level = f"{shift['ratio']:.0%} of what it was (95% interval {shift['low']:.0%} to {shift['high']:.0%})"
        told = f"{shift['strand']} is recorded at {level} since {shift['date']}."
        yield _notice(SHIFT, f"{told} Ask whether that is demand, or another way of recording.", shift["strand"])
    if not recent and SHIFT in run.meta["notices"]:
        yield _notice(SHIFT, NOTICES[SHIFT])
