"""Questions: somebody challenges a recommendation, and somebody else answers, both by name, in the ledger.

A question is about a plan, a forecast run or a recorded answer, and within it about an area and a strand. It and every
answer are rows that are only ever added, each in the transaction of its event; a question is closed by an answer alone.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from errors import AllocationError, DataError
from ledger.artefacts import Artefact, Json
from ledger.events import Draft, NoSuchRecordError, canonical_json
from ledger.ledger import Ledger
from models.allocation.decisions.decide import said
from models.allocation.decisions.record import KIND as PLAN
from models.books import Books
from models.four_eyes import check_others
from models.kinds import FORECAST

KIND, ANSWER = "question", "question-answer"
FOLDER = "questions"
OPEN, CLOSED = "open", "closed"
State = Literal["open", "closed"]


@dataclass(frozen=True)
class Subject:
    """What a question is about.

    Attributes:
        run_id: The forecast run; that of the plan where it is about one.
        plan_id: The plan.
        audit_id: The recorded answer.
        area_code: The area.
        strand: The strand.
    """

    run_id: str | None = None
    plan_id: str | None = None
    audit_id: str | None = None
    area_code: str | None = None
    strand: str | None = None


@dataclass(frozen=True)
class Answer:
    """What was answered.

    Attributes:
        text: The answer.
        by: Who answered.
        closes: Whether it closed the question.
        time: When, UTC.
        audit_id: The event.
    """

    text: str
    by: str
    closes: bool
    time: str
    audit_id: str


@dataclass(frozen=True)
class Question:
    """A question and what was answered.

    Attributes:
        question_id: Its name.
        about: What it is about.
        text: The question.
        by: Who asked.
        identity: How they are known, with their name.
        time: When, UTC.
        audit_id: The event.
        answers: In the order in which they were given.
    """

    question_id: str
    about: Subject
    text: str
    by: str
    identity: str
    time: str
    audit_id: str
    answers: tuple[Answer, ...]

    @property
    def state(self) -> State:
        """Whether it waits for an answer that closes it."""
        return "closed" if any(answer.closes for answer in self.answers) else "open"

    def document(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "question_id": self.question_id,
            "status": self.state,
            "about": dict(vars(self.about)),
            "text": self.text,
            "asked_by": self.by,
            "asked_at": self.time,
            "asked_as": self.audit_id,
            "answers": [
                {
                    "text": answer.text,
                    "answered_by": answer.by,
                    "answered_at": answer.time,
                    "answered_as": answer.audit_id,
                    "closes": answer.closes,
                }
                for answer in self.answers
            ],
        }


def settled(ledger: Ledger, about: Subject) -> Subject:
    """Return what a question is about with its run, where it names what is recorded.

    Raises:
        DataError: It names nothing, or something that is not recorded, or that its run does not have.
    """
    if not (about.plan_id or about.run_id or about.audit_id):
        fix = "name a plan, a forecast run or an audit id"
        raise DataError("the question is about nothing that is recorded", place="about", fix=fix)
    run_id = about.run_id
    try:
        if about.audit_id:
            ledger.event(about.audit_id)
        if about.plan_id:
            own = str(ledger.artefact(PLAN, about.plan_id).meta["run_id"])
            if run_id not in (None, own):
                raise DataError(f"is not the run of plan {about.plan_id}", place="run_id", fix="leave it out")
            run_id = own
        run = ledger.artefact(FORECAST, run_id) if run_id else None
    except NoSuchRecordError as error:
        raise DataError(error.problem, place="about", fix=error.fix) from error
    _check_part(about.area_code, "area_code", None if run is None else _places(run.meta))
    _check_part(about.strand, "strand", None if run is None else run.meta.get("strands"))
    return Subject(run_id, about.plan_id, about.audit_id, about.area_code, about.strand)


def ask(books: Books, about: Subject, text: str, *, by: str, identity: str = "") -> str:
    """Ask a question, and return its name.

    Args:
        books: Ledger and files.
        about: What it is about, as `settled` returns it.
        text: The question.
        by: Who asks.
        identity: How they are known, with their name; "" at the command line.

    Raises:
        AllocationError: No name is given, or no words.
        LedgerError: It could not be recorded.
    """
    name, question = said(by, "name", "--by"), said(text, "question", "--text")
    question_id = uuid.uuid4().hex[:16]
    meta: dict[str, Json] = {**vars(about), "text": question, "by": name, "identity": identity}
    row = _row(books, KIND, question_id, meta)
    details = {"act": "ask", **{key: value for key, value in vars(about).items() if value}}
    if name != books.actor:
        details["entered_by"] = books.actor
    draft = Draft("collection", f"{KIND}/{question_id}", name, object_hash=row.sha256, details=details)
    books.ledger.append(draft, artefacts=[row], aliases={(KIND, question_id): OPEN})
    return question_id


def answer(books: Books, question_id: str, text: str, *, by: str, closes: bool = True) -> None:
    """Answer an open question, and close it unless there is more to come.

    Raises:
        NoSuchRecordError: There is no such question.
        AccessError: Whoever asked would answer.
        AllocationError: It is closed, or no name is given, or no words.
        MovedMeanwhileError: Somebody closed it meanwhile: nothing was recorded.
        LedgerError: It could not be recorded.
    """
    name, told = said(by, "name", "--by"), said(text, "answer", "--text")
    books.ledger.artefact(KIND, question_id)
    asked = books.ledger.event_of(KIND, question_id)
    # At the command line one person may enter what several say; over HTTP whoever is known to ask is who says it.
    check_others(asked, (name,), "answer", f"question {question_id}")
    if books.ledger.alias(KIND, question_id) == CLOSED:
        raise AllocationError("is closed", place=f"question {question_id}", fix="ask another one")
    number = sum(row.meta["question"] == question_id for row in books.ledger.artefacts(ANSWER)) + 1
    meta: dict[str, Json] = {"question": question_id, "text": told, "by": name, "closes": closes}
    row = _row(books, ANSWER, f"{question_id}-{number}", meta)
    details = {"act": "close" if closes else "answer", "answer": row.name}
    if name != books.actor:
        details["entered_by"] = books.actor
    draft = Draft("alteration", f"{KIND}/{question_id}", name, object_hash=row.sha256, details=details)
    books.ledger.append(
        draft,
        artefacts=[row],
        aliases={(KIND, question_id): CLOSED if closes else OPEN},
        only_while={(KIND, question_id): OPEN},
    )


def find(ledger: Ledger, question_id: str) -> Question:
    """Return a question.

    Raises:
        NoSuchRecordError: There is none of this name.
    """
    return several(ledger, [question_id])[0]


def several(ledger: Ledger, names: Sequence[str]) -> list[Question]:
    """Return questions, in the order of their names.

    Raises:
        NoSuchRecordError: There is none of some name.
    """
    answers: dict[str, list[Artefact]] = {name: [] for name in names}
    for row in ledger.artefacts(ANSWER):
        if row.meta["question"] in answers:
            answers[str(row.meta["question"])].append(row)
    return [_question(ledger, ledger.artefact(KIND, name), answers[name]) for name in names]


def listed(ledger: Ledger, wanted: Mapping[str, str | None], state: State | None = None) -> list[str]:
    """Return the names of the questions that are about something, newest first.

    Args:
        ledger: The ledger.
        wanted: Attribute of a subject to its value; None: any.
        state: Only open or closed ones.
    """
    closed = {str(row.meta["question"]) for row in ledger.artefacts(ANSWER) if row.meta["closes"]}
    return [
        row.name
        for row in ledger.artefacts(KIND, newest_first=True)
        if all(value in (None, row.meta.get(key)) for key, value in wanted.items())
        and state in (None, CLOSED if row.name in closed else OPEN)
    ]


def _check_part(value: str | None, place: str, known: Any) -> None:
    if value is not None and known is not None and value not in known:
        raise DataError(f"the run has no {value!r}", place=place, fix="use one that it has")


def _places(meta: Mapping[str, Any]) -> set[str] | None:
    """Return what a run's areas and districts are called; None where it does not say."""
    names = meta.get("names")
    return None if names is None else {*names, *(meta.get("districts") or {}).values()}


def _row(books: Books, kind: str, name: str, meta: Mapping[str, Json]) -> Artefact:
    stored = books.files.put(canonical_json(dict(meta)), FOLDER, ".json")
    return Artefact.of(kind, name, stored, meta)


def _question(ledger: Ledger, row: Artefact, answers: Sequence[Artefact]) -> Question:
    told: Any = row.meta
    event = ledger.event_of(KIND, row.name)
    about = Subject(**{name: told[name] for name in vars(Subject())})
    said_since = []
    for one in answers:
        given, meta = ledger.event_of(ANSWER, one.name), one.meta
        closes = bool(meta["closes"])
        said_since.append(Answer(str(meta["text"]), str(meta["by"]), closes, given.time, given.audit_id))
    return Question(
        question_id=row.name,
        about=about,
        text=told["text"],
        by=told["by"],
        identity=told["identity"],
        time=event.time,
        audit_id=event.audit_id,
        answers=tuple(said_since),
    )
