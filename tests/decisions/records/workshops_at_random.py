"""Whole workshops played at random through the product's own acts, with a journal of what the people really did."""

from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from decisions import records
from decisions.framework.answers import PRE_CHECK, SITUATION_KEYS, Answers, Situation
from decisions.framework.settling import needs_reason
from decisions.models import Record
from tests import people
from tests.rooms import CRITERIA, Room, room
from workshops import actions
from workshops.models import Round

VOTERS = ("ines", "sam", "daria", "petra", "lars")
ROLES = {"ines": "product", "sam": "security", "daria": "data", "petra": "product", "lars": "legal"}
EDITED = {
    "decision": {"title": "", "approach": "", "scope": "", "rationale": "", "risk_summary": ""},
    "fallback": {"fallback": {"label": "", "text": ""}},
    "plan": {"phase_one": [""], "backlog": [""]},
    "assumptions": {"assumptions": [{"text": "", "owner": "", "check_by": ""}]},
    "flip_signals": {"flip_signals": [{"signal": "", "then": ""}]},
    "guardrails": {"guardrails": [""]},
    "risks": {"risks": [{"key": "own", "text": "", "owner": ""}]},
}


@dataclass
class Settled:
    """How a criterion ended: at a lean or, without one, contested."""

    lean: int | None
    by: str
    why: str


@dataclass
class Journal:
    """What the people of a workshop said and did, as they would remember it; nothing of it is read from the product."""

    room: Room
    answers: dict[str, Any] = field(default_factory=dict)
    ballots: dict[tuple[str, int], dict[str, tuple[int, str, str]]] = field(default_factory=dict)
    ends: dict[tuple[str, int], Settled] = field(default_factory=dict)
    edits: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    kept: set[str] = field(default_factory=set)  # sections whose proposals somebody took over as they stood
    signatures: dict[str, tuple[str, str]] = field(default_factory=dict)
    words: int = 0

    def word(self, about: str) -> str:
        """Words that nobody else in this workshop says."""
        self.words += 1
        return f"{about} number {self.words}"

    def last(self, criterion: str) -> int:
        """The number of the criterion's last round; 0 where it was never opened."""
        return max((number for key, number in self.ballots if key == criterion), default=0)

    def end(self, criterion: str) -> Settled | None:
        """How the criterion stands."""
        return self.ends.get((criterion, self.last(criterion)))

    def scores(self, criterion: str) -> list[int]:
        """The scores of its last round."""
        return sorted(score for score, *_more in self.ballots.get((criterion, self.last(criterion)), {}).values())

    def as_answers(self) -> Answers:
        """What the rule is to be told of all this."""
        ends = {criterion: self.end(criterion) for criterion in CRITERIA}
        situation = {key: tuple(said) if isinstance(said, list) else said for key, said in self.answers.items()}
        return Answers(
            leans={key: end.lean if end else None for key, end in ends.items()},
            contested={
                key: self.scores(key) for key, end in ends.items() if end and end.lean is None and self.scores(key)
            },
            situation=Situation(**situation),
        )


def play(draw: Any) -> tuple[Journal, Record]:
    """One workshop from the lobby to a record that may have been edited and signed; `draw` decides."""
    made = room(cast=people.cast(), shown=draw(st.sampled_from(["names", "names", "roles", "counts"])))
    for name in ("petra", "lars"):
        made.join(name, ROLES[name])
    journal = Journal(made)
    (_ahead if draw(st.booleans()) else _live)(journal, draw)
    if draw(st.booleans()):
        _answer(journal, draw)
    made.go("outcome")
    if draw(st.booleans()):
        required = draw(st.booleans())
        actions.answer_situation(
            workshop_id=made.id, situation={"explainability_required": required}, precheck={}, by=made.felix
        )
        journal.answers["explainability_required"] = required
    record = _write(journal)
    if draw(st.integers(0, 3)) == 0:  # back in the room, and its new readings into the same draft
        made.go("scoring")
        _again(journal, draw, draw(st.sampled_from(CRITERIA)))
        made.go("outcome")
        record = _write(journal)
    for section in draw(st.lists(st.sampled_from(sorted(EDITED)), max_size=3, unique=True)):
        record = _edit(journal, draw, record, section)
    for section in draw(st.lists(st.sampled_from(sorted(EDITED)), max_size=2, unique=True)):
        record = _keep(journal, record, section)
    return journal, record


def _keep(journal: Journal, record: Record, section: str) -> Record:
    """Somebody takes a section's proposals over as they stand, all at once."""
    journal.kept.add(section)
    return records.edit(
        record=record,
        section=section,
        changes={},
        version=record.section_versions.get(section, 0),
        by=journal.room.people.felix,
        kept={key: range(records.MAX_ITEMS) for key in records.SECTIONS[section]},
    )


def _write(journal: Journal) -> Record:
    made = journal.room
    return actions.write_record(workshop_id=made.id, flips=[0], risks=[], by=made.felix, user=made.people.felix)


