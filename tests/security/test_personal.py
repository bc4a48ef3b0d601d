"""A person's data: given in one file, erased without breaking a chain, kept no longer than said; and a team's end."""

import io
import json
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from decisions.ledger import append as ledger
from decisions.models import AuditEvent, Membership, Record, RowHash, SignOff, Team, User
from tests.rooms import CHURN, scoring, sit
from tests.security.stories import lived_in
from workshops import actions
from workshops.models import Ballot, Minute, Seat, SeatInvitation

pytestmark = pytest.mark.django_db


def signed_in(user):
    EmailAddress.objects.get_or_create(user=user, email=user.email, verified=True, primary=True)
    browser, password = Client(REMOTE_ADDR="192.0.2.7"), f"secret-of-{user.name.lower()}"
    browser.post(reverse("account_login"), {"login": user.email, "password": password})
    browser.post(reverse("account_reauthenticate"), {"password": password})
    return browser


def purge():
    call_command("purge", stdout=io.StringIO())


def stored(word):
    """Where a word stands in any text of the database: model and column."""
    found = set()
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if field.get_internal_type() in {"CharField", "TextField", "JSONField", "EmailField"}:
                rows = model._base_manager.values_list(field.attname, flat=True)
                if any(word in (row if isinstance(row, str) else json.dumps(row)) for row in rows if row):
                    found.add(f"{model.__name__}.{field.name}")
    return found


def test_one_file_holds_all_that_is_stored_of_somebody_and_no_secret():
    cast = lived_in()
    room = cast.rooms[0]
    Seat.objects.filter(pk=room.ines.pk).update(user=cast.mina)
    browser = signed_in(cast.mina)
    data = json.loads(browser.get(reverse("decisions:own_data")).content)
    assert data["account"][0]["email"] == "mina@example.org"
    assert [one["team__name"] for one in data["teams"]] == ["Helio Desk"]
    assert {one["score"] for one in data["votes"]} == set(
        Ballot.objects.filter(seat=room.ines).values_list("score", flat=True)
    )
    assert [one["text"] for one in data["notes"]] == ["Mind the audit."]
    assert len(data["sessions"]) == 1
    secrets = [cast.mina.password, room.ines.key, browser.session.session_key]
    assert not [secret for secret in secrets if secret in json.dumps(data)]
    aged = Client()
    aged.force_login(cast.mina, backend="django.contrib.auth.backends.ModelBackend")
    assert "reauthenticate" in aged.get(reverse("decisions:own_data")).url


def test_erasure_takes_names_reasons_and_addresses_and_every_chain_still_verifies():
    cast = lived_in()
    room = cast.rooms[0]
    Membership.objects.create(team=cast.team, user=cast.xaver, role="member")
    Seat.objects.filter(pk=room.ines.pk).update(user=cast.xaver, email="xaver@example.org")
    before = ledger.verify(cast.team.log_head)
    assert before.exit_code == 0, before.fault
    Membership.objects.filter(user=cast.xaver).exclude(team=cast.team).delete()

    browser = signed_in(cast.xaver)
    wrong = browser.post(reverse("decisions:erase_account"), {"words": "xaver@example.org"})
    assert (wrong.status_code, "Tick the box" in wrong.content.decode()) == (422, True), "it is asked twice"
    browser.post(reverse("decisions:erase_account"), {"words": "xaver@example.org", "sure": "on"})
    assert not User.objects.get(pk=cast.xaver.pk).is_active
    assert browser.get("/t/helio-desk/").status_code == 404, "closed at once, erased by the next purge"
    purge()

    assert not User.objects.filter(pk=cast.xaver.pk).exists()
    assert stored("xaver@example.org") == set()
    assert stored("Xaver") == set()
    seat = Seat.objects.get(pk=room.ines.pk)
    assert seat.name.startswith("Erased person ")
    assert not Minute.objects.filter(workshop=seat.workshop, who="Ines").exists()
    assert set(Ballot.objects.filter(seat=seat).values_list("reason", flat=True)) == {""}
    report = ledger.verify(cast.team.log_head)
    assert report.exit_code == 0, report.fault
    assert report.rows.replaced > 0
    gone = RowHash.objects.filter(kind="seat", key=str(seat.pk)).order_by("pk")
    assert [one.salt == "" for one in gone] == [True] * (len(gone) - 1) + [False]
    assert AuditEvent.objects.filter(act="erased", about__name=seat.name).exists()


