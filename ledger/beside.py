"""Rows beside the events: keys, jobs, how jobs ended and answers that are kept, compared with what events know of them.

How far a job is (who works on it, since when) is told by no event, and nothing that counts depends on it. What was
recorded before events held the hash of a job's arguments or of its ending is compared as far as its event tells it.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import RowMapping

from ledger.chain import FaultError
from ledger.events import canonical_json
from ledger.tables import GIVEN_ANSWERS

KEY, JOB = "api-key", "job"
CREATE_KEY, QUEUE, END, CANCEL = "create-key", "queue", "end", "cancel"
# Details by which an event holds the hash of a job's arguments, or of how one ended.
ARGUMENTS, ENDING = "arguments", "ending"
# Detail by which an event says that its answer is kept, and under which caller's key.
KEPT = "kept_answer"

_KEY_COLUMNS = ("key_id", "name", "roles", "purpose", "scope", "expires", "hash")
_ENDING_COLUMNS = ("job", "outcome", "status", "problem")

Values = Mapping[str, Any] | RowMapping


def key_digest(row: Values) -> str:
    """Return the hash by which the event that made a key covers its row."""
    return _digest([row[name] for name in _KEY_COLUMNS])


def arguments_digest(asked: str) -> str:
    """Return the hash by which the event that asks for a job covers what it is asked with."""
    return _digest(asked)


def ending_digest(row: Values) -> str:
    """Return the hash by which the event that ends a job covers how it ended."""
    return _digest([row[name] for name in _ENDING_COLUMNS])


def answer_digest(row: Values) -> str:
    """Return the hash by which an event tells which answer was kept with it; what that says names the event itself."""
    return _digest([row[name] for name in ("caller", "key", "request_hash")])


def answer_seal(secret: bytes, row: Values) -> str:
    """Return what only who knows the secret of the workspace can make of an answer that is kept."""
    sealed = [row[column.name] for column in GIVEN_ANSWERS.columns if column.name != "seal"]
    return hmac.new(secret, canonical_json(sealed), hashlib.sha256).hexdigest()


class Beside:
    """The rows beside the events, each waiting for its event.

    Args:
        keys: Rows of `api_keys`.
        jobs: Rows of `jobs`.
        endings: Rows of `job_endings`.
        answers: Rows of `given_answers`.
        secret: That of the workspace, by which these are sealed; None: their seals are not looked at.
    """

    def __init__(
        self,
        keys: Iterable[Values],
        jobs: Iterable[Values],
        endings: Iterable[Values],
        answers: Iterable[Values] = (),
        secret: bytes | None = None,
    ) -> None:
        listed = list(jobs)
        self._secret = secret
        self._keys = {row["sequence"]: row for row in keys}
        self._jobs = {row["sequence"]: row for row in listed}
        self._requests = {row["job"]: row["request"] for row in listed}
        self._endings: dict[Any, list[Values]] = {}
        for row in endings:
            self._endings.setdefault(row["sequence"], []).append(row)
        self._answers: dict[Any, list[Values]] = {}
        for row in answers:
            self._answers.setdefault(row["sequence"], []).append(row)

    def see(self, content: Values) -> None:
        """Compare the rows of an event with it.

        Raises:
            FaultError: One of them is not what the event recorded, is gone, or is of an event that recorded none.
        """
        number = content["sequence"]
        key, job = self._keys.pop(number, None), self._jobs.pop(number, None)
        endings, answers = self._endings.pop(number, []), self._answers.pop(number, [])
        if _makes_key(content) or key is not None:
            _check(number, "a key", key is not None, key is not None and _is_key(key, content))
        if _asks_for_job(content) or job is not None:
            _check(number, "a job", job is not None, job is not None and _is_job(job, content))
        if _ends_job(content) or endings:
            _check(number, "the end of a job", bool(endings), all(self._is_ending(row, content) for row in endings))

        if KEPT in content["details"] or answers:
            whole = len(answers) == 1 and self._is_answer(answers[0], content)
            _check(number, "a kept answer", bool(answers), whole)

    def check_empty(self, count: int) -> None:
        """Refuse rows whose event has not been seen.

        Raises:
            FaultError: There are some.
        """
        for what, rows in (
            ("a key", self._keys),
            ("a job", self._jobs),
            ("the end of a job", self._endings),
            ("a kept answer", self._answers),
        ):
            if rows:
                raise FaultError(count + 1, f"a row for {what} belongs to an event that is not there")

    def _is_answer(self, row: Values, content: Values) -> bool:
        digest = answer_digest(row)
        # Events of older versions do not say that an answer was kept.
        if content["details"].get(KEPT, digest) != digest:
            return False
        return self._secret is None or hmac.compare_digest(answer_seal(self._secret, row), str(row["seal"]))

    def _is_ending(self, row: Values, content: Values) -> bool:
        details = content["details"]
        if row["time"] != content["time"] or details.get(ENDING, ending_digest(row)) != ending_digest(row):
            return False
        if _is_of(content, JOB):
            told = "cancelled" if details.get("act") == CANCEL else content["outcome"]
            named = f"{JOB}/{row['job']}" == content["object"] and _ends_job(content)
            return bool(named and (row["outcome"], row["object"]) == (told, None))
        made = row["object"]
        # An edit is of the plan that it is made of, and tells the new one.
        named = made is not None and (made == content["object"] or made.partition("/")[2] == details.get("made"))
        asked_by = self._requests.get(row["job"])
        return bool(named and row["outcome"] == "done" and asked_by == details.get("request", ""))


def _check(number: int, what: str, there: object, whole: object) -> None:
    if not there:
        raise FaultError(number, f"event {number} recorded {what}, but the row for it is gone")
    if not whole:
        raise FaultError(number, f"the row for {what} is not what event {number} recorded")


def _is_of(content: Values, kind: str) -> bool:
    return bool(content["object"].startswith(f"{kind}/"))


def _makes_key(content: Values) -> bool:
    return _is_of(content, KEY) and content["details"].get("act") == CREATE_KEY


def _asks_for_job(content: Values) -> bool:
    return _is_of(content, JOB) and content["details"].get("act") == QUEUE


def _ends_job(content: Values) -> bool:
    details = content["details"]
    return ENDING in details or (_is_of(content, JOB) and details.get("act") in {END, CANCEL})


def _is_key(row: Values, content: Values) -> bool:
    named = f"{KEY}/{row['key_id']}" == content["object"]
    return bool(named and _makes_key(content) and content["details"].get("key") == key_digest(row))


def _is_job(row: Values, content: Values) -> bool:
    details = content["details"]
    told = {
        "job": content["object"].partition("/")[2],
        "kind": details.get("kind", row["kind"]),
        "operation": content["operation"],
        "caller": content["actor"],
        "role": content["role"],
        "authentication": content["authentication"],
        "purpose": content["purpose"],
        "request": str(details.get("request", "")),
        "queued": content["time"],
    }
    asked = arguments_digest(row["asked"])
    alike = all(row[name] == value for name, value in told.items())
    return alike and _asks_for_job(content) and bool(details.get(ARGUMENTS, asked) == asked)


def _digest(value: object) -> str:
    return hashlib.sha256(canonical_json(value)).hexdigest()
