"""A link that somebody sends puts nobody on another seat unasked, and the device that had the seat is told."""

from urllib.parse import quote

import pytest
from django.test import Client

from decisions.base.links import token_hash
from tests.rooms import CHURN, room, scoring
from tests.servers import watch
from tests.wire import Actor, play, until
from workshops.models import Ballot, SeatInvitation, new_key
from workshops.seats import cookie_name

pytestmark = pytest.mark.django_db


def personal_link(made, seat=None):
    token = new_key()
    SeatInvitation.objects.create(
        workshop=made.workshop, email="x@example.org", name="X", role="data", invited_by="F", seat=seat,
        token_hash=token_hash(token),
    )  # fmt: skip
    return f"/i/{token}/"


def links(made, seat):
    return [made.url("rejoin", seat_id=seat.pk, key=seat.key), personal_link(made, seat)]


@pytest.mark.parametrize("which", [0, 1])
def test_opening_a_link_to_another_seat_changes_nothing(which):
    """The attacker, Sam, sends Ines the link to his own seat, to read there what she votes next."""
    made = scoring()
    opened = made.open(CHURN)
    ines = made.client("ines")
    name = cookie_name(made.workshop.public_id)
    before = ines.cookies[name].value
    page = ines.get(links(made, made.sam)[which], HTTP_PURPOSE="prefetch")
    assert page.status_code == 200
    assert "already joined in this browser as Ines (Product)" in page.content.decode()
    assert ines.cookies[name].value == before
    ines.post(made.url("ballot", round_id=opened.pk), {"score": "2"})
    assert list(Ballot.objects.values_list("seat__name", flat=True)) == ["Ines"]


@pytest.mark.parametrize("which", [0, 1])
def test_a_browser_without_a_seat_is_asked_too(which):
    made = room()
    browser = Client()
    link = links(made, made.sam)[which]
    assert browser.get(link).status_code == 200
    assert cookie_name(made.workshop.public_id) not in browser.cookies
    assert browser.post(link)["Location"] == made.url("room")
    assert browser.get(made.url("room")).status_code == 200


def test_taking_it_needs_the_forms_token():
    made = room()
    browser = Client(enforce_csrf_checks=True)
    assert browser.post(links(made, made.sam)[0]).status_code == 403


@pytest.mark.parametrize("which", [0, 1])
def test_the_old_device_is_told_once_and_can_end_the_other(which):
    made = room()
    old, new = made.client("ines"), Client()
    link = links(made, made.ines)[which]
    said = "Someone joined as you on another device"
    assert said not in old.get(made.url("room")).content.decode()
    new.post(link)
    assert said not in new.get(made.url("room")).content.decode()
    assert said in old.get(made.url("room")).content.decode()
    assert ("Ines", "opened_elsewhere") in made.minutes()
    assert old.post(made.url("keep_here")).status_code == 302
    assert old.get(made.url("room")).status_code == 200
    assert new.get(made.url("room")).status_code == 404
    assert Client().get(link).status_code == 404, "the link that leaked is dead too"


def test_going_back_to_ones_own_seat_by_its_link_is_no_new_device():
    made = room()
    browser = made.client("ines")
    for link in links(made, made.ines):
        assert browser.get(link)["Location"] == made.url("room")
    assert made.seat("ines").devices == 1


def test_an_accounts_seat_is_not_taken_by_a_link():
    made = room()
    link = made.url("rejoin", seat_id=made.felix.pk, key=made.felix.key)
    for browser in (Client(), made.client("ines")):
        for ask in (browser.get, browser.post):
            assert ask(link)["Location"] == f"/accounts/login/?next={quote(link)}"
    signed_in = Client()
    signed_in.force_login(made.people.felix, backend="django.contrib.auth.backends.ModelBackend")
    assert signed_in.get(link)["Location"] == made.url("room")


def test_the_open_page_of_the_old_device_is_told_by_its_stream(sqlite_site):
    async def story():
        web = sqlite_site.web()
        (made,) = sqlite_site.rooms(1, 2)
        ines, sam = made["seats"]
        old, other = watch(web, made, ines), watch(web, made, sam)
        await until(lambda: old.version and other.version)
        with sqlite_site.connect() as link:
            key = link.execute("SELECT key FROM workshops_seat WHERE id = ?", [ines["id"]]).fetchone()[0]
        taken = await Actor(web.port).ask("POST", f"/w/{made['public_id']}/seat/{ines['id']}/{key}/")
        assert taken.status == 200
        await until(lambda: "another device" in old.fragments.get("seat_news", ""), 5, "the notice")
        assert "seat_news" not in other.fragments
        await old.stop()
        await other.stop()

    play(story())
