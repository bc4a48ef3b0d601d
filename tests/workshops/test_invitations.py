"""Before the meeting: invited by personal link, voting in their own time, reminded while a ballot is missing."""

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.core.mail.backends.locmem import EmailBackend
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from decisions.base.errors import Conflict, NotAllowed
from decisions.base.links import token_hash
from tests import people
from tests.rooms import CRITERIA, room, scoring
from workshops import actions, guests
from workshops.models import Minute, Round, Seat, SeatInvitation
from workshops.seats import cookie_name

pytestmark = pytest.mark.django_db
LENA = {"email": "lena@example.org", "name": "Lena", "role": "legal"}


@pytest.fixture(autouse=True)
def fresh_minute():
    cache.clear()
    yield
    cache.clear()


class Down(EmailBackend):
    """A mail server that cannot be reached."""

    def open(self):
        raise ConnectionRefusedError("no mail server here")


class Picky(EmailBackend):
    """A mail server that does not take mail to Lena."""

    def send_messages(self, messages):
        if any("lena@example.org" in message.to for message in messages):
            raise OSError("mailbox unavailable")
        return super().send_messages(messages)


def broken(settings, backend):
    settings.EMAIL_BACKEND = f"{__name__}.{backend.__name__}"


def invite(r, by="felix", **more):
    """Felix invites Lena, or whom `more` names, by the form."""
    return r.client(by).post(r.url("invitations"), {**LENA, **more})


def link_to(address: str) -> str:
    """The personal link in the newest mail to somebody."""
    message = next(one for one in reversed(mail.outbox) if one.to == [address])
    return re.search(r"/i/[A-Za-z0-9_-]+/", message.body).group(0)


def take(link: str, **more) -> Client:
    """A new browser takes the seat of a link."""
    browser = Client(**more)
    assert browser.post(link).status_code == 302
    return browser


def seated(r, address="lena@example.org") -> Seat:
    return r.workshop.invitations.get(email=address).seat


def ahead(r):
    actions.open_ahead(workshop_id=r.id, by=r.felix)
    return list(Round.objects.filter(workshop=r.workshop).order_by("pk"))


def remind(r, by="felix"):
    return r.client(by).post(r.url("remind"))


def later(**wait):
    return time_machine.travel(timezone.now() + timedelta(**wait))


# --- the story


def test_invited_by_mail_voting_ahead_reminded_and_back_on_another_device():
    r = room()
    ahead(r)
    assert invite(r).status_code == 302
    message = mail.outbox[-1]
    assert message.to == ["lena@example.org"]
    for expected in (
        "Hello Lena",
        "Felix",
        "Legal",
        r.workshop.decision.title,
        "Allow 15 minutes",
        "No one can see your votes",
    ):
        assert expected in message.body
    phone, link = Client(), link_to("lena@example.org")
    page = phone.get(link).content.decode()
    for expected in (r.workshop.decision.title, "Felix", "Lena", "Legal"):
        assert expected in page
    assert phone.post(link)["Location"] == r.url("room")
    lena = seated(r)
    assert (lena.name, lena.role, lena.is_observer, lena.is_facilitator) == ("Lena", "legal", False, False)
    assert lena.email == "lena@example.org", "the mailbox is proved: a sign-off reaches her there"
    for one in Round.objects.filter(workshop=r.workshop)[:2]:
        phone.post(r.url("ballot", round_id=one.pk), {"score": "2", "reason": "because of the auditors"})
    assert "voted on 2 of 5 criteria" in r.client("felix").get(r.url("invitations")).content.decode()
    with later(minutes=11):
        remind(r)
    reminder = mail.outbox[-1]
    assert reminder.to == ["lena@example.org"]
    assert "vote on 3 criteria" in reminder.body
    laptop = Client()
    assert laptop.get(link).status_code == 404, "the link of the earlier mail is replaced"
    answer = laptop.post(link_to("lena@example.org"))
    assert (answer.status_code, answer["Location"]) == (302, r.url("room"))
    assert "because of the auditors" in laptop.get(r.url("room")).content.decode()
    assert r.workshop.seats.filter(name="Lena").count() == 1


