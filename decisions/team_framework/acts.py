"""A team's wording of the framework and its own starting points: what stands, and the acts that add to it."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from decisions.base.errors import Conflict
from decisions.base.permissions import require_editor_of
from decisions.framework.answers import NOT_ASKED, AnswerError
from decisions.framework.criteria import FRAMEWORK_NAME, FRAMEWORK_VERSION, ROLES
from decisions.framework.customise import MAX_NAME, Framework, parse_framework
from decisions.framework.measures import MEASURE
from decisions.framework.own_starting_points import MAX_ITEMS, parse_starting_point, starting_point_as_dict
from decisions.framework.starting_points import STARTING_POINT, StartingPoint
from decisions.framework.told import said_in
from decisions.framework.words import ROLE_NAMES
from decisions.models import Decision, FrameworkVersion, OwnStartingPoint, Team, User
from decisions.models.record import current_record

MOST_STARTING_POINTS = 40
# said anew each time: what ended one question early does not end the next
NOT_SUGGESTED = ("pre_check", "one_answer_this_week")


# --- the wording


def newest(team_id: int) -> FrameworkVersion | None:
    """The wording that a team's next workshop begins with; None for the framework as it ships."""
    return FrameworkVersion.objects.filter(team_id=team_id).order_by("-number").first()


def framework_of(team_id: int) -> Framework:
    """The framework in this team's words, as they stand now."""
    version = newest(team_id)
    return read(version.content) if version else Framework()


def read(content: Mapping[str, Any] | None) -> Framework:
    """A stored wording; the framework's own words where a later release no longer understands what was stored."""
    try:
        return parse_framework(content or {})
    except AnswerError:
        return Framework()


def kept_with(framework: Framework) -> dict[str, Any]:
    """What a workshop keeps of the framework it began with, so that later rewording never reaches it."""
    return {**framework.head(), **({"custom": framework.as_dict()} if framework.is_customised else {})}


def kept_in(stored: Mapping[str, Any]) -> Framework:
    """The framework that a workshop began with, from what it kept."""
    return read(stored.get("custom"))


def named(raw: Mapping[str, Any], *, team: Team, number: int) -> Framework:
    """The framework as it would be saved under this number; raises AnswerError naming the first wrong field.

    Words of the team's own never go by the shipped framework's name, and without any they always do.
    """
    given = parse_framework({**raw, "version": str(number)})
    if not given.is_customised:
        return Framework()
    name = given.name
    if name.casefold() == FRAMEWORK_NAME.casefold():
        name = _("Five criteria of %(team)s") % {"team": team.name}
    return parse_framework({**given.as_dict(), "name": name[:MAX_NAME], "version": str(number)})


@transaction.atomic
def save(*, team: Team, raw: Mapping[str, Any], seen: int, why: str, by: User) -> FrameworkVersion:
    """A new version of the team's wording; `seen` is the newest version that the writer saw, 0 for none.

    Raises AnswerError for a wrong field, Conflict when somebody saved in the meantime or nothing would change.
    """
    Team.objects.select_for_update().get(pk=team.pk)
    require_editor_of(team.pk, by)
    last = newest(team.pk)
    if (last.number if last else 0) != seen:
        raise Conflict(_("Someone else saved the framework while you were editing it."))
    number = seen + 1
    framework = named(raw, team=team, number=number)
    before = read(last.content) if last else Framework()
    if {**framework.as_dict(), "version": ""} == {**before.as_dict(), "version": ""}:
        raise Conflict(_("Nothing to save. This is the current wording."))
    return FrameworkVersion.objects.create(
        team=team, number=number, content=framework.as_dict(), why=why, saved_by=str(by)
    )


def reset(*, team: Team, seen: int, by: User) -> FrameworkVersion:
    """Back to the framework's own words; the versions before stay readable, and records still name them."""
    own: dict[str, Any] = {"name": FRAMEWORK_NAME, "version": FRAMEWORK_VERSION}
    return save(team=team, raw=own, seen=seen, why=_("Standard wording restored"), by=by)


