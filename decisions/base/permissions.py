"""Who may do what in a team. Another team's things do not exist: 404, never 403."""

from django.contrib.auth.models import AnonymousUser
from django.http import Http404
from django.utils.translation import gettext as _

from decisions.models import Membership, TeamRole, User

from .errors import NotAllowed

EDITORS = frozenset({TeamRole.OWNER, TeamRole.FACILITATOR})


def membership_of(user: User | AnonymousUser, slug: str) -> Membership:
    """The person's place in the team with that slug; raises Http404 when there is none."""
    if not isinstance(user, User):
        raise Http404
    membership = Membership.objects.select_related("team").filter(team__slug=slug, user=user).first()
    if membership is None:
        raise Http404
    return membership


def may_edit(membership: Membership) -> bool:
    """Team editors - owners and facilitators - create decisions, edit drafts, run workshops, append to the log."""
    return membership.role in EDITORS


def require_editor(membership: Membership) -> None:
    """Raise NotAllowed unless the member is a team editor."""
    if not may_edit(membership):
        raise NotAllowed(_("Only the team's owners and facilitators may do this."))


def require_owner(membership: Membership) -> None:
    """Raise NotAllowed unless the member is an owner of the team."""
    if membership.role != TeamRole.OWNER:
        raise NotAllowed(_("Only the team's owners may do this."))