def test_nobody_is_told_what_anybody_scored():
    r = room()
    rounds = ahead(r)
    invite(r)
    browser = take(link_to("lena@example.org"))
    for score, one in zip(("-2", "2"), rounds, strict=False):
        browser.post(r.url("ballot", round_id=one.pk), {"score": score, "confidence": "sure", "reason": "hush-hush"})
    page = r.client("felix")
    before = page.get(r.url("invitations")).content.decode()
    browser.post(r.url("ballot", round_id=rounds[0].pk), {"score": "1", "confidence": "unsure", "reason": "quite else"})
    after = page.get(r.url("invitations")).content.decode()

    def mask(html):
        return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", html)

    assert mask(before) == mask(after), "another score changes nothing that a facilitator sees"
    with later(minutes=11):
        remind(r)
    said = [one.body for one in mail.outbox] + [before, str(list(r.workshop.minutes.values_list("detail", flat=True)))]
    for words in ("hush-hush", "quite else", "strongly", "sure"):
        assert not any(re.search(rf"\b{words}\b", text) for text in said), words


# --- the personal link


def test_a_look_at_the_link_takes_no_seat():
    r = room()
    invite(r)
    link, before = link_to("lena@example.org"), r.now().version
    for _scanner in range(3):
        for look in (Client().get, Client().head):
            answer = look(link)
            assert answer.status_code == 200
            assert cookie_name(r.workshop.public_id) not in answer.cookies
    assert r.now().version == before
    assert seated(r) is None
    assert not r.workshop.seats.filter(name="Lena").exists()


def test_taking_the_seat_is_seen_by_the_room_inviting_is_not():
    r = room()
    before = r.now().version
    invite(r)
    assert r.now().version == before
    take(link_to("lena@example.org"))
    assert r.now().version == before + 1
    assert r.minutes()[-2:] == [("Felix", "invited"), ("Lena", "joined")]


def test_the_token_is_not_stored_and_no_facilitator_sees_it():
    r = room()
    felix = r.client("felix")
    answer = felix.post(r.url("invitations"), LENA, follow=True)
    token = link_to("lena@example.org").split("/")[2]
    assert len(token) >= 22, "128 bits"
    stored = SeatInvitation.objects.get()
    assert stored.token_hash == token_hash(token)
    assert token not in repr(vars(stored))
    for page in (answer, felix.get(r.url("room")), felix.get(r.url("minutes")), felix.get(r.url("state"))):
        assert token not in page.content.decode()
        assert stored.token_hash not in page.content.decode()


def test_wrong_withdrawn_replaced_removed_and_closed_links_get_the_same_404():
    r = room()
    links = {}
    for name in ("withdrawn", "replaced", "removed", "closed"):
        invite(r, email=f"{name}@example.org", name=name.capitalize())
        links[name] = link_to(f"{name}@example.org")
    take(links["removed"])
    rows = {one.name.lower(): one for one in SeatInvitation.objects.all()}
    felix = r.client("felix")
    assert felix.post(r.url("withdraw_invitation", invited_id=rows["withdrawn"].pk)).status_code == 302
    with later(minutes=11):
        assert felix.post(r.url("invite_again", invited_id=rows["replaced"].pk)).status_code == 302
    actions.remove_seat(
        workshop_id=r.id, seat_id=rows["removed"].seat_id or seated(r, "removed@example.org").pk, by=r.felix
    )
    assert Client().get(links["closed"]).status_code == 200
    actions.close(workshop_id=r.id, by=r.felix)
    odd = ["/i/nonsense/", "/i/%00/", "/i/%ED%A0%80/", f"/i/{'a' * 5000}/", f"/i/{rows['closed'].token_hash}/"]
    answers = [
        ask(address)
        for place, address in enumerate([*links.values(), *odd])
        for ask in (Client(REMOTE_ADDR=f"192.0.2.{place}").get, Client(REMOTE_ADDR=f"192.0.2.{place}").post)
    ]
    assert {answer.status_code for answer in answers} == {404}
    bodies = {re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"|\?next=[^"]*', "", a.content.decode()) for a in answers}
    assert len(bodies) == 1


def test_guessing_ends_in_429_and_a_right_link_still_works():
    r = room()
    invite(r)
    for number in range(10):
        assert Client().get(f"/i/nonsense{number}/").status_code == 404
    assert Client().get("/i/nonsense/").status_code == 429
    assert Client().post("/i/nonsense/").status_code == 429
    assert Client().get(link_to("lena@example.org")).status_code == 200


