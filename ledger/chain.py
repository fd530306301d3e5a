"""The chain of events as lines: each line is the canonical JSON that an event's hash is taken over.

A line that is checked here is whole: it spells an event that could have been recorded, in the one form in which it
could have been, at its place. Whoever rewrites it must rewrite every later line too, and with them the tree's root.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NoReturn

from errors import LedgerError
from ledger.events import ENCODER, GENESIS, LEAF_PREFIX, OPERATIONS, OUTCOMES, Draft, canonical_json, utc_text
from ledger.tree.hashing import GrowingTree

_TEXTS = ("actor", "authentication", "object", "previous_hash", "purpose", "role", "time")
_FIELDS = {*_TEXTS, "details", "object_hash", "operation", "outcome", "sequence"}
_MORE_FIELDS = {*_FIELDS, "recipient"}
_SCALARS = (str, int, bool, type(None))
_SAFE = 2**53
_NEVER_EMPTY = ("actor", "authentication", "object", "purpose", "role")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class FaultError(Exception):
    """Something that was recorded is not as it was recorded.

    Attributes:
        sequence: Number of the event where it was met.
        problem: What is wrong, in one sentence.
    """

    def __init__(self, sequence: int, problem: str) -> None:
        self.sequence = sequence
        self.problem = problem
        super().__init__(problem)


class Chain:
    """What a reader of lines holds: the head, and the tree so far.

    Args:
        watched: Sizes of which the root is wanted.

    Attributes:
        count: Events read.
        head: Hash of the last of them; 64 zeros before the first.
        tree: The tree over them.
        roots: Size -> root, of the sizes that are wanted.
    """

    def __init__(self, watched: Iterable[int] = ()) -> None:
        self.count = 0
        self.head = GENESIS
        self.tree = GrowingTree()
        self.roots: dict[int, bytes] = {}
        self._watched = frozenset(watched)
        self._tells_recipients = False
        self.see()

    def see(self) -> None:
        """Note the root where it is wanted."""
        if self.count in self._watched:
            self.roots[self.count] = self.tree.root()

    def take(self, line: bytes, recorded: str | None = None) -> tuple[dict[str, Any], list[tuple[int, int, bytes]]]:
        """Read the next line; return the event's content, and the nodes of the tree that it completed.

        Args:
            line: The line, without its end.
            recorded: The hash that was recorded with it.

        Raises:
            FaultError: It is not the next event of a whole chain.
        """
        expected = self.count + 1
        content = _content(line, expected)
        if content["sequence"] != expected:
            found = content["sequence"]
            raise FaultError(expected, f"event {expected} is missing: the next event stored is number {found}")
        if content["previous_hash"] != self.head:
            problem = f"event {expected} does not follow the event before it: the previous hash differs"
            raise FaultError(expected, problem)
        self._check_recipient(content)
        leaf = hashlib.sha256(LEAF_PREFIX + line)
        if recorded is not None and leaf.hexdigest() != recorded:
            raise FaultError(expected, f"event {expected} was changed: its content no longer has its hash")
        self.count, self.head = expected, leaf.hexdigest()
        completed = self.tree.add(leaf.digest())
        self.see()
        return content, completed

    def _check_recipient(self, content: Mapping[str, Any]) -> None:
        """Refuse a disclosure to nobody, once events tell recipients: whether they did before cannot be known."""
        told = "recipient" in content
        if self._tells_recipients and (content["operation"], content["outcome"], told) == ("disclosure", "ok", False):
            number = content["sequence"]
            raise FaultError(number, f"event {number} discloses something to nobody, and earlier events tell to whom")
        self._tells_recipients = self._tells_recipients or told


def line_of(columns: Mapping[str, Any], details: str) -> bytes:
    """Return the line of an event whose details are held as text.

    The details are put in as they stand: if they are in another form than they were recorded in, so is the line.

    Raises:
        TypeError: A column holds what no event can hold.
    """
    texts = {name: ENCODER.encode(value) for name, value in columns.items()}
    texts["details"] = details
    members = [f'"{name}":{texts[name]}' for name in sorted(texts)]
    return f"{{{','.join(members)}}}".encode()


def _content(line: bytes, expected: int) -> dict[str, Any]:
    try:
        content = _DECODER.decode(line.decode())
        again = ENCODER.encode(content).encode()
    except (ValueError, RecursionError):
        raise FaultError(expected, f"event {expected} cannot be read: it is not JSON without floats") from None
    if not isinstance(content, dict) or not _is_event(content):
        raise FaultError(expected, f"event {expected} cannot be read: {_why(content)}")
    if again != line:
        raise FaultError(expected, f"the details of event {expected} are not in the form in which they were recorded")
    return content


def _is_event(content: Mapping[str, Any]) -> bool:
    """Return whether a document is an event that could have been recorded."""
    fields = content.keys()
    if fields not in (_FIELDS, _MORE_FIELDS):
        return False
    details, sequence = content["details"], content["sequence"]
    if not isinstance(details, dict) or not isinstance(sequence, int) or isinstance(sequence, bool):
        return False
    return (
        content["operation"] in OPERATIONS
        and content["outcome"] in OUTCOMES
        and all(isinstance(content[name], str) for name in _TEXTS)
        and all(content[name] for name in _NEVER_EMPTY)
        and (content["object_hash"] is None or _is_form(_SHA256, content["object_hash"]))
        and isinstance(content.get("recipient", "-"), str)
        and content.get("recipient") != ""
        and _is_instant(content["time"])
        and "" not in details
        and all(isinstance(value, _SCALARS) and _is_plain(value) for value in details.values())
    )


def _is_form(form: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and form.fullmatch(value) is not None


def _is_instant(text: str) -> bool:
    """Return whether a text is an instant as events tell it."""
    try:
        return utc_text(datetime.fromisoformat(text)) == text
    except (ValueError, OverflowError, LedgerError):
        return False


def _is_plain(value: object) -> bool:
    return not (isinstance(value, int) and abs(value) >= _SAFE) and not (isinstance(value, str) and "\x00" in value)


def _why(content: object) -> str:
    """Return why a document is no event, in the words in which a draft of it would be refused."""
    if not isinstance(content, dict):
        return "it is no JSON object"
    fields = {name: value for name, value in content.items() if name not in ("sequence", "time", "previous_hash")}
    try:
        canonical_json(Draft(**fields).fields())
    except LedgerError as error:
        return error.problem
    except (TypeError, ValueError, AttributeError):
        return "it has not the fields of an event"
    return "a field of it is empty, or has another type or form"


def _refused(_: str) -> NoReturn:
    raise ValueError


_DECODER = json.JSONDecoder(parse_float=_refused, parse_constant=_refused)
