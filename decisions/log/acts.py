"""Acts on decisions: create one, reword it, tag it."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from decisions.base.errors import Conflict
from decisions.base.permissions import require_editor_of
from decisions.models import Decision, DecisionTag, Team, User
from decisions.teams.acts import next_decision_number

from . import summary


@transaction.atomic
def create_decision(
    *,
    team: Team,
    title: str,
    question: str,
    context: str = "",
    starting_point: str = "",
    tags: Sequence[str] = (),
    owner: User | None = None,
    by: User,
) -> Decision:
    """A new decision with the team's next number."""
    require_editor_of(team.pk, by)
    decision = Decision.objects.create(
        team=team,
        number=next_decision_number(team),
        title=title,
        question=question,
        context=context,
        starting_point=starting_point,
        owner=owner,
        created_by=by,
    )
    _tag(decision, tags)
    return decision


@transaction.atomic
def reword(
    *,
    decision: Decision,
    version: int,
    title: str,
    question: str,
    context: str,
    starting_point: str = "",
    tags: Sequence[str] = (),
    owner: User | None = None,
    by: User,
) -> Decision:
    """The decision in new words; Conflict unless `version` is the one that stands."""
    now = Decision.objects.select_for_update(of=("self",)).get(pk=decision.pk)
    require_editor_of(now.team_id, by)
    if now.version != version:
        raise Conflict(_("Someone else changed this decision while you were editing it."))
    now.title, now.question, now.context = title, question, context
    now.starting_point, now.owner = starting_point, owner
    now.version += 1
    now.save()
    _tag(now, tags)
    return now


def words_of(decision: Decision) -> dict[str, Any]:
    """What `reword` replaces, as it stands."""
    names = ("title", "question", "context", "starting_point", "owner")
    return {**{name: getattr(decision, name) for name in names}, "tags": [tag.name for tag in decision.tags.all()]}


def _tag(decision: Decision, tags: Sequence[str]) -> None:
    decision.tags.exclude(name__in=tags).delete()
    DecisionTag.objects.bulk_create([DecisionTag(decision=decision, name=name) for name in tags], ignore_conflicts=True)
    summary.refresh(decision.pk)