def test_a_link_of_one_room_is_nothing_in_another():
    ours = room()
    theirs = room(cast=ours.people)
    invite(ours)
    browser = take(link_to("lena@example.org"))
    assert browser.get(ours.url("room")).status_code == 200
    assert browser.get(theirs.url("room")).status_code == 404
    row = SeatInvitation.objects.get()
    for act in ("invite_again", "withdraw_invitation"):
        assert theirs.client("felix").post(theirs.url(act, invited_id=row.pk)).status_code == 409
        assert theirs.client("felix").post(theirs.url(act, invited_id=10**30)).status_code == 409
    assert Client().get(link_to("lena@example.org")).status_code == 200, "asked before the seat is taken over"


def test_an_account_that_sits_here_gets_its_own_seat_back():
    r = room()
    r.join("mina", "data", user=r.people.mina)
    invite(r, email="mina.private@example.org", name="Mina W.")
    browser = Client()
    browser.force_login(r.people.mina)
    link = link_to("mina.private@example.org")
    page = browser.get(link).content.decode()
    assert "That's me, continue" in page
    assert "Join separately" not in page
    browser.post(link)
    assert seated(r, "mina.private@example.org") == r.mina
    assert r.workshop.seats.filter(name__startswith="Mina").count() == 1


def test_a_seat_taken_while_signed_in_is_the_accounts():
    r = room()
    invite(r, email="mina@example.org", name="Mina")
    browser = Client()
    browser.force_login(r.people.mina)
    browser.post(link_to("mina@example.org"))
    assert seated(r, "mina@example.org").user == r.people.mina
    second = Client()
    second.force_login(r.people.mina)
    assert second.get(r.url("room")).status_code == 200


def test_who_joined_by_the_code_before_reading_mail_may_keep_that_seat():
    r = room()
    invite(r, email="ines@example.org", name="Ines", role="product")
    browser, link = r.client("ines"), link_to("ines@example.org")
    assert "as Ines (Product)" in browser.get(link).content.decode()
    assert browser.post(link, {"keep": "1"})["Location"] == r.url("room")
    assert seated(r, "ines@example.org") == r.ines
    assert r.workshop.seats.count() == 5


def test_a_browser_that_sits_as_somebody_else_is_asked_before_it_changes_seats():
    r = room()
    invite(r)
    link = link_to("lena@example.org")
    take(link)
    felix = r.client("felix")
    answer = felix.get(link)
    assert answer.status_code == 200
    assert "Continue as Lena" in answer.content.decode()
    assert felix.get(r.url("invitations")).status_code == 200, "still the facilitator"
    felix.post(link)
    assert felix.get(r.url("invitations")).status_code == 403, "now Lena"


def test_an_observer_is_invited_to_watch():
    r = room()
    rounds = ahead(r)
    invite(r, is_observer="on")
    assert "As an observer, you can follow the workshop but not vote." in mail.outbox[-1].body
    assert "Allow 15 minutes" not in mail.outbox[-1].body
    assert "Observer" in Client().get(link_to("lena@example.org")).content.decode()
    browser = take(link_to("lena@example.org"))
    assert seated(r).is_observer
    assert browser.post(r.url("ballot", round_id=rounds[0].pk), {"score": "1"}).status_code == 403


def test_a_full_room_takes_nobody_by_link_either(monkeypatch):
    r = room()
    invite(r)
    monkeypatch.setattr("workshops.actions.people.MOST_SEATS", 5)
    assert Client().post(link_to("lena@example.org")).status_code == 409
    assert seated(r) is None


# --- inviting


def test_inviting_is_the_facilitators():
    r = room()
    for who in ("ines", "otto"):
        assert invite(r, by=who).status_code == 403
        for act in (
            lambda by: actions.invite(workshop_id=r.id, is_observer=False, by=by, **LENA),
            lambda by: actions.invite_again(workshop_id=r.id, invitation_id=1, by=by),
            lambda by: actions.withdraw_invitation(workshop_id=r.id, invitation_id=1, by=by),
            lambda by: actions.remind_missing(workshop_id=r.id, by=by),
        ):
            with pytest.raises(NotAllowed):
                act(r.seats[who])
    assert not mail.outbox