def _answer(journal: Journal, draw: Any) -> None:
    """Some questions of the situation are answered, some taken back, some never asked."""
    choices: dict[str, Any] = {}
    for key in draw(st.lists(st.sampled_from(SITUATION_KEYS), max_size=6, unique=True)):
        if key == "pre_check":
            choices[key] = draw(st.sampled_from([None, [], ["document_quality"], list(PRE_CHECK[:2])]))
        else:
            choices[key] = draw(st.sampled_from([None, True, False]))
    actions.answer_situation(workshop_id=journal.room.id, situation=choices, precheck={}, by=journal.room.felix)
    journal.answers = {key: said for key, said in {**journal.answers, **choices}.items() if said is not None}


def _live(journal: Journal, draw: Any) -> None:
    journal.room.go("precheck")
    if draw(st.booleans()):
        _answer(journal, draw)
    journal.room.go("scoring")
    for criterion in draw(st.lists(st.sampled_from(CRITERIA), unique=True)):
        opened = journal.room.open(criterion)
        _vote(journal, draw, opened)
        journal.room.reveal(opened)
        _finish(journal, draw, opened)


def _ahead(journal: Journal, draw: Any) -> None:
    made = journal.room
    actions.open_ahead(workshop_id=made.id, by=made.felix)
    rounds = list(made.workshop.rounds.all())
    for one in rounds:
        _vote(journal, draw, one)
    actions.start_session(workshop_id=made.id, by=made.felix)
    for one in rounds:
        late = [name for name in VOTERS if name not in journal.ballots[one.criterion, 1]]
        _cast(journal, draw, one, draw(st.lists(st.sampled_from(late), unique=True)) if late else [])
    for _five in rounds:
        _finish(journal, draw, made.reveal())


def _vote(journal: Journal, draw: Any, one: Round) -> None:
    journal.ballots[one.criterion, one.number] = {}
    voters = draw(st.lists(st.sampled_from(VOTERS), unique=True))
    _cast(journal, draw, one, voters)
    for name in voters:
        if draw(st.integers(0, 9)) == 0:
            actions.withdraw_ballot(workshop_id=journal.room.id, round_id=one.pk, by=journal.room.seats[name])
            del journal.ballots[one.criterion, one.number][name]


def _cast(journal: Journal, draw: Any, one: Round, voters: list[str]) -> None:
    for name in voters:
        score, sure = draw(st.integers(-2, 2)), draw(st.sampled_from(["unsure", "fairly", "sure"]))
        reason = journal.word("reason") if draw(st.booleans()) else ""
        journal.room.vote(name, one, score, sure, reason)
        journal.ballots[one.criterion, one.number][name] = (score, sure, reason)


def _finish(journal: Journal, draw: Any, one: Round) -> None:
    """Settled, perhaps against the ballots and then with a reason; or contested; or voted on again."""
    made, scores = journal.room, sorted(score for score, *_ in journal.ballots[one.criterion, one.number].values())
    if draw(st.booleans()):
        actions.add_note(workshop_id=made.id, round_id=one.pk, text=journal.word("note"), by=made.ines)
    what = draw(st.sampled_from(["settle", "settle", "contest", "again"]))
    if what == "again" and one.number < 3:
        _again(journal, draw, one.criterion)
    elif what == "settle":
        lean = draw(st.integers(-2, 2))
        why = journal.word("why") if needs_reason(lean, scores) or draw(st.booleans()) else ""
        made.settle(one, lean, why)
        journal.ends[one.criterion, one.number] = Settled(lean, "Felix", why)
    else:
        why = journal.word("why") if draw(st.booleans()) else ""
        actions.leave_contested(workshop_id=made.id, round_id=one.pk, why=why, by=made.felix)
        journal.ends[one.criterion, one.number] = Settled(None, "Felix", why)


def _again(journal: Journal, draw: Any, criterion: str) -> None:
    made = journal.room
    if not journal.last(criterion):
        opened = made.open(criterion)
    else:
        opened = actions.reopen_round(workshop_id=made.id, criterion=criterion, by=made.felix)
    _vote(journal, draw, opened)
    made.reveal(opened)
    _finish(journal, draw, opened)


def _edit(journal: Journal, draw: Any, record: Record, section: str) -> Record:
    """Somebody writes a section anew, every word of it their own."""

    def said(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: said(inner, name) for name, inner in value.items()}
        if isinstance(value, list):
            return [said(inner, key) for inner in value]
        if key == "approach":
            return draw(st.sampled_from(["rag", "fine_tuning", "hybrid", "prompt_only"]))
        return value or ("2027-01-15" if key == "check_by" else journal.word(key or section))

    changes = said(EDITED[section])
    journal.edits.append((section, changes))
    version = record.section_versions.get(section, 0)
    return records.edit(record=record, section=section, changes=changes, version=version, by=journal.room.people.felix)
