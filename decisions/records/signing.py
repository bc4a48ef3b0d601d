"""Sign-off: ask each owner, take their word on one exact text, take it back when the text changes."""

from datetime import timedelta

from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from decisions.base.errors import Conflict, NotAllowed
from decisions.base.links import token_hash
from decisions.base.permissions import require_editor_of
from decisions.models import Position, Proof, Record, RecordState, SignOff, User
from decisions.models.team import new_token
from decisions.records import mails
from decisions.records.base import back_to_draft, live_sign_offs, locked, name_of, note
from decisions.records.content import MAX_NOTE, text
from decisions.records.readiness import Problem, problems

SAYS_WHY = frozenset({Position.CONDITION, Position.DISSENT})
LINK_LASTS = timedelta(days=30)  # a mail lies in its box for years, and its link reads the record besides
_dated = signing.TimestampSigner(salt="groundwork.sign_off", sep=".")


class NotReady(Conflict):
    """Sign-off cannot open yet; `problems` says what is missing."""

    def __init__(self, found: tuple[Problem, ...]) -> None:
        super().__init__(" ".join(problem.message for problem in found))
        self.problems = found


def new_link_token() -> str:
    """A personal link's token, which carries the moment it was made."""
    return _dated.sign(new_token())


@transaction.atomic
def open_sign_off(
    *, record: Record, by: User, content_hash: str | None = None, missed: list[str] | None = None
) -> Record:
    """Ask every named owner to sign the text as it is; `content_hash` is the text that `by` saw.

    Raises NotReady with all that is missing. Whose mail could not be sent is added to `missed` after the commit.
    """
    record = locked(record)
    require_editor_of(record.team_id, by)
    if record.state != RecordState.DRAFT:
        raise Conflict(_("This record is no longer a draft."))
    _require_hash(record, content_hash)
    if found := problems(record):
        raise NotReady(found)
    record.state = RecordState.IN_SIGN_OFF
    record.sign_off_opened_at = timezone.now()
    note(record, by, _("Requested sign-off"))
    record.save()
    for owner in record.content["owners"]:
        if not owner["name"]:
            continue
        contact = record.owner_contacts.get(owner["role"], {})
        email = contact.get("email", "")
        account = _member(record, email=email, user_id=contact.get("user_id"))
        if not email and account is None:
            # a guest of the room with an account elsewhere: their account's address takes the link
            account_outside = User.objects.filter(pk=contact.get("user_id")).first()
            email = account_outside.email if account_outside else ""
        one = SignOff(record=record, role=owner["role"], name=owner["name"], email=email, user=account)
        one.seat = contact.get("seat")
        _issue_link(record, one, missed)
    return record


def _member(record: Record, *, email: str, user_id: int | None) -> User | None:
    """The owner's account, when they are a member of the team and so can sign in the app."""
    members = User.objects.filter(memberships__team_id=record.team_id, is_active=True)
    if user_id and (found := members.filter(pk=user_id).first()):
        return found
    return members.filter(email__iexact=email).first() if email else None


def _issue_link(record: Record, sign_off: SignOff, missed: list[str] | None) -> None:
    """Save the sign-off with a fresh personal link, and mail it once the transaction stands."""
    token = new_link_token()
    sign_off.token_hash = token_hash(token)
    sign_off.save()

    def mail() -> None:
        if sign_off.seat is not None and not mails.address_of(sign_off):
            return  # who sits in the workshop signs there
        if not mails.asked(record, sign_off, token, LINK_LASTS) and missed is not None:
            missed.append(sign_off.name)

    transaction.on_commit(mail)


@transaction.atomic
def send_link_again(*, record: Record, sign_off_id: int, by: User, missed: list[str] | None = None) -> SignOff:
    """A new personal link for an owner who has not signed; the old link stops working. `missed` as above."""
    record = locked(record)
    require_editor_of(record.team_id, by)
    one = record.sign_offs.filter(pk=sign_off_id, voided_at=None).select_related("user").first()
    is_reached = one is not None and (one.seat is None or mails.address_of(one))
    if record.state != RecordState.IN_SIGN_OFF or one is None or not is_reached or one.position != Position.PENDING:
        raise Conflict(_("This person doesn't need a reminder any more."))
    _issue_link(record, one, missed)
    return one


