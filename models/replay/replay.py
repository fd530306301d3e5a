"""Replay: what an identifier names is made again from what was recorded, and compared to the bit.

An answer or a decision is named by its audit id; a run, a plan and a study by their own names too. Nothing is recorded
by a replay, and nothing but what was recorded by then is looked at: later deliveries, models and settings play no part.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from errors import LedgerError, ModelError, StrandcastError
from ledger.artefacts import Artefact
from ledger.events import Event, NoSuchRecordError
from ledger.files import FileStore
from ledger.ledger import Ledger
from ledger.rehearsal import Rehearsal
from models.allocation.decisions.answers import KIND as TASK
from models.allocation.decisions.history import EDIT, ISSUE, REJECT
from models.allocation.decisions.record import KIND as PLAN
from models.explanation.contributions import KIND as EXPLANATION
from models.kinds import FORECAST, MODEL, SCENARIO
from models.preflight import preflight
from models.registry import TREES
from models.replay.acts import decision_parts, explanation_parts
from models.replay.inputs import Kept, intact
from models.replay.manifest import ASKED, MANIFEST
from models.replay.outcome import Outcome, Part, Replay, Verdict
from models.replay.plans import plan_parts
from models.replay.runs import run_parts
from models.replay.studies import study_parts
from models.replay.surroundings import ANSWERING, MAKING, Surroundings, differences, present_surroundings
from models.replay.surroundings import KIND as SURROUNDINGS

_AS_PART: Mapping[Outcome, Verdict] = {"same": "same", "close": "close", "differs": "differs", "cannot": "absent"}
_GATE = "gate"


class Answers(Protocol):
    """Makes an answer of the service again."""

    def again(self, event: Event) -> Iterable[Rehearsal]:
        """Yield what would be recorded, for each state of the ledger that the answer may have been given in.

        The first is the likeliest. A worker looks at the ledger every few seconds, so that it may have answered from
        what held shortly before.

        Raises:
            StrandcastError: The answer cannot be made.
        """


@dataclass(frozen=True)
class Replayer:
    """Makes things again, each run and plan once.

    Attributes:
        ledger: The record.
        files: Its files.
        secret: The workspace's, by which lists of visits are drawn.
        answers: Makes answers of the service again; None: these cannot be.
        present: The surroundings of this process.
    """

    ledger: Ledger
    files: FileStore
    secret: str = field(repr=False)
    answers: Answers | None = None
    present: Surroundings = field(default_factory=present_surroundings, repr=False)
    _done: dict[str, Replay] = field(default_factory=dict, repr=False)

    @property
    def kept(self) -> Kept:
        """The record and the files, as things are looked up in them."""
        return Kept(self.ledger, self.files)

    def replay(self, asked: str) -> Replay:
        """Make again what an identifier names: an audit id, or the name of a run, a plan, a study or a model.

        Raises:
            NoSuchRecordError: Nothing has it.
        """
        event = self._event(asked)
        if event.audit_id not in self._done:
            self._done[event.audit_id] = self._made_again(event)
        return replace(self._done[event.audit_id], asked=asked)

    def _event(self, asked: str) -> Event:
        for kind in (FORECAST, PLAN, MODEL, SCENARIO):
            try:
                return self.ledger.event_of(kind, asked)
            except NoSuchRecordError:
                continue
        try:
            return self.ledger.event(asked)
        except NoSuchRecordError as error:
            fix = "use an audit id, or the name of a forecast run, a plan, a study or a model"
            raise NoSuchRecordError(f"nothing is recorded as {asked}", fix=fix) from error

    def _made_again(self, event: Event) -> Replay:
        known = intact(event)
        if known.verdict != "same":
            return self._told(event, "event", [known])
        if event.draft.outcome != "ok":
            said = f"it was {event.draft.outcome}: nothing was given"
            return self._told(event, "refusal", [Part("a result", "absent", said)])
        if ASKED in event.draft.details:
            return self._answer(event)
        kind, _, name = event.draft.object.partition("/")
        ways: dict[str, Callable[[Event, str], Replay]] = {
            FORECAST: self._run,
            PLAN: self._plan,
            TASK: self._task,
            EXPLANATION: self._explanation,
            MODEL: self._model,
            SCENARIO: self._study,
        }
        if kind in ways:
            return ways[kind](event, name)
        said = f"results of the kind {kind} are not made again"
        return self._told(event, kind, [Part(f"a way to make {kind} again", "absent", said)])

    def _run(self, event: Event, name: str) -> Replay:
        return self._of_row(event, FORECAST, name, run_parts)

    def _plan(self, event: Event, name: str) -> Replay:
        act = event.draft.details.get("act")
        if act in (ISSUE, REJECT):
            return self._told(event, "decision", [self._beneath(name), *decision_parts(self.kept, event)])
        made = str(event.draft.details["made"]) if act == EDIT else name
        return self._of_row(event, PLAN, made, self._plan_parts)

    def _task(self, event: Event, name: str) -> Replay:
        plan = str(event.draft.details["plan"])
        return self._told(event, "decision", [self._beneath(plan), *decision_parts(self.kept, event)])

    def _explanation(self, event: Event, name: str) -> Replay:
        parts = [self._beneath(name), *explanation_parts(self.kept, event)]
        return self._told(event, EXPLANATION, parts, event.draft.details.get(SURROUNDINGS), computed=True)

    def _model(self, event: Event, name: str) -> Replay:
        return self._told(event, MODEL, self._model_parts(event, name))

    def _study(self, event: Event, name: str) -> Replay:
        return self._of_row(event, SCENARIO, name, self._study_parts)

    def _study_parts(self, kept: Kept, event: Event, row: Artefact) -> list[Part]:
        plans = [str(row.meta[key]) for key in ("plan_id", "other") if row.meta.get(key)]
        return [*(self._beneath(plan) for plan in plans), *study_parts(kept, event, row, self.secret)]

    def _of_row(
        self, event: Event, kind: str, name: str, parts: Callable[[Kept, Event, Artefact], list[Part]]
    ) -> Replay:
        """Return the replay of a recorded file, by the event that recorded it whichever was asked for."""
        row = self.kept.row(kind, name)
        if row is None:
            return self._told(event, kind, [Part(f"the {kind}'s row", "absent", f"no {kind} {name} is recorded")])
        recorded = self.ledger.event_of(kind, name)
        notes: tuple[str, ...] = ()
        if recorded.sequence != event.sequence:
            study = event.draft.details.get("study")
            notes = (f"{kind} {name} was recorded as {recorded.audit_id}; {event.audit_id} looked at it.",)
            if study and "job" in event.draft.details:
                notes = (
                    *notes,
                    f"The study '{study}' that it looked for is kept: replay it by its own name.",
                )
            elif study:
                notes = (*notes, f"What the study '{study}' showed was not recorded; the plan that it rests on was.")
        manifest: Any = row.meta.get(MANIFEST)
        named = manifest.get("surroundings") if isinstance(manifest, Mapping) else None
        found = parts(self.kept, recorded, row)
        told = self._told(event, kind, found, named, computed=True)
        return replace(told, object=f"{kind}/{name}", notes=(*told.notes, *notes))

    def _plan_parts(self, kept: Kept, event: Event, row: Artefact) -> list[Part]:
        run = str(row.meta["run_id"])
        return [self._beneath(run), *plan_parts(kept, event, row, self.secret)]

    def _beneath(self, name: str) -> Part:
        """Return as one part the replay of the run or plan that something rests on."""
        if name not in self._done:
            try:
                self._done[name] = self.replay(name)
            except NoSuchRecordError as error:
                return Part(name, "absent", error.problem)
        found = self._done[name]
        first = found.first
        said = first.sentence() if first is not None else ""
        changed = first is not None and first.verdict == "changed"
        return Part(found.object, "changed" if changed else _AS_PART[found.outcome], said)

    def _model_parts(self, event: Event, version: str) -> list[Part]:
        """Return what is found of a model: its files, its golden forecasts, and the gate's evidence where it was asked.

        A fit is not repeated here, and neither are the gate's backtests: `strandcast promote` makes those.
        """
        kept, evidence = self.kept, event.draft.details.get("evidence")
        parts = [kept.file("model manifest", MODEL, version)]
        if kept.row(TREES, version):
            parts.append(kept.file("model trees", TREES, version))
        if evidence:
            parts.append(kept.file("the gate's evidence", _GATE, str(evidence)))
        if any(part.verdict != "same" for part in parts):
            return parts
        try:
            apart = preflight(self.ledger, self.files, version)
        except (ModelError, LedgerError) as error:
            return [*parts, Part("golden forecasts", "differs", str(error).rstrip("."))]
        said = "" if apart == 0 else f"they differ by up to {apart:.1e} of their value"
        return [*parts, Part("golden forecasts", "same" if apart == 0 else "close", said)]

    def _answer(self, event: Event) -> Replay:
        """Return the replay of an answer of the service: its body, and the run or plan that it tells of."""
        kind, _, name = event.draft.object.partition("/")
        beneath = [self._beneath(name)] if kind in (FORECAST, PLAN, SCENARIO) and self.kept.row(kind, name) else []
        named = event.draft.details.get(SURROUNDINGS)
        return self._told(
            event,
            "answer",
            [*beneath, *self.kept.read(event), self._body(event)],
            named,
            computed=True,
            rooms=ANSWERING,
        )

    def _body(self, event: Event) -> Part:
        if self.answers is None:
            return Part("the service", "absent", "answers of the service are not made again here")
        recorded = event.draft.object_hash or ""
        found = ""
        try:
            for rehearsal in self.answers.again(event):
                made = rehearsal.draft
                found = found or (made.object_hash if made else None) or ""
                if made and made.object_hash == recorded and made.object == event.draft.object:
                    return Part("the answer's body", "same", "", recorded, recorded)
        except NoSuchRecordError as error:
            return Part("what was asked", "absent", error.problem, recorded)
        except StrandcastError as error:
            return Part("making the answer again", "differs", str(error).rstrip("."), recorded)
        said = f"its hash was {recorded[:16]} and is {found[:16]}" if found else "nothing would be answered"
        return Part("the answer's body", "differs", said, recorded, found)

    def _told(
        self,
        event: Event,
        kind: str,
        parts: Sequence[Part],
        named: object = None,
        *,
        computed: bool = False,
        rooms: Sequence[str] = MAKING,
    ) -> Replay:
        """Return a replay with what the surroundings are beside those of then, where something was computed in them."""
        told = Replay(event.audit_id, event.audit_id, event.draft.object, kind, tuple(parts))
        if not computed:
            return told
        if not named:
            return replace(told, unknown=True, notes=("Its surroundings were not recorded.",))
        file = self.kept.file("surroundings", SURROUNDINGS, str(named))
        if file.verdict != "same":
            return replace(told, unknown=True, parts=(file, *told.parts))
        row = self.ledger.artefact(SURROUNDINGS, str(named))
        then = Surroundings.of(json.loads(self.files.read(row.stored)))
        return replace(told, surroundings=differences(then, self.present, rooms), revision=then.revision)


def replay(ledger: Ledger, files: FileStore, asked: str, *, secret: str, answers: Answers | None = None) -> Replay:
    """Make again what an identifier names, and compare it to the bit.

    Args:
        ledger: The record.
        files: Its files.
        asked: An audit id, or the name of a run, a plan, a study or a model.
        secret: The workspace's, by which lists of visits are drawn.
        answers: Makes answers of the service again; None: these cannot be.

    Raises:
        NoSuchRecordError: Nothing has the identifier.
    """
    return Replayer(ledger, files, secret, answers).replay(asked)
