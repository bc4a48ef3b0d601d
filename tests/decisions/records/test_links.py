"""Personal links and share links: how long they work, what opening one does, and what the mails around them say."""

import re
import smtplib
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.urls import reverse
from django.utils import timezone

from decisions import records
from decisions.base.links import token_hash
from decisions.records import signing
from tests.decisions.records import stories

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(cast, django_capture_on_commit_callbacks):
    """A record in sign-off, and the address of Ines' personal link."""
    with django_capture_on_commit_callbacks(execute=True):
        record = stories.in_sign_off(cast)
    return record, re.search(r"https?://[^/\s]+(/sign/\S+)", mail.outbox[0].body)[1]


def url(name, record, **more):
    return reverse(f"decisions:{name}", kwargs={"slug": record.team.slug, "record_id": record.pk, **more})


def test_opening_a_link_signs_nothing_however_often_a_scanner_does_it(client, asked):
    record, link = asked

    for ask in (client.get, client.head, client.get, client.options):
        ask(link)

    assert set(record.sign_offs.values_list("position", flat=True)) == {"pending"}
    page = client.get(link)
    assert "no-store" in page["Cache-Control"]
    assert 'name="robots" content="noindex"' in page.content.decode()


def test_a_personal_link_ends_after_a_month_and_a_reminder_makes_a_new_one(
    client, cast, asked, django_capture_on_commit_callbacks
):
    record, link = asked
    assert "It works for 30 days." in mail.outbox[0].body

    with time_machine.travel(timezone.now() + signing.LINK_LASTS - timedelta(minutes=1), tick=False):
        assert client.get(link).status_code == 200
    with time_machine.travel(timezone.now() + signing.LINK_LASTS + timedelta(minutes=1), tick=False):
        assert client.get(link).status_code == 404
        signed = client.post(link, {"position": "agree", "content_hash": record.content_hash})
        assert signed.status_code == 404
        one = record.sign_offs.get(role="product")
        assert one.position == "pending"
        with django_capture_on_commit_callbacks(execute=True):
            records.send_link_again(record=record, sign_off_id=one.pk, by=cast.felix)
        new = re.search(r"https?://[^/\s]+(/sign/\S+)", mail.outbox[-1].body)[1]
        assert client.get(new).status_code == 200


def test_a_link_does_not_read_the_accepted_record_for_ever(client, cast, asked):
    record, link = asked
    for one in record.sign_offs.all():
        by_link = {"token": link.split("/")[2]} if one.role == "product" else {}
        if not by_link:
            one.token_hash = token_hash("t")
            one.save()
            by_link = {"token": "t"}
        records.sign(sign_off=one, position="agree", content_hash=record.content_hash, **by_link)
    records.accept(record=record, by=cast.felix, content_hash=record.content_hash)

    assert "This record no longer needs signing." in client.get(link).content.decode()
    with time_machine.travel(timezone.now() + timedelta(days=31), tick=False):
        assert client.get(link).status_code == 404


def test_a_moment_that_was_typed_into_the_link_is_refused(client, asked):
    _record, link = asked
    token = link.split("/")[2]
    body, _moment, signature = token.split(".")

    for forged in (body, f"{body}.zzzzzz.{signature}", f"{body}..{signature}", "..", token + "x", "%00"):
        assert client.get(reverse("decisions:sign_by_link", args=["x"]).replace("x", forged)).status_code == 404


def test_the_same_word_sent_twice_is_one_word(client, asked):
    record, link = asked
    said = {"position": "agree_with_condition", "note": "After the audit.", "content_hash": record.content_hash}

    for _time in range(3):
        assert client.post(link, said).status_code == 302

    assert record.sign_offs.filter(role="product").count() == 1
    record.refresh_from_db()
    assert sum("condition" in line["what"] for line in record.minutes) == 1


class DeadServer(EmailBackend):
    """A mail server that takes no mail for Jonas."""

    def send_messages(self, messages):
        if any("jonas@example.org" in message.to for message in messages):
            raise smtplib.SMTPServerDisconnected("gone")
        return super().send_messages(messages)


def test_whom_the_mail_did_not_reach_is_said(client, cast, settings, django_capture_on_commit_callbacks):
    settings.EMAIL_BACKEND = f"{__name__}.DeadServer"
    record = stories.finish(stories.drafted(cast), cast.felix)
    client.force_login(cast.felix)

    missed: list[str] = []
    with django_capture_on_commit_callbacks(execute=True):
        record = records.open_sign_off(record=record, by=cast.felix, missed=missed)
    assert missed == ["Jonas Lind"]
    assert record.state == "in_sign_off"

    one = record.sign_offs.get(role="security")
    with django_capture_on_commit_callbacks(execute=True):
        records.send_link_again(record=record, sign_off_id=one.pk, by=cast.felix, missed=missed)
    assert missed == ["Jonas Lind"] * 2


@pytest.mark.django_db(transaction=True)
def test_the_page_says_whom_the_mail_did_not_reach(client, cast, settings):
    settings.EMAIL_BACKEND = f"{__name__}.DeadServer"
    record = stories.finish(stories.drafted(cast), cast.felix)
    client.force_login(cast.felix)

    page = client.post(url("sign_off_open", record), {"content_hash": record.content_hash}, follow=True)
    assert "We couldn&#x27;t email Jonas Lind." in page.content.decode()
    one = record.sign_offs.get(role="security")
    page = client.post(url("sign_off_remind", record, sign_off_id=one.pk), follow=True)
    assert "We couldn&#x27;t email Jonas Lind." in page.content.decode()
    assert "on its way" not in page.content.decode()

    stories.everybody_signs(record)
    page = client.post(url("accept", record), {"content_hash": record.content_hash}, follow=True).content.decode()
    assert "DR-0001 accepted." in page
    assert "We couldn&#x27;t email the anchor to Jonas Lind." in page


@pytest.mark.parametrize("state", ["draft", "in_sign_off", "accepted"])
def test_a_withdrawal_is_told_to_whoever_was_asked(cast, state, django_capture_on_commit_callbacks):
    make = {"draft": stories.drafted, "in_sign_off": stories.in_sign_off, "accepted": stories.accepted}[state]
    record = make(cast)

    with django_capture_on_commit_callbacks(execute=True):
        records.withdraw(record=record, by=cast.felix, why="The vendor left.")

    assert len(mail.outbox) == (0 if state == "draft" else 3)
    for letter in mail.outbox:
        assert "The vendor left." in letter.body
        assert ("DR-0001 has been withdrawn" in letter.body) == (state == "accepted")


def test_no_store_keeps_a_shared_page(client, cast):
    link = records.shares.share(record=stories.accepted(cast), by=cast.felix, days=1)

    answer = client.get(reverse("decisions:shared", args=[records.shares.token_of(link)]))

    assert "no-store" in answer["Cache-Control"]