@transaction.atomic
def take_back(*, record: Record, by: User) -> Record:
    """Stop a sign-off without changing the text; signatures are void, as after an edit."""
    record = locked(record)
    require_editor_of(record.team_id, by)
    if record.state != RecordState.IN_SIGN_OFF:
        raise Conflict(_("This record isn't in sign-off."))
    why = _("%(name)s returned the record to draft.") % {"name": name_of(by)}
    back_to_draft(record, by=by, why=why, minute=_("Returned to draft: all signatures cancelled"))
    record.save()
    return record


def sign_off_of_seat(record: Record, seat: int) -> SignOff | None:
    """What this seat of the record's workshop is asked to sign, first what is not signed yet."""
    own = [one for one in live_sign_offs(record) if one.seat == seat]
    return next((one for one in own if one.position == Position.PENDING), own[0] if own else None)


def own_sign_off(record: Record, user: User) -> SignOff | None:
    """What this person is asked to sign here, first what they have not signed."""
    own = [one for one in live_sign_offs(record) if one.user_id == user.pk]
    return next((one for one in own if one.position == Position.PENDING), own[0] if own else None)


def by_token(token: str) -> SignOff | None:
    """The sign-off behind a personal link that is young enough."""
    try:
        _dated.unsign(token, max_age=LINK_LASTS)
    except signing.BadSignature:
        return None
    found = SignOff.objects.select_related("record__team", "record__decision", "user")
    return found.filter(token_hash=token_hash(token)).first()


@transaction.atomic
def sign(
    *,
    sign_off: SignOff,
    position: str,
    content_hash: str,
    note_text: str = "",
    by: User | None = None,
    token: str = "",
    seat: int | None = None,
) -> SignOff:
    """An owner's word on one exact text: as `by` in the app, by the personal link's token, or from their seat in the room.

    Raises NotAllowed for anybody else, Conflict when the text or the state has changed, ValidationError on a missing
    reason. Until acceptance an owner may change their mind; what they said first stays as history.
    """
    record = locked(sign_off.record)
    one = record.sign_offs.select_for_update(of=("self",)).get(pk=sign_off.pk)
    if one.voided_at is not None:
        # a personal link dies with its sign-off, so this comes before asking whose it is
        raise Conflict(_("The record has changed since you were asked. We'll send you a new link."))
    by_link = bool(token) and one.token_hash == token_hash(token)
    by_account, by_seat = by is not None and one.user_id == by.pk, seat is not None and one.seat == seat
    if not (by_link or by_account or by_seat):
        raise NotAllowed(_("Only %(name)s can sign here.") % {"name": one.name})
    if record.state != RecordState.IN_SIGN_OFF:
        raise Conflict(_("This record is no longer in sign-off."))
    _require_hash(record, content_hash)
    if position not in {Position.AGREE, Position.CONDITION, Position.DISSENT}:
        raise ValidationError({"position": _("Choose a response.")})
    said = text(note_text)
    if len(said) > MAX_NOTE:
        raise ValidationError(
            {"note": _("At most %(most)d characters: page one prints it whole.") % {"most": MAX_NOTE}}
        )
    if position in SAYS_WHY and not said:
        message = (
            _("Enter your condition.") if position == Position.CONDITION else _("Enter your reason for dissenting.")
        )
        raise ValidationError({"note": message})
    if (one.position, one.note) == (position, said):
        return one  # sent twice: by a second click, or by going back and forth in the browser
    if one.position != Position.PENDING:
        one = _instead_of(one)
    one.position, one.note, one.content_hash, one.signed_at = position, said, record.content_hash, timezone.now()
    one.proof = Proof.ACCOUNT if by_account else Proof.EMAIL if by_link else Proof.WORKSHOP
    one.save()
    note(record, one.name, f"{Position(position).label} ({one.role}, {one.get_proof_display()})")
    record.save()
    return one


def _instead_of(earlier: SignOff) -> SignOff:
    """A fresh row for a changed mind; the link moves over, the earlier word stays as history."""
    fresh = SignOff(
        record_id=earlier.record_id,
        role=earlier.role,
        name=earlier.name,
        email=earlier.email,
        user_id=earlier.user_id,
        token_hash=earlier.token_hash,
        seat=earlier.seat,
    )
    earlier.voided_at = timezone.now()
    earlier.voided_why = _("Signed again.")
    earlier.token_hash = ""
    earlier.save()
    return fresh


def _require_hash(record: Record, content_hash: str | None) -> None:
    if content_hash is not None and content_hash != record.content_hash:
        raise Conflict(_("The record has changed since you opened it. Read it again first."))
