"""What a workshop hands on: the answers for the rule, and plain data for the record."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import F, Value
from django.db.models.functions import Coalesce, NullIf
from django.urls import reverse
from django.utils.translation import gettext as _

from decisions.base.workshops import RoomNow
from decisions.framework.answers import Answers, parse
from decisions.framework.criteria import CRITERIA
from decisions.framework.customise import Framework
from decisions.framework.defaults import flip_signal_suggestions, risk_choices
from decisions.framework.recommendation import recommend
from decisions.framework.told import answer_words, question
from decisions.ledger.canonical import utc
from decisions.models import Decision, Record, RecordState
from decisions.records import clean
from decisions.team_framework import acts as frameworks
from workshops import words
from workshops.minutes import minute_line
from workshops.models import OWNER_ROLES, Ballot, Phase, Round, RoundState, Seat, Workshop
from workshops.states import REVEALED
from workshops.tally import Dot, shown_as, tally

# a team's own question among the answers of the precheck
ASKED = "asked_"


def framework_of(decision: Decision) -> dict[str, Any]:
    """The framework a workshop begins with, in the team's words; it keeps these however the framework goes on."""
    return frameworks.kept_with(frameworks.framework_of(decision.team_id))


def framework_in(workshop: Workshop) -> Framework:
    """The framework that this workshop began with."""
    return frameworks.kept_in(workshop.framework)


def last_rounds(workshop: Workshop) -> dict[str, Round]:
    """Each criterion's latest round; criteria never opened are missing."""
    return {one.criterion: one for one in workshop.rounds.order_by("number", "pk")}


def answers_of(workshop: Workshop, rounds: dict[str, Round], scores: dict[int, list[int]]) -> Answers:
    """The rule's input: settled leans, the votes of contested criteria, null for what was never settled."""
    leans: dict[str, int | None] = {}
    contested: dict[str, list[int]] = {}
    for criterion in CRITERIA:
        last = rounds.get(criterion.key)
        leans[criterion.key] = last.lean if last is not None and last.state == RoundState.SETTLED else None
        if last is not None and last.state == RoundState.CONTESTED and scores.get(last.pk):
            contested[criterion.key] = scores[last.pk]
    asked = {key: said for key, said in workshop.situation.items() if said is not None}
    return parse({"leans": leans, "contested": contested, "situation": asked})


def acts_in(workshop: Workshop) -> dict[str, dict[str, str]]:
    """Who noted each answer about the situation last, and when."""
    lines = workshop.minutes.filter(act="answered_situation").order_by("pk")
    return {
        key: {"by": line.who, "at": f"{line.at:%Y-%m-%dT%H:%M:%SZ}"}
        for line in lines
        for key in line.detail.get("changed", ())
    }


def revealed_scores(workshop: Workshop) -> dict[int, list[int]]:
    """Scores by round, of revealed rounds only; in order of score, for the order of voting would point at people."""
    scores: dict[int, list[int]] = defaultdict(list)
    revealed = Ballot.objects.filter(round__workshop=workshop, round__state__in=REVEALED)
    for round_id, score in revealed.order_by("score").values_list("round_id", "score"):
        scores[round_id].append(score)
    return scores


def readings(
    workshop: Workshop, *, flips: list[int], risks: list[str], signers: Mapping[str, int | None] | None = None
) -> dict[str, Any]:
    """Everything the record keeps of the room, as plain data; what the room hid stays hidden here."""
    rounds = last_rounds(workshop)
    answers = answers_of(workshop, rounds, revealed_scores(workshop))
    framework = framework_in(workshop)
    result = recommend(answers, framework.names)
    signals = flip_signal_suggestions(result)
    every: dict[str, list[Round]] = defaultdict(list)
    for one in workshop.rounds.order_by("number"):
        every[one.criterion].append(one)
    dots = revealed_dots(workshop)
    everybody = list(workshop.seats.select_related("user"))
    seats = [seat for seat in everybody if seat.removed_at is None]
    return {
        "answers": answers.as_dict(),
        "acts": acts_in(workshop),
        "criteria": [
            _criterion(criterion, every[criterion.key], dots, workshop.shown) for criterion in framework.criteria
        ],
        "context": asked_of(workshop.precheck, framework),
        "attendees": _attendees(workshop, everybody),
        "owners": [_owner(role, seats, signers or {}) for role in OWNER_ROLES],
        "minutes": [minute_line(minute, framework.names) for minute in workshop.minutes.all()],
        "flip_signals": [signals[place] for place in flips if 0 <= place < len(signals)],
        "risks": [
            {key: risk[key] for key in ("key", "text", "owner")}
            for risk in risk_choices(result.outcome)
            if risk["key"] in risks
        ],
        "framework": {key: workshop.framework.get(key, "") for key in ("name", "version", "rule_version")},
        "precheck": workshop.precheck,
        "starting_point": workshop.decision.starting_point,
    }


def record_of(workshop: Workshop) -> Record | None:
    """The newest record drafted from this room, unless it was withdrawn."""
    drafted = Record.objects.filter(workshop_ref=workshop.public_id).exclude(state=RecordState.WITHDRAWN)
    return drafted.order_by("-created_at").first()


