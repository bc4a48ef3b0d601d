"""How many invitations may be mailed: to an address, by a person, for a team, and by the site, in a day and a night."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from decisions.models import InvitationMail, Team, User

from .errors import Conflict

COUNTED_FOR = timedelta(days=1)
TO_AN_ADDRESS = 5
BY_A_PERSON = 150
FOR_A_TEAM = 300


def count_invitation(*, to: str, team: Team, by: User | None) -> None:
    """Count one more mail with an invitation; raises Conflict when it would be one too many."""
    InvitationMail.objects.filter(at__lt=timezone.now() - COUNTED_FOR).delete()
    address_hash = salted_hmac("groundwork.invitation_mail", to.lower(), algorithm="sha256").hexdigest()
    mails = InvitationMail.objects
    if mails.filter(address_hash=address_hash).count() >= TO_AN_ADDRESS:
        raise Conflict(_("This address has been sent several invitations today. Try again tomorrow."))
    too_many = (
        mails.filter(team=team).count() >= FOR_A_TEAM
        or (by is not None and mails.filter(sender=by).count() >= BY_A_PERSON)
        or mails.count() >= settings.INVITATION_MAILS_PER_DAY
    )
    if too_many:
        raise Conflict(_("Many invitations have been sent today. Try again tomorrow, or hand out the join code."))
    mails.create(address_hash=address_hash, team=team, sender=by)