# --- starting points


def read_point(row: OwnStartingPoint) -> StartingPoint | None:
    """A stored starting point; None when a later release no longer understands it."""
    try:
        return parse_starting_point({**row.content, "key": row.key})
    except AnswerError:
        return None


def own_points(team_id: int) -> list[OwnStartingPoint]:
    """The team's own starting points that are offered, by name."""
    rows = OwnStartingPoint.objects.filter(team_id=team_id, retired_at=None)
    return sorted(rows, key=lambda row: str(row.content.get("name", "")).casefold())


def offered(team_id: int) -> list[StartingPoint]:
    """What a new decision of this team may start from: its own first, then ours that it does not hide."""
    own = [point for row in own_points(team_id) if (point := read_point(row))]
    return [*own, *framework_of(team_id).starting_points]


def starting_point(team_id: int, key: str) -> StartingPoint | None:
    """The starting point that a decision names: ours, or the team's own even when it is no longer offered."""
    if not key or key in STARTING_POINT:
        return STARTING_POINT.get(key)
    row = OwnStartingPoint.objects.filter(team_id=team_id, key=key).first()
    return read_point(row) if row else None


@transaction.atomic
def keep_starting_point(
    *, team: Team, raw: Mapping[str, Any], by: User, key: str = "", version: int = 0
) -> OwnStartingPoint:
    """A new starting point of the team, or the one of this key in new words; raises AnswerError for a wrong field."""
    Team.objects.select_for_update().get(pk=team.pk)
    require_editor_of(team.pk, by)
    if key:
        row = OwnStartingPoint.objects.get(team=team, key=key)
        if row.version != version:
            raise Conflict(_("Someone else changed this starting point while you were editing it."))
        row.version += 1
    else:
        if team.starting_points.filter(retired_at=None).count() >= MOST_STARTING_POINTS:
            raise Conflict(_("This team has reached its limit of starting points. Remove one first."))
        row = OwnStartingPoint(team=team, key=_free_key(team, str(raw.get("name", ""))), created_by=by)
    row.content = starting_point_as_dict(parse_starting_point({**raw, "key": row.key}))
    row.save()
    return row


def _free_key(team: Team, name: str) -> str:
    base = f"own-{slugify(name)[:40].strip('-') or 'case'}"
    taken = set(team.starting_points.filter(key__startswith=base).values_list("key", flat=True))
    return next(key for key in (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))) if key not in taken)


@transaction.atomic
def retire_starting_point(*, team: Team, key: str, by: User) -> None:
    """Offer it no longer; doing it twice is no fault."""
    require_editor_of(team.pk, by)
    OwnStartingPoint.objects.filter(team=team, key=key, retired_at=None).update(retired_at=timezone.now())


def drawn_from(decision: Decision) -> dict[str, Any]:
    """A first draft of a starting point out of a decision: its words, and what its record came to say."""
    known = starting_point(decision.team_id, decision.starting_point)
    drawn = starting_point_as_dict(known) if known else {}
    drawn |= {"name": decision.title[:MAX_NAME], "title": decision.title}
    drawn |= {"question": decision.question, "context": decision.context}
    record = current_record(tuple(decision.records.order_by("-created_at")))
    if record is None:
        return drawn
    content = record.content
    drawn["situation"] = {
        key: value
        for key, value in said_in(content["situation"]).items()
        if key not in NOT_SUGGESTED and value != NOT_ASKED[key]
    }
    metrics = [metric for metric in content["metrics"] if metric["key"] in MEASURE]
    drawn["metrics"] = [metric["key"] for metric in metrics]
    drawn["gates"] = {metric["key"]: [metric["gate"][:MAX_NAME], metric["stop"][:MAX_NAME]] for metric in metrics}
    roles = {str(name).casefold(): role for role, name in ROLE_NAMES.items() if role in ROLES}
    drawn["assumptions"] = [
        {"text": one["text"][:600], "role": roles.get(one["owner"].casefold(), "product")}
        for one in content["assumptions"][:MAX_ITEMS]
    ]
    return drawn