def test_the_last_owner_is_asked_to_hand_the_team_over_first():
    cast = lived_in()
    browser = signed_in(cast.olga)
    answer = browser.post(reverse("decisions:erase_account"), {"words": "olga@example.org", "sure": "on"})
    assert answer.status_code == 422
    assert "Make someone else a team owner first" in answer.content.decode()
    assert User.objects.get(pk=cast.olga.pk).is_active


def test_guests_addresses_go_after_their_days_and_those_of_current_owners_stay():
    cast = lived_in()
    closed, opened = cast.rooms
    for room in cast.rooms:
        Seat.objects.filter(pk=room.sam.pk).update(email="sam@example.org")
        SeatInvitation.objects.create(
            workshop=room.workshop, email="v@example.org", name="V", role="data", token_hash=f"t{room.id}"
        )
    current, past = cast.records["second"], cast.records["first"]
    kept = set(SignOff.objects.filter(record=current).exclude(email="").values_list("email", flat=True))
    assert kept
    with time_machine.travel(timezone.now() + timedelta(days=89)):
        purge()
        assert Seat.objects.filter(email="sam@example.org").count() == 2
    with time_machine.travel(timezone.now() + timedelta(days=91)):
        purge()
    assert not Seat.objects.filter(workshop=closed.workshop).exclude(email="").exists()
    assert Seat.objects.filter(workshop=opened.workshop, email="sam@example.org").exists()
    assert SeatInvitation.objects.filter(email="v@example.org").count() == 1
    assert set(SignOff.objects.filter(record=current).exclude(email="").values_list("email", flat=True)) == kept
    assert not SignOff.objects.filter(record=past).exclude(email="").exists()
    assert Record.objects.get(pk=past.pk).owner_contacts == {}
    assert Record.objects.get(pk=current.pk).owner_contacts
    assert ledger.verify(cast.team.log_head).exit_code == 0


def test_network_addresses_go_after_ninety_days_and_the_lines_stay():
    cast = lived_in()
    signed_in(cast.mina)
    lines = AuditEvent.objects.count()
    assert AuditEvent.objects.exclude(address="").exists()
    with time_machine.travel(timezone.now() + timedelta(days=91)):
        purge()
    assert not AuditEvent.objects.exclude(address="").exists()
    assert AuditEvent.objects.count() == lines
    assert stored("192.0.2.7") == set()


def test_a_team_is_exported_whole_without_open_votes_and_deleted_after_asking_twice():
    cast = lived_in()
    room = scoring(cast=cast)
    opened = actions.open_round(workshop_id=room.id, criterion=CHURN, by=room.felix)
    room.vote("ines", opened, -2, reason="nobody has seen this")
    guest = Client()
    sit(guest, room.ines)
    assert guest.get(room.url("room")).status_code == 200
    browser = signed_in(cast.olga)
    lines = b"".join(browser.get(reverse("decisions:whole_team", args=["helio-desk"]))).decode()
    rows = [json.loads(line) for line in lines.splitlines()]
    kinds = {row["model"] for row in rows}
    assert {"decisions.record", "decisions.logentry", "workshops.ballot", "workshops.minute"} <= kinds
    assert "nobody has seen this" not in lines
    assert room.ines.key not in lines
    assert not [row for row in rows if row["model"] == "decisions.team" and row["pk"] == cast.other_team.pk]

    page = reverse("decisions:team_delete", args=["helio-desk"])
    for typed in ({}, {"words": "Helio"}, {"words": "Helio Desk"}, {"words": "helio", "sure": "on"}):
        assert browser.post(page, typed).status_code == 422
    assert Membership.objects.filter(team=cast.team).count() == 3
    assert browser.post(page, {"words": "helio desk", "sure": "on"}).status_code == 302
    assert browser.get("/t/helio-desk/").status_code == 404
    assert guest.get(room.url("room")).status_code != 200, "guests are out too"
    purge()
    assert set(Team.objects.values_list("slug", flat=True)) == {"elsewhere"}
    assert stored("Support copilot") == set()
    connection.check_constraints()
