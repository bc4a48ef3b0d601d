"""A field is checked when it is left: what is wrong stands beside it, and nothing is saved, sent or counted."""

import pytest

from decisions.models import Decision, SignOff, Team
from tests import people, rooms
from tests.decisions.records import stories
from workshops.models import Seat

pytestmark = pytest.mark.django_db
BY_HTMX = {"HTTP_HX_REQUEST": "true"}


def check(client, address, field, **typed):
    return client.post(f"{address}?check={field}", {field: "", **typed}, **BY_HTMX)


def test_a_title_that_is_too_long_is_said_beside_it_and_nothing_is_asked_yet(client):
    cast = people.cast()
    client.force_login(cast.felix)
    answer = check(client, "/t/helio-desk/decisions/new/", "title", title="x" * 161)
    said = answer.content.decode()
    assert answer.status_code == 200, "nothing was refused: the form is being written"
    assert "at most 160 characters" in said
    assert "x" * 161 in said, "what was typed is in it"
    assert "autofocus" not in said
    assert "question" not in said, "of the other fields nothing is said yet"
    whole = {"title": "Support copilot", "question": "Retrieve or tune?"}
    answer = check(client, "/t/helio-desk/decisions/new/", "title", **whole)
    assert "errorlist" not in answer.content.decode()
    assert not Decision.objects.exists()


def test_checks_save_nothing_even_where_all_is_well(client):
    cast = people.cast()
    asked = people.decision(cast.team, title="As it was")
    client.force_login(cast.felix)
    words = {"title": "Anew", "question": "Q?", "context": "", "starting_point": "", "tags": "", "owner": ""}
    check(client, "/t/helio-desk/d/1/edit/", "title", **words, version="1")
    check(client, "/teams/new/", "name", name="Another team")
    asked.refresh_from_db()
    assert (asked.title, asked.version) == ("As it was", 1)
    assert Team.objects.count() == 2


def test_a_check_is_for_those_who_may_fill_the_form_in(client):
    cast = people.cast()
    for person, status in ((cast.mina, 403), (cast.xaver, 404)):
        client.force_login(person)
        assert check(client, "/t/helio-desk/decisions/new/", "title").status_code == status
    client.force_login(cast.felix)
    for field in ("nothing", "", "check", "title\x00"):
        assert check(client, "/t/helio-desk/decisions/new/", field or "%20").status_code == 404
    assert (
        client.post("/t/helio-desk/decisions/new/?check=nothing", {"title": "A", "question": "B?"}).status_code == 404
    )
    assert not Decision.objects.exists()


def test_a_guest_learns_what_is_wrong_with_a_name_before_a_seat_is_taken(client):
    room = rooms.room()
    seats = Seat.objects.count()
    address = f"/j/{room.workshop.join_token}/"
    answer = check(client, address, "email", name="Ines", role="product", email="nobody")
    assert "Enter an email address, like name@example.org" in answer.content.decode()
    assert "errorlist" not in check(client, address, "name", name="Ines", role="product").content.decode()
    assert Seat.objects.count() == seats


def test_whoever_dissents_without_a_reason_is_told_and_has_not_signed(client):
    cast = people.cast()
    owners = [*stories.readings()["owners"][:2], {"role": "data", "name": "Mina", "email": "mina@example.org"}]
    record = stories.in_sign_off(cast, owners=owners)
    client.force_login(cast.mina)
    page = client.get(f"/t/helio-desk/r/{record.pk}/").content.decode()
    assert f'hx-post="/t/helio-desk/r/{record.pk}/sign/?check=note"' in page
    said = check(client, f"/t/helio-desk/r/{record.pk}/sign/", "note", position="dissent", content_hash="x")
    assert "your reason for dissenting" in said.content.decode()
    assert set(SignOff.objects.values_list("position", flat=True)) == {"pending"}
