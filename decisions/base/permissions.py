"""Who may do what in a team. Another team's things do not exist: 404, never 403."""

from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth.models import AnonymousUser
from django.http import Http404
from django.utils.translation import gettext as _

from decisions.models import Decision, Membership, Team, TeamRole, User

from .errors import NotAllowed

EDITORS = frozenset({TeamRole.OWNER, TeamRole.FACILITATOR})


def membership_of(user: User | AnonymousUser, slug: str) -> Membership:
    """The person's place in the team with that slug; raises Http404 when there is none."""
    if not isinstance(user, User):
        raise Http404
    membership = Membership.objects.select_related("team").filter(team__slug=slug, user=user).first()
    if membership is None:
        raise Http404
    if missing := missing_sign_in(membership.team, user):
        raise SignInTooWeak(missing)
    return membership


class SignInTooWeak(NotAllowed):
    """The team asks for another way of signing in; `missing` names it."""

    def __init__(self, missing: str) -> None:
        super().__init__(
            _("This team requires single sign-on. Sign out, then sign in that way.")
            if missing == "sso"
            else _("This team requires two-step verification or a passkey. Set it up in your account, then come back.")
        )
        self.missing = missing


def missing_sign_in(team: Team, user: User) -> str:
    """What the team asks of a sign-in that this person's lacks: "mfa", "sso" or nothing."""
    if team.requires_second_factor and not is_mfa_enabled(user):
        return "mfa"
    if team.requires_single_sign_on and "socialaccount" not in user.signed_in_with:
        return "sso"
    return ""


def decision_of(membership: Membership, number: int) -> Decision:
    """The team's decision of that number; Http404 when there is none."""
    decision = (
        Decision.objects.select_related("team", "owner")
        .prefetch_related("tags")
        .filter(team=membership.team, number=number)
        .first()
    )
    if decision is None:
        raise Http404
    return decision


def may_edit(membership: Membership) -> bool:
    """Team editors - owners and facilitators - create decisions, edit drafts, run workshops, append to the log."""
    return membership.role in EDITORS


def require_editor(membership: Membership) -> None:
    """Raise NotAllowed unless the member is a team editor."""
    if not may_edit(membership):
        raise NotAllowed(_("Only team owners and facilitators can do this."))


def require_owner(membership: Membership) -> None:
    """Raise NotAllowed unless the member is an owner of the team."""
    if membership.role != TeamRole.OWNER:
        raise NotAllowed(_("Only team owners can do this."))


def require_editor_of(team_id: int, by: User) -> None:
    """Raise NotAllowed unless `by` is an editor of the team."""
    if not Membership.objects.filter(team_id=team_id, user=by, role__in=EDITORS).exists():
        raise NotAllowed(_("Only team owners and facilitators can do this."))


def require_owner_of(team: Team, by: User) -> None:
    """Raise NotAllowed unless `by` owns the team."""
    if not Membership.objects.filter(team=team, user=by, role=TeamRole.OWNER).exists():
        raise NotAllowed(_("Only team owners can do this."))