def test_a_closed_room_invites_nobody_and_still_shows_its_list():
    r = room()
    invite(r)
    actions.close(workshop_id=r.id, by=r.felix)
    assert invite(r, email="late@example.org").status_code == 409
    page = r.client("felix").get(r.url("invitations")).content.decode()
    assert "lena@example.org" in page
    assert not [act for act in ("/remind/", "/again/", "/withdraw/", 'name="email"') if act in page]
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"email": ""}, "email"),
        ({"email": "nobody"}, "email"),
        ({"email": "a\x00@example.org"}, "email"),
        ({"email": '"a b"@example.org'}, "email"),
        ({"email": '"\x0b"@example.org'}, "email"),
        ({"email": "lena@" + "ü" * 60 + ".org"}, "email"),
        ({"email": "x" * 250 + "@example.org"}, "email"),
        ({"email": "\ud800@example.org"}, "email"),
        ({"name": ""}, "name"),
        ({"name": "Le\x00na"}, "name"),
        ({"name": "L" * 61}, "name"),
        ({"name": "lena@example.org"}, "name"),
        ({"role": "astronaut"}, "role"),
        ({"role": ""}, "role"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_is_kept(typed, wrong):
    r = room()
    answer = r.client("felix").post(
        r.url("invitations"),
        "&".join(
            f"{key}={''.join(f'%{byte:02X}' for byte in value.encode('utf-8', 'surrogatepass'))}"
            for key, value in {**LENA, **typed}.items()
        ),
        content_type="application/x-www-form-urlencoded",
    )
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [wrong]
    html = answer.content.decode()
    for key in {"email", "name"} - {wrong}:
        assert f'value="{LENA[key]}"' in html
    assert not mail.outbox
    assert not SeatInvitation.objects.exists()


def test_hostile_names_are_shown_and_mailed_as_text():
    r = room(title="Line\u2028break & <b>bold</b>")
    invite(r, name="<script>alert(1)</script>")
    assert "Hello <script>alert(1)</script>" in mail.outbox[-1].body
    page = r.client("felix").get(r.url("invitations")).content.decode()
    assert "<script>alert(1)" not in page
    assert "\n" not in mail.outbox[-1].subject


def test_an_address_is_invited_once_whatever_its_case():
    r = room()
    invite(r)
    answer = invite(r, email="LENA@example.org", name="Lena again")
    assert answer.status_code == 422
    assert "already invited Lena" in answer.content.decode()
    assert 'value="Lena again"' in answer.content.decode()
    other = room(cast=r.people)
    assert invite(other).status_code == 302, "in another room she may be invited too"
    kept = SeatInvitation.objects.get(workshop=r.workshop)
    with pytest.raises(IntegrityError), transaction.atomic():
        SeatInvitation.objects.create(
            workshop=r.workshop, email="Lena@Example.org", name="L", role="data", token_hash="x"
        )
    assert kept.email == "lena@example.org"


def test_an_account_that_sits_here_is_not_invited_and_not_reminded_of_an_invitation():
    r = room()
    ahead(r)
    invite(r, email="mina@example.org", name="Mina")
    r.join("mina", "data", user=r.people.mina)
    page = r.client("felix").get(r.url("invitations")).content.decode()
    assert "Joined with their account" in page
    with later(minutes=11):
        remind(r)
    assert [one.to for one in mail.outbox[1:]] == [["mina@example.org"]], "once, for her seat"
    assert "/i/" not in mail.outbox[-1].body
    r.join("olga", "data", user=r.people.olga)
    refused = invite(r, email="Olga@example.org", name="Olga")
    assert refused.status_code == 422
    assert "has already joined" in refused.content.decode()


def test_members_of_the_team_are_offered_to_members_only():
    r = room()
    Seat.objects.filter(pk=r.sam.pk).update(is_facilitator=True)
    assert "olga@example.org" not in r.client("sam").get(r.url("invitations")).content.decode(), "a guest who leads"
    felix = r.client("felix")
    page = felix.get(r.url("invitations"))
    offered = {one.user.name: one.pk for one in page.context["team_to_invite"]}
    assert set(offered) == {"Olga", "Mina"}, "Felix sits here already, Xaver is of another team"
    picked = felix.get(r.url("invitations"), {"member": offered["Mina"]}).content.decode()
    assert 'value="mina@example.org"' in picked
    assert 'value="Mina"' in picked
    outsider = r.people.other_team.memberships.get()
    for odd in (outsider.pk, "", "x", "²", "9" * 30, "-1", "\x00"):
        assert 'value="xaver@example.org"' not in felix.get(r.url("invitations"), {"member": odd}).content.decode()


# --- limits


def test_a_hundred_invitations_withdrawn_ones_included():
    r = room()
    for number in range(guests.MOST_INVITED):
        SeatInvitation.objects.create(
            workshop=r.workshop, email=f"p{number}@example.org", name="P", role="data", token_hash=str(number)
        )
    answer = invite(r)
    assert answer.status_code == 422
    assert "can have 100 invitations" in answer.content.decode()
    first = SeatInvitation.objects.first()
    actions.withdraw_invitation(workshop_id=r.id, invitation_id=first.pk, by=r.felix)
    assert invite(r).status_code == 422, "withdrawing is no way to mail the whole world"
    with later(days=1, minutes=1):
        assert invite(r).status_code == 302
    assert not SeatInvitation.objects.filter(pk=first.pk).exists(), "withdrawn addresses are forgotten after a day"


def test_ten_minutes_between_two_mails_by_hand():
    r = room()
    invite(r)
    felix, row = r.client("felix"), SeatInvitation.objects.get()
    again = r.url("invite_again", invited_id=row.pk)
    refused = felix.post(again)
    assert refused.status_code == 409
    assert "Wait 10 more minutes" in refused.content.decode()
    felix.post(r.url("withdraw_invitation", invited_id=row.pk))
    answer = invite(r)
    assert answer.status_code == 422, "withdrawing and inviting anew is no way around it"
    assert "Wait 10 more minutes" in answer.content.decode()
    assert len(mail.outbox) == 1
    first = link_to("lena@example.org")
    with later(minutes=10, seconds=1):
        assert invite(r).status_code == 302
        assert Client().get(first).status_code == 404
        assert Client().get(link_to("lena@example.org")).status_code == 200
    with later(minutes=15):
        assert "Wait 6 more minutes" in felix.post(again).content.decode()
    with later(minutes=21):
        assert felix.post(again).status_code == 302
    assert len(mail.outbox) == 3
    assert ("Felix", "invited_again") in r.minutes()


def test_four_hours_between_two_reminders_and_none_right_after_an_invitation():
    r = room()
    ahead(r)
    invite(r)
    refused = remind(r)
    assert refused.status_code == 409
    assert "at most once every four hours" in refused.content.decode()
    for wait, mails in (({"minutes": 11}, 2), ({"hours": 4}, 2), ({"hours": 4, "minutes": 12}, 3)):
        with later(**wait):
            remind(r)
        assert len(mail.outbox) == mails, wait


def test_a_taken_seat_is_not_withdrawn_and_a_removed_one_is_invited_anew():
    r = room()
    invite(r)
    first = link_to("lena@example.org")
    browser, row = take(first), SeatInvitation.objects.get()
    answer = r.client("felix").post(r.url("withdraw_invitation", invited_id=row.pk))
    assert answer.status_code == 409
    assert "Remove them in the workshop instead" in answer.content.decode()
    actions.remove_seat(workshop_id=r.id, seat_id=seated(r).pk, by=r.felix)
    assert browser.get(r.url("room")).status_code == 404
    with later(minutes=11):
        assert r.client("felix").post(r.url("invite_again", invited_id=row.pk)).status_code == 409
        assert "Left the workshop" in r.client("felix").get(r.url("invitations")).content.decode()
        assert invite(r).status_code == 302
        assert Client().get(first).status_code == 404
        take(link_to("lena@example.org"))
    assert r.workshop.seats.filter(name="Lena", removed_at=None).count() == 1


# --- reminders


def test_only_who_lacks_a_ballot_in_an_open_round_is_reminded():
    r = room()
    r.join("mina", "data", user=r.people.mina)
    r.join("olga", "legal", user=r.people.olga)
    for name, more in (("Done", {}), ("Half", {}), ("Away", {}), ("Watcher", {"is_observer": "on"})):
        invite(r, email=f"{name.lower()}@example.org", name=name, **more)
    Seat.objects.filter(pk=r.ines.pk).update(email="ines.guest@example.org")  # typed on joining
    Seat.objects.filter(pk=r.otto.pk).update(email="otto@example.org")  # watches
    rounds = ahead(r)
    done, half = (take(link_to(f"{name}@example.org")) for name in ("done", "half"))
    for one in rounds:
        done.post(r.url("ballot", round_id=one.pk), {"score": "1"})
        r.vote("olga", one, -1)
    half.post(r.url("ballot", round_id=rounds[0].pk), {"score": "1"})
    mail.outbox.clear()
    with later(minutes=11):
        page = r.client("felix").get(r.url("invitations")).content.decode()
        assert "4 people we can email haven't finished voting" in page
        answer = r.client("felix").post(r.url("remind"), follow=True)
    assert "Reminder sent to 4 people" in answer.content.decode()
    found = {one.to[0]: one.body for one in mail.outbox}
    assert set(found) == {"half@example.org", "away@example.org", "mina@example.org", "ines.guest@example.org"}
    assert "vote on 4 criteria" in found["half@example.org"]
    assert "vote on 5 criteria" in found["away@example.org"]
    assert r.workshop.minutes.get(act="reminded").detail == {"people": 4}


def test_a_typed_address_opens_no_seat():
    r = room()
    r.join("mina", "data", user=r.people.mina)
    Seat.objects.filter(pk=r.ines.pk).update(email="ines.guest@example.org")
    ahead(r)
    remind(r)
    bodies = {one.to[0]: one.body for one in mail.outbox}
    guest, account = bodies["ines.guest@example.org"], bodies["mina@example.org"]
    for body in (guest, account):
        assert "/i/" not in body
        assert r.ines.key not in body
        assert r.url("room") in body
    assert "in the browser you joined with" in guest
    where = re.search(r"http://[^/]+(\S+)", account).group(1)
    EmailAddress.objects.create(user=r.people.mina, email="mina@example.org", verified=True, primary=True)
    browser = Client()
    assert browser.get(where).status_code == 200
    signed = browser.post(where, {"login": "mina@example.org", "password": "secret-of-mina", "next": r.url("room")})
    assert signed["Location"] == r.url("room")
    with later(hours=3):
        assert remind(r).status_code == 409
    assert len(mail.outbox) == 2


def test_one_mailbox_gets_one_mail_and_the_one_who_asks_gets_none():
    r = room()
    for name in ("ines", "sam", "daria"):
        Seat.objects.filter(pk=r.seats[name].pk).update(email="Shared@example.org", is_facilitator=name == "daria")
    ahead(r)
    remind(r, by="daria")
    assert [one.to for one in mail.outbox] == [["Shared@example.org"]]
    assert "Hello Ines" in mail.outbox[0].body


def test_nothing_is_reminded_of_when_nothing_is_open_or_everybody_has_voted():
    r = room()
    invite(r)
    assert remind(r).status_code == 409
    r = scoring(cast=r.people)
    answer = remind(r)
    assert answer.status_code == 409
    assert "No criterion is open" in answer.content.decode()
    r.open()
    answer = remind(r)
    assert answer.status_code == 409
    assert "has voted" in answer.content.decode()
    assert len(mail.outbox) == 1


def test_in_a_meeting_that_scores_live_a_reminder_names_the_one_criterion():
    r = scoring()
    invite(r)
    take(link_to("lena@example.org"))
    r.open()
    with later(minutes=11):
        remind(r)
    assert "vote on 1 criterion" in mail.outbox[-1].body
    assert "voted on" not in r.client("felix").get(r.url("invitations")).content.decode(), "only when scoring ahead"


# --- what the mail server does


def test_a_mail_that_cannot_be_sent_is_said_and_loses_nothing(settings):
    r = room()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "EMAIL_BACKEND", f"{__name__}.Down")
        answer = r.client("felix").post(r.url("invitations"), LENA, follow=True)
    assert answer.status_code == 200
    assert "email Lena" in answer.content.decode()
    assert "send the last email" in answer.content.decode()
    row = SeatInvitation.objects.get()
    assert (row.sent_at, row.is_undelivered) == (None, True)
    assert r.client("felix").post(r.url("invite_again", invited_id=row.pk)).status_code == 302, "no need to wait"
    assert SeatInvitation.objects.get().is_undelivered is False
    working = link_to("lena@example.org")
    with later(minutes=11), pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "EMAIL_BACKEND", f"{__name__}.Down")
        r.client("felix").post(r.url("invite_again", invited_id=row.pk))
    assert SeatInvitation.objects.get().is_undelivered is True
    assert Client().get(working).status_code == 200, "the link that did arrive goes on working"