def moved_since(content: Mapping[str, Any], workshop: Workshop, rounds: Mapping[str, Round]) -> tuple[str, ...]:
    """What the room says otherwise by now than a record's text that was drafted from it, in words."""
    was = {one["key"]: (one["rounds"], one["lean"]) for one in content["criteria"]}
    lines = []
    for criterion in framework_in(workshop).criteria:
        last = rounds.get(criterion.key)
        if last is None or was.get(criterion.key) == (last.number, last.lean):
            continue
        if last.state == RoundState.SETTLED and last.lean is not None:
            said = _("%(name)s was settled: %(lean)s.")
        elif last.state == RoundState.CONTESTED:
            said = _("%(name)s was left contested.")
        else:
            said = _("%(name)s was reopened.")
        lines.append(said % {"name": criterion.name, "lean": words.lean_words(last.lean or 0)})
    before, now = content["situation"], clean("situation", workshop.situation)
    for key in now:
        said_now = now[key]["value"]
        if said_now != before.get(key, {}).get("value"):
            answer = _("not asked") if said_now is None else answer_words(said_now, said_now)
            lines.append(_("%(question)s Now: %(answer)s.") % {"question": question(key), "answer": answer})
    return tuple(lines)


def room_now(record: Record) -> RoomNow | None:
    """The room of a record, and what it says otherwise by now."""
    found = Workshop.objects.filter(public_id=record.workshop_ref).first() if record.workshop_ref else None
    if found is None:
        return None
    return RoomNow(
        url=reverse("workshops:room", args=[found.public_id]),
        is_open=found.phase != Phase.CLOSED,
        moved=moved_since(record.content, found, last_rounds(found)),
    )


def asked_of(precheck: Mapping[str, Any], framework: Framework) -> list[dict[str, str]]:
    """The team's own questions that were answered, with the answers in words; the record keeps them as context."""
    said = ((one, str(precheck.get(f"{ASKED}{one.key}", ""))) for one in framework.questions)
    words = {"yes": _("yes"), "no": _("no")}
    return [
        {"question": one.question, "answer": words.get(answer, answer) if one.kind == "yes_no" else answer}
        for one, answer in said
        if answer
    ]


def _attendees(workshop: Workshop, everybody: list[Seat]) -> list[dict[str, str]]:
    """Who is in the room, and who left it but has a ballot that counts; who came back is named once."""
    counted = set(
        Ballot.objects.filter(round__workshop=workshop, round__state__in=REVEALED).values_list("seat", flat=True)
    )
    took_part = [seat for seat in everybody if seat.removed_at is None or seat.pk in counted]
    present = {(seat.name, seat.role) for seat in took_part if seat.removed_at is None}
    return [
        {"name": seat.name, "role": seat.role}
        for seat in took_part
        if seat.removed_at is None or (seat.name, seat.role) not in present
    ]


def revealed_dots(workshop: Workshop) -> dict[int, list[Dot]]:
    """Revealed ballots by round; ballots of open rounds are never loaded."""
    dots: dict[int, list[Dot]] = defaultdict(list)
    ballots = Ballot.objects.filter(round__workshop=workshop, round__state__in=REVEALED).order_by("pk")
    cast_as = Coalesce(NullIf("role", Value("")), F("seat__role"))
    for round_id, score, role, name, confidence, reason in ballots.values_list(
        "round_id", "score", cast_as, "seat__name", "confidence", "reason"
    ):
        dots[round_id].append(Dot(score, role, name, confidence, reason))
    return dots


def _criterion(criterion: Any, rounds: list[Round], dots: dict[int, list[Dot]], shown: str) -> dict[str, Any]:
    last = rounds[-1] if rounds else None
    counted = last is not None and last.state in REVEALED
    seen = _counted(dots[last.pk] if last is not None and counted else (), shown)
    state = "unanswered"
    if last is not None and last.state in {RoundState.SETTLED, RoundState.CONTESTED}:
        state = "contested" if last.state == RoundState.CONTESTED and seen["ballots"] else last.state
    return {
        "key": criterion.key,
        "name": str(criterion.name),
        "lean": last.lean if last is not None else None,
        "state": "unanswered" if state == RoundState.CONTESTED and not seen["ballots"] else str(state),
        "settled_by": last.settled_by if last is not None else "",
        "settled_at": utc(last.settled_at) if last is not None and last.settled_at else "",
        "why": last.why if last is not None else "",
        "rounds": len(rounds),
        "earlier": [
            {"lean": one.lean, "settled_by": one.settled_by, "why": one.why, **_counted(dots[one.pk], shown)}
            for one in rounds[:-1]
            if one.state in REVEALED
        ],
        **seen,
    }


def _counted(ballots: Iterable[Dot], shown: str) -> dict[str, Any]:
    """The ballots of one round as the room shows them, with what they come to."""
    seen = tally(shown_as(ballots, shown))
    return {
        "ballots": [
            {"name": dot.name, "role": dot.role, "score": dot.score, "confidence": dot.confidence, "reason": dot.reason}
            for dot in seen.dots
        ],
        "median": None if seen.median is None else f"{seen.median:g}",
        "low": seen.low,
        "high": seen.high,
    }


def _owner(role: str, seats: list[Seat], signers: Mapping[str, int | None]) -> dict[str, Any]:
    """Who signs for a role: whom the facilitator chose of those who hold it; with no choice, the only one who does."""
    held = {seat.pk: seat for seat in seats if seat.role == role and seat.votes}
    only = next(iter(held)) if len(held) == 1 else None
    seat = held.get(signers.get(role, only) or 0)
    return {
        "role": role,
        "name": seat.name if seat else "",
        "email": (seat.email or (seat.user.email if seat.user else "")) if seat else "",
        "user_id": seat.user_id if seat else None,
        "seat": seat.pk if seat else None,
    }
