"""What is read of feeds: contracts, what is held, what was refused, and what is not in yet."""

import json
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from errors import DataError
from features.feeds.catalogue import all_contracts
from features.feeds.contract import Contract
from features.feeds.rules import RULE
from features.incidents.batch import Delivery, current, deliveries
from features.quarantine.rows import Totals, quarantined_rows, totals_by_feed
from ledger.archive import Archive
from ledger.events import NoSuchRecordError
from models.weekly.kept import COMPLETENESS
from serving.access.caller import Role
from serving.answers import Finding
from serving.asking import present
from serving.cursors import beyond_the_end
from serving.desk import Desk
from serving.feeds.schemas import DeliveriesQuery, QuarantineQuery

_NOT_STATED = "not stated"


def feeds(desk: Desk) -> Finding:
    """Find the feeds that whoever asks may see."""
    return Finding.of({"feeds": _held(desk)}, "feeds")


def feed(desk: Desk, name: str) -> Finding:
    """Find one feed.

    Raises:
        NoSuchRecordError: There is none of this name that whoever asks may see.
    """
    found = [held for held in _held(desk) if held["name"] == name]
    if not found:
        raise NoSuchRecordError("there is no such feed", fix="GET /v1/feeds lists those that you may see")
    return Finding.of({"feeds": found}, f"feed/{name}")


def quarantine(desk: Desk, query: QuarantineQuery) -> Finding:
    """Find one page of the rows in quarantine, without their values.

    Raises:
        DataError: There is no such rule or feed, or the cursor cannot be used.
    """
    if query.rule is not None and query.rule not in RULE:
        raise DataError("there is no such rule", place="rule", fix=f"use one of {', '.join(RULE)}")
    archive = _archive(desk)
    totals = {name: own for name, own in totals_by_feed(archive).items() if _may_see(name)}
    if query.feed is not None:
        check_feed(desk, archive, query.feed)
    wanted = sorted(name for name in totals if query.feed in (None, name))
    rules: dict[str, int] = {}
    for name in wanted:
        for rule, count in totals[name].rules.items():
            if query.rule in (None, rule):
                rules[rule] = rules.get(rule, 0) + count
    begin = query.number() or 0
    rows = (row for name in wanted for row in quarantined_rows(archive, name, query.rule))
    page = list(islice(rows, begin, begin + query.limit + 1))
    if begin and not page:
        beyond_the_end()
    more = len(page) > query.limit
    listed = [
        {**vars(row), "meaning": RULE[row.rule].meaning, "fix": RULE[row.rule].fix} for row in page[: query.limit]
    ]
    document = {
        "total": sum(rules.values()),
        "rules": rules,
        "next_cursor": query.cursor_at(begin + query.limit) if more else None,
        "rows": listed,
    }
    return Finding.of(document, "quarantine", details={"first": begin, "rows": len(listed), **query.said()})


def arrivals(desk: Desk, query: DeliveriesQuery) -> Finding:
    """Find one page of what was delivered and is held, newest first, with the account of each file's rows.

    Raises:
        DataError: There is no such feed, or the cursor cannot be used.
    """
    archive = _archive(desk)
    if query.feed is not None:
        check_feed(desk, archive, query.feed)
    seen = [item for _, item in current(deliveries(archive)) if _may_see(item.subject)]
    held = sorted((item for item in seen if query.feed in (None, item.subject)), key=lambda one: one.received_at)[::-1]
    begin = query.number() or 0
    page = held[begin : begin + query.limit]
    if begin and not page:
        beyond_the_end()
    more = begin + query.limit < len(held)
    document = {
        "total": len(held),
        "next_cursor": query.cursor_at(begin + query.limit) if more else None,
        "rows": [_arrival(item) for item in page],
    }
    return Finding.of(document, "deliveries", details={"rows": len(page)})