def test_one_mailbox_that_refuses_does_not_keep_the_others_from_being_reminded(settings):
    r = room()
    invite(r)
    invite(r, email="kim@example.org", name="Kim")
    Seat.objects.filter(pk=r.ines.pk).update(email="not an address\n")
    old = link_to("lena@example.org")
    ahead(r)
    broken(settings, Picky)
    with later(minutes=11):
        page = r.client("felix").post(r.url("remind"), follow=True).content.decode()
    assert "Reminder sent to 1 person" in page
    assert re.search(r"email Lena, Ines|email Ines, Lena", page)
    assert Client().get(old).status_code == 200
    rows = {one.name: one for one in SeatInvitation.objects.all()}
    assert rows["Kim"].reminded_at is not None
    assert (rows["Lena"].reminded_at, rows["Lena"].is_undelivered) == (None, True)
    assert r.seat("ines").reminded_at is None
    assert r.workshop.minutes.get(act="reminded").detail == {"people": 1}


def test_when_nobody_could_be_reminded_the_minutes_do_not_say_so(settings):
    r = room()
    invite(r)
    ahead(r)
    broken(settings, Down)
    with later(minutes=11):
        remind(r)
    assert not r.workshop.minutes.filter(act="reminded").exists()


# --- what is kept and shown


