"""The minutes as sentences for people."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from decisions.framework.answers import SITUATION_KEYS
from decisions.framework.criteria import NAMES
from decisions.framework.precheck import ROOM_QUESTIONS
from decisions.framework.text import Sentence, signed
from decisions.framework.told import NOBODY_ASKED, answer_words, question
from workshops.models import Minute, Phase, Role

SENTENCES = {
    "created": gettext_lazy("set up the workshop"),
    "joined": gettext_lazy("joined as %(role)s"),
    "joined_observer": gettext_lazy("joined as observer"),
    "invited": gettext_lazy("invited %(seat)s by email"),
    "invited_again": gettext_lazy("sent %(seat)s the invitation again"),
    "withdrew_invitation": gettext_lazy("withdrew the invitation to %(seat)s"),
    "reminded": ngettext_lazy(
        "emailed a reminder to vote to %(people)s person", "emailed a reminder to vote to %(people)s people", "people"
    ),
    "left": gettext_lazy("left"),
    "removed": gettext_lazy("removed %(seat)s"),
    "access_ended": gettext_lazy("left, because their access to the team ended"),
    "lead_ended": gettext_lazy("no longer leads, because their role in the team changed"),
    "opened_elsewhere": gettext_lazy("opened their seat on another device"),
    "kept_here": gettext_lazy("ended their seat on all other devices"),
    "changed_role": gettext_lazy("changed the role of %(seat)s to %(role)s"),
    "shared_lead": gettext_lazy("made %(seat)s co-facilitator"),
    "handed_over": gettext_lazy("handed over to %(seat)s"),
    "took_over": gettext_lazy("became facilitator"),
    "offered_to_lead": gettext_lazy("offered to lead while no facilitator is here"),
    "confirmed_lead": gettext_lazy("confirmed that %(seat)s leads while no facilitator is here"),
    "stood_in": gettext_lazy("leads until a facilitator is back"),
    "moved": gettext_lazy("moved on to: %(phase)s"),
    "answered_situation": gettext_lazy("saved the precheck answers"),
    "timer": gettext_lazy("set the timer"),
    "nudged": gettext_lazy("showed a reminder to vote"),
    "opened": gettext_lazy("opened %(criterion)s, round %(round)s"),
    "opened_ahead": gettext_lazy("opened advance voting"),
    "session_started": gettext_lazy("started the meeting: advance votes can't change any more"),
    "precheck_not_asked": gettext_lazy("started to reveal without asking the precheck questions"),
    "voted": gettext_lazy("voted on %(criterion)s"),
    "withdrew": gettext_lazy("withdrew their vote on %(criterion)s"),
    "revealed": ngettext_lazy(
        "revealed %(criterion)s: %(ballots)s vote", "revealed %(criterion)s: %(ballots)s votes", "ballots"
    ),
    "settled": gettext_lazy("settled %(criterion)s at %(lean)s"),
    "left_contested": gettext_lazy("left %(criterion)s contested"),
    "reopened": gettext_lazy("reopened %(criterion)s, round %(round)s"),
    "noted": gettext_lazy("added a note on %(criterion)s"),
    "wrote_record": gettext_lazy("drafted the decision record"),
    "closed": gettext_lazy("closed the workshop"),
    "opened_again": gettext_lazy("opened the workshop again"),
    "renamed": gettext_lazy("changed their name to %(name)s"),
}
BALLOTS_WITHDRAWN = gettext_lazy("votes in open rounds withdrawn: %(count)s")


def sentence(act: str, detail: dict[str, Any], names: Mapping[str, Sentence | str] = NAMES) -> str:
    """What was done, without who and when; an act of a later version shows its bare name."""
    values = dict(detail)
    if act == "joined" and detail.get("observer"):
        act = "joined_observer"
    if "criterion" in values:
        values["criterion"] = names.get(values["criterion"], values["criterion"])
    if "role" in values:
        values["role"] = dict(Role.choices).get(values["role"], values["role"])
    if "phase" in values:
        values["phase"] = dict(Phase.choices).get(values["phase"], values["phase"])
    if "lean" in values:
        values["lean"] = signed(values["lean"])
    said = "; ".join(f"{asked} {answer}" for asked, answer in _said(detail.get("said") or {}))
    text = str(SENTENCES[act] % values) if act in SENTENCES else act
    if values.get("withdrawn_ballots"):
        text = _("%(what)s; %(rule)s") % {
            "what": text,
            "rule": str(BALLOTS_WITHDRAWN) % {"count": values["withdrawn_ballots"]},
        }
    if act == "settled" and "against" in detail:
        opposed = ngettext(
            "%(what)s against %(against)s of %(ballots)s vote",
            "%(what)s against %(against)s of %(ballots)s votes",
            detail["ballots"],
        )
        text = opposed % {"what": text, **detail}
    why = str(detail.get("why") or "")
    return ": ".join(part for part in (text, said or why) if part)


def _said(answers: dict[str, Any]) -> Iterator[tuple[Sentence, Sentence]]:
    """The framework's questions among these with the answers as they were changed; a team's own are in the context."""
    for key, value in answers.items():
        if key in SITUATION_KEYS:
            yield question(key), NOBODY_ASKED if value is None else answer_words(value, value)
    for room in ROOM_QUESTIONS:
        if room.key in answers:
            yield room.question, dict(room.answers).get(answers[room.key], NOBODY_ASKED)


def minute_line(minute: Minute, names: Mapping[str, Sentence | str] = NAMES) -> dict[str, str]:
    """One line of the minutes as plain data, its time in UTC."""
    return {
        "at": f"{minute.at:%Y-%m-%dT%H:%M:%SZ}",
        "who": minute.who,
        "what": sentence(minute.act, minute.detail, names),
    }