def check_feed(desk: Desk, archive: Archive, name: str) -> None:
    """Refuse a feed that there is not, or that whoever asks may not see.

    Raises:
        DataError: As said.
    """
    if name not in _named(desk, archive):
        raise DataError("there is no such feed", place="feed", fix="GET /v1/feeds lists those that you may see")


def completeness(desk: Desk) -> Finding:
    """Find what was known of completeness at the newest weekly run: on a read nothing is computed anew."""
    newest = desk.ledger.newest(COMPLETENESS)
    if newest is None:
        return Finding.of({"start": None, "feeds": []}, COMPLETENESS)
    document = json.loads(desk.files.read(newest.stored))
    told = [item for item in document["feeds"] if _may_see(item["feed"])]
    return Finding.of({"start": document["start"], "feeds": told}, f"{COMPLETENESS}/{newest.name}")


def _named(desk: Desk, archive: Archive) -> set[str]:
    """Return the feeds that there are, by contract or by what was delivered, and that whoever asks may see."""
    contracts = {contract.name for contract in all_contracts(desk.workspace.root)}
    delivered = {item.subject for _, item in current(deliveries(archive))}
    return {name for name in (*contracts, *delivered, *totals_by_feed(archive)) if _may_see(name)}


def _may_see(name: str) -> bool:
    """Return whether whoever asks may see a feed; each force of data.police.uk is a feed of its own."""
    caller = present().caller
    allowed = caller.scope.feeds
    if allowed is None:
        # A partner sees the feeds that it is named for, and else none.
        return caller.role is not Role.PARTNER
    return name in allowed or name.partition("/")[0] in allowed


def _held(desk: Desk) -> list[dict[str, Any]]:
    archive = _archive(desk)
    held = [item for _, item in current(deliveries(archive))]
    totals = totals_by_feed(archive)
    contracts = {contract.name: contract for contract in all_contracts(desk.workspace.root)}
    names = sorted({*contracts, *(item.subject for item in held)})
    return [_feed(name, contracts.get(name), held, totals) for name in names if _may_see(name)]


def _feed(
    name: str, contract: Contract | None, held: Sequence[Delivery], totals: Mapping[str, Totals]
) -> dict[str, Any]:
    own = [item for item in held if item.subject == name]
    runs = [run for item in own for covered in item.covers.values() for run in covered]
    terms = ("title", "partner", "purpose", "lawful_basis", "use", "period")
    said = {term: getattr(contract, term) if contract else _NOT_STATED for term in terms}
    return {
        "name": name,
        **said,
        "owner": contract.owner if contract else _NOT_STATED,
        "every": contract.arrival.every if contract else _NOT_STATED,
        "late_days": contract.arrival.late_days if contract else 0,
        "version": contract.version if contract else None,
        "minimum_count": contract.disclosure.minimum_count if contract else 0,
        "retention_days": contract.retention.days if contract else 0,
        "files": sum(not item.released_from for item in own),
        "accepted": sum(item.accounts.accepted for item in own),
        "quarantined": totals[name].open if name in totals else 0,
        "released": totals[name].released if name in totals else 0,
        "first_day": min((run.first.isoformat() for run in runs), default=None),
        "last_day": max((run.last.isoformat() for run in runs), default=None),
        "received_at": max((item.received_at.isoformat() for item in own), default=None),
    }


def _arrival(item: Delivery) -> dict[str, Any]:
    accounts = item.accounts
    runs = [run for covered in item.covers.values() for run in covered]
    counts = ("read", "accepted", "duplicate", "superseded", "quarantined")
    return {
        "feed": item.subject,
        "file": item.file,
        "received_at": item.received_at.isoformat(),
        "contract_version": item.contract_version,
        "released": bool(item.released_from),
        **{name: getattr(accounts, name) for name in counts},
        "rules": dict(accounts.rules),
        "first_day": min((run.first.isoformat() for run in runs), default=None),
        "last_day": max((run.last.isoformat() for run in runs), default=None),
    }


def _archive(desk: Desk) -> Archive:
    return Archive(desk.ledger, desk.files, present().caller.name)