def test_the_minutes_carry_no_address():
    r = room()
    ahead(r)
    invite(r)
    invite(r, email="kim@example.org", name="Kim")
    with later(minutes=11):
        remind(r)
    with later(minutes=22):
        row = SeatInvitation.objects.get(name="Kim")
        r.client("felix").post(r.url("invite_again", invited_id=row.pk))
        r.client("felix").post(r.url("withdraw_invitation", invited_id=row.pk))
    take(link_to("lena@example.org"))
    acts = [act for _who, act in r.minutes()]
    assert acts[-6:] == ["invited", "invited", "reminded", "invited_again", "withdrew_invitation", "joined"]
    assert not any("@" in str((line.who, line.detail)) for line in Minute.objects.all())
    page = r.client("ines").get(r.url("minutes")).content.decode()
    for line in ("invited Lena by email", "sent Kim the invitation again", "withdrew the invitation to Kim"):
        assert line in page
    assert "emailed a reminder to vote to 2" in page


def test_the_page_asks_the_database_as_much_for_thirty_as_for_three():
    r = room()
    rounds = ahead(r)
    felix = r.client("felix")
    felix.force_login(r.people.felix)

    def fill(first, last):
        for number in range(first, last):
            guest = r.join(f"guest{number}", "data", user=people.person(f"Guest{number}"))
            SeatInvitation.objects.create(
                workshop=r.workshop,
                email=f"p{number}@example.org",
                name=f"P{number}",
                role="data",
                token_hash=str(number),
                seat=guest if number % 2 else None,
            )
            r.vote(f"guest{number}", rounds[0], 1)

    counts = []
    for first, last in ((0, 3), (3, 30)):
        fill(first, last)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert felix.get(r.url("invitations")).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1], counts


def test_the_room_leads_its_facilitator_to_the_invitations():
    r = room()
    where = r.url("invitations")
    assert where in r.client("felix").get(r.url("room")).content.decode()
    assert where not in r.client("ines").get(r.url("room")).content.decode()
    assert len(ahead(r)) == len(CRITERIA)
    assert where in r.client("felix").get(r.url("room")).content.decode()


def test_a_mail_is_not_sent_for_what_is_refused():
    r = room()
    with pytest.raises(Conflict):
        actions.invite_again(workshop_id=r.id, invitation_id=1, by=r.felix)
    assert not mail.outbox
