"""Signing ends in the room: whom the facilitator chose signs by their seat, and each page says how the signer is known."""

import pytest
from django.core import mail

from decisions import records
from decisions.base.errors import NotAllowed
from tests.decisions.records import stories
from tests.decisions.records.typing_in import address, section_form
from tests.rooms import outcome
from workshops import actions
from workshops.board import shared_board

pytestmark = pytest.mark.django_db


@pytest.fixture
def r():
    return outcome()


def write(r, **signers):
    """Felix drafts the record as its form does."""
    chosen = {f"signer_{role}": r.seats[who].pk if who else "" for role, who in signers.items()}
    r.client("felix").post(r.url("write_record"), {"stage": r.now().stage, **chosen})
    return r.people.team.records.get()


def in_sign_off(r, **signers):
    signers = signers or {"product": "ines", "security": "sam", "data": "daria"}
    record = stories.ready(write(r, **signers), r.people.felix)
    return records.open_sign_off(record=record, by=r.people.felix)


def names(record):
    return {owner["role"]: owner["name"] for owner in record.content["owners"]}


def test_the_facilitator_chooses_who_signs_of_those_who_hold_the_role(r):
    stranger = r.join("mallory", "security")
    form = r.client("felix").get(r.url("room")).content.decode()
    assert f'<option value="{stranger.pk}">Mallory (guest, email not confirmed)</option>' in form
    assert f'<option value="{r.sam.pk}">Sam (guest, email not confirmed)</option>' in form, "nobody is chosen"
    assert f'<option value="{r.ines.pk}" selected>' in form, "where only one holds it"
    record = write(r, product="ines", security="sam", data="daria")
    assert names(record) == {"product": "Ines", "security": "Sam", "data": "Daria"}


def test_who_came_first_does_not_sign_by_that(r):
    r.join("mallory", "security")
    assert names(write(r, product="ines", data="daria"))["security"] == ""


def test_nobody_signs_for_a_role_that_they_do_not_hold(r):
    assert names(write(r, product="ines", security="otto", data="ines")) == {
        "product": "Ines",
        "security": "",
        "data": "",
    }


def test_owners_sign_by_their_seats_without_an_address_and_the_page_says_so(r):
    record = in_sign_off(r)
    assert mail.outbox == [], "nobody has an address"
    room = r.client("otto").get(r.url("room")).content.decode()
    assert "The record is in sign-off" in room
    assert r.url("sign") in room
    for who, position in (("ines", "agree"), ("sam", "dissent"), ("daria", "agree")):
        browser = r.client(who)
        page = browser.get(r.url("sign")).content.decode()
        sent = {"position": position, "note": "So be it.", "content_hash": record.content_hash}
        assert browser.post(r.url("sign"), sent).url == r.url("sign")
        assert "signed in the workshop, email not confirmed" in browser.get(r.url("sign")).content.decode()
    signed = {one.name: (one.position, one.proof) for one in record.sign_offs.filter(voided_at=None)}
    assert signed == {
        "Ines": ("agree", "workshop"),
        "Sam": ("dissent", "workshop"),
        "Daria": ("agree", "workshop"),
    }
    felix = r.client("felix")
    page = felix.get(f"/t/{r.people.team.slug}/r/{record.pk}/").content.decode()
    assert page.count("signed in the workshop, email not confirmed") >= 3
    accepted = records.accept(record=record, by=r.people.felix, content_hash=record.content_hash, missed=[])
    assert {one["proof"] for one in records.document_of(accepted)["sign_offs"]} == {"workshop"}
    assert [one.position for one in shared_board(r.id).record.signing] == ["agree", "dissent", "agree"]


@pytest.mark.parametrize("who", ["otto", "felix"])
def test_nobody_else_in_the_room_signs(r, who):
    record = in_sign_off(r)
    sent = {"position": "agree", "note": "", "content_hash": record.content_hash}
    for answer in (r.client(who).get(r.url("sign")), r.client(who).post(r.url("sign"), sent)):
        assert answer.status_code == 403
    assert r.client().get(r.url("sign")).status_code == 404
    own = records.sign_off_of_seat(record, r.sam.pk)
    with pytest.raises(NotAllowed):
        records.sign(sign_off=own, seat=r.ines.pk, position="agree", content_hash=record.content_hash)


def test_an_edit_takes_back_what_was_signed_in_the_room_and_the_same_seats_are_asked_again(r):
    record = in_sign_off(r)
    ines = r.client("ines")
    ines.post(r.url("sign"), {"position": "agree", "note": "", "content_hash": record.content_hash})
    records.take_back(record=record, by=r.people.felix)
    assert ines.get(r.url("sign")).status_code == 403
    again = records.open_sign_off(record=record, by=r.people.felix)
    assert records.sign_off_of_seat(again, r.ines.pk).position == "pending"


def test_another_name_in_the_record_is_another_signer(r):
    record = write(r, product="ines", security="sam", data="daria")
    felix = r.client("felix")
    typed = section_form(felix, record, "owners") | {
        "owners-owners-1-name": "Sandra",
        "owners-owners-1-email": "sandra@example.org",
    }
    felix.post(address(record, "owners"), typed)
    record.refresh_from_db()
    assert {role: contact["seat"] for role, contact in record.owner_contacts.items()} == {
        "product": r.ines.pk,
        "security": None,
        "data": r.daria.pk,
    }


def test_the_room_is_drawn_again_when_somebody_has_signed(r, django_capture_on_commit_callbacks):
    record = in_sign_off(r)
    before = r.now().version
    own = records.sign_off_of_seat(record, r.ines.pk)
    with django_capture_on_commit_callbacks(execute=True):
        records.sign(sign_off=own, seat=r.ines.pk, position="agree", content_hash=record.content_hash)
    assert r.now().version == before + 1


def test_who_is_closed_out_may_still_sign_and_a_removed_seat_may_not(r):
    in_sign_off(r)
    actions.close(workshop_id=r.id, by=r.felix)
    assert r.client("ines").get(r.url("sign")).status_code == 200
