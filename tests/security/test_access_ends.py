"""Whoever leaves, is demoted, deactivated, deleted or signs out holds nothing any more; each line of it was open once."""

import time
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.core import mail
from django.db.models import ForeignKey, ManyToManyField
from django.urls import reverse
from django.utils import timezone

from decisions import records
from decisions.accounts.holdings import FIRST, KINDS, holdings
from decisions.base import api_tokens as tokens
from decisions.base.links import token_hash
from decisions.models import (
    Record,
    SectionPresence,
    ShareLink,
    SignOff,
    TeamRole,
    User,
    Webhook,
)
from decisions.records.shares import token_of as share_token
from decisions.teams import acts as teams
from tests import people
from tests.decisions.records.stories import readings
from tests.rooms import CHURN, room, scoring
from tests.servers import watch
from tests.wire import Actor, play, until
from workshops import actions
from workshops.models import Ballot, Seat, SeatInvitation, Workshop, new_key

# Fields that name a person and open nothing: who wrote what stays true when they leave.
NAMES_ONLY = {
    "admin.LogEntry.user",
    "decisions.Archive.requested_by",  # the page asks for membership
    "decisions.Configuration.created_by",
    "decisions.Decision.created_by",
    "decisions.Decision.owner",
    "decisions.FrameworkVersion.created_by",
    "decisions.InvitationMail.sender",
    "decisions.KnownPerson.user",
    "decisions.OwnStartingPoint.created_by",
    "decisions.Record.created_by",
    "decisions.StandingOwner.user",
    "decisions.TrailField.created_by",
    "workshops.Ballot.seat",
}
# The account itself and its ways of signing in: useless once it is inactive, gone with it when it is deleted; and the
# membership, whose end is what ends the rest.
THE_ACCOUNT = {
    "account.EmailAddress.user",
    "decisions.Membership.user",
    "decisions.Team.members",
    "decisions.User.groups",
    "decisions.User.user_permissions",
    "mfa.Authenticator.user",
    "socialaccount.SocialAccount.user",
}


def test_every_field_that_points_to_a_person_or_a_seat_is_a_kind_of_access_or_says_why_not():
    pointing = set()
    for model in apps.get_models(include_auto_created=False):
        for field in model._meta.get_fields():
            to_person = isinstance(field, ForeignKey | ManyToManyField) and field.related_model in {User, Seat}
            if to_person:
                pointing.add(f"{model._meta.app_label}.{model.__name__}.{field.name}")
    kinds = {field for kind in (*FIRST.values(), *KINDS.values()) for field in kind.fields}
    assert pointing - kinds - NAMES_ONLY - THE_ACCOUNT == set()
    assert kinds - pointing == set(), "a kind names a field that is not there"


class Held:
    """Felix with everything that a person can hold, as an owner who leads a room."""

    def __init__(self) -> None:
        self.room = made = scoring()
        self.cast = cast = made.people
        self.team, self.felix = cast.team, cast.felix
        membership = self.team.memberships.get(user=self.felix)
        membership.role = TeamRole.OWNER
        membership.save()
        EmailAddress.objects.create(user=self.felix, email="felix@home.example", verified=True)
        self.browser = made.client("felix")
        UserSession.objects.create(
            user=self.felix, ip="192.0.2.1", user_agent="x", session_key=self.browser.session.session_key
        )
        token, self.token = tokens.make_token(team=self.team, name="CI", scopes=["log:read"], days=9, by=self.felix)
        self.token_id = token.pk
        _feed, self.feed = tokens.make_feed(team=self.team, name="Reader", by=self.felix)
        Webhook.objects.create(
            team=self.team, url="https://hooks.example.org/T0/secret", secret="s" * 32, created_by=self.felix
        )
        self.sent = teams.invite(team=self.team, email="friend@example.net", role="owner", by=self.felix)[1]
        self.received = teams.invite(team=self.team, email="felix@home.example", role="owner", by=cast.olga)[1]
        self.seat_sent = self._seat_link("friend@example.net", made.workshop, made.felix)
        other = room(cast=cast)
        self.seat_received = self._seat_link("felix@home.example", other.workshop, None)
        decision = people.decision(self.team)
        content = records.draft(decision=decision, readings=readings(), by=self.felix).content
        record = Record.objects.create(team=self.team, decision=decision, state="in_sign_off", content=content)
        SectionPresence.objects.create(record=record, user=self.felix, section="fallback", seen_at=timezone.now())
        self.sign = records.signing.new_link_token()
        self.sign_off = SignOff.objects.create(
            record=record, role="product", name="Felix", user=self.felix, token_hash=token_hash(self.sign)
        )
        accepted = Record.objects.create(team=self.team, decision=decision, state="accepted", number=1, content=content)
        share = ShareLink.objects.create(
            record=accepted, created_by=self.felix, expires_at=timezone.now() + timedelta(days=1)
        )
        self.share = share_token(share)
        self.opened = made.open(CHURN)
        self.codes = [made.workshop.join_code, other.workshop.join_code]

    def _seat_link(self, email: str, workshop: Workshop, sender: Seat | None) -> str:
        token = new_key()
        SeatInvitation.objects.create(
            workshop=workshop,
            email=email,
            name="Friend",
            role="data",
            invited_by="Felix",
            sender=sender,
            token_hash=token_hash(token),
        )
        return token


@pytest.fixture
def held(db) -> Held:
    return Held()


def remove(held: Held) -> None:
    membership = held.team.memberships.get(user=held.felix)
    teams.remove(team=held.team, membership_id=membership.pk, by=held.cast.olga)


def deactivate(held: Held) -> None:
    held.felix.is_active = False
    held.felix.save()


def delete(held: Held) -> None:
    held.felix.delete()


def demote(held: Held) -> None:
    membership = held.team.memberships.get(user=held.felix)
    teams.change_role(team=held.team, membership_id=membership.pk, role="member", by=held.cast.olga)


ENDS = [remove, deactivate, delete]


def test_the_story_holds_something_of_every_kind(held):
    assert [name for name, rows in holdings(held.felix).items() if not rows.exists()] == []


@pytest.mark.parametrize("way", ENDS)
def test_nothing_of_any_kind_is_left(held, way):
    felix = User.objects.get(pk=held.felix.pk)
    way(held)
    team = held.team if way is remove else None
    left = {name for name, rows in holdings(felix, team).items() if rows.exists()}
    assert left <= {"join codes"}, "the rooms that were known stay known; their codes and links have changed"
    assert not Workshop.objects.filter(join_code__in=held.codes).exists()


def ways_in(held: Held) -> dict[str, int]:
    """What each way in answers now: to the browser that was signed in, and to whoever has the links."""
    made, stranger = held.room, held.room.client()
    lead = held.browser
    api = {"HTTP_AUTHORIZATION": f"Bearer {held.token}"}
    stage = {"stage": made.now().stage}
    return {
        "room": lead.get(made.url("room")).status_code,
        "lead": lead.post(made.url("nudge")).status_code,
        "invite": lead.get(made.url("invitations")).status_code,
        "draft": lead.post(made.url("write_record"), stage).status_code,
        "rejoin": stranger.get(made.url("rejoin", seat_id=made.felix.pk, key=made.felix.key)).status_code,
        "token": stranger.get("/api/v1/team", **api).status_code,
        "feed": stranger.get(reverse("decisions:feed", args=[held.feed])).status_code,
        "sent": stranger.get(reverse("decisions:invitation", args=[held.sent])).status_code,
        "received": stranger.get(reverse("decisions:invitation", args=[held.received])).status_code,
        "seat sent": stranger.get(reverse("workshops:personal_link", args=[held.seat_sent])).status_code,
        "seat received": stranger.get(reverse("workshops:personal_link", args=[held.seat_received])).status_code,
        "join": stranger.get(reverse("workshops:join_link", args=[made.workshop.join_token])).status_code,
        "sign": stranger.get(reverse("decisions:sign_by_link", args=[held.sign])).status_code,
        "share": stranger.get(reverse("decisions:shared", args=[held.share])).status_code,
    }


@pytest.mark.parametrize("way", ENDS)
def test_every_way_in_is_shut(held, way):
    way(held)
    assert ways_in(held) == {name: 401 if name == "token" else 404 for name in ways_in(held)}


@pytest.mark.parametrize("way", ENDS)
def test_the_room_says_what_happened_and_who_leads(held, way):
    made = held.room
    made.votes(held.opened, ines=1)
    page = made.client("ines").get(made.url("room")).content.decode()
    assert "No one is facilitating right now" not in page
    before = made.now().version
    way(held)
    page = made.client("ines").get(made.url("room")).content.decode()
    assert "No one is facilitating right now" in page
    assert ("Felix", "access_ended") in made.minutes()
    assert made.now().version > before, "the open streams hear of it"
    assert Ballot.objects.filter(seat=made.ines).exists(), "other people's ballots stay"


def test_a_ballot_in_an_open_round_is_withdrawn_with_its_seat_and_the_minutes_say_so(held):
    made = held.room
    mina = made.join("mina", user=held.cast.mina)
    made.vote("mina", held.opened, 2)
    teams.remove(team=held.team, membership_id=held.team.memberships.get(user=held.cast.mina).pk, by=held.cast.olga)
    assert not Ballot.objects.filter(seat=mina).exists()
    assert made.workshop.minutes.get(act="access_ended").detail == {"withdrawn_ballots": 1}


def test_whoever_is_demoted_keeps_the_seat_and_not_the_lead(held):
    demote(held)
    kept = {name for name, rows in holdings(held.felix).items() if rows.exists()}
    assert kept == {"sessions", "seats", "join codes", "personal links", "invitations received", "sign-off links"}
    answers = ways_in(held)
    assert answers.pop("room") == 200
    assert answers.pop("lead") == answers.pop("invite") == answers.pop("draft") == 403
    gone = ("token", "feed", "sent", "seat sent", "share")
    assert {name: answers[name] for name in gone} == {name: 401 if name == "token" else 404 for name in gone}
    assert ("Felix", "lead_ended") in held.room.minutes()


def test_an_owner_who_becomes_a_facilitator_leads_on(held):
    membership = held.team.memberships.get(user=held.felix)
    teams.change_role(team=held.team, membership_id=membership.pk, role="facilitator", by=held.cast.olga)
    assert held.browser.post(held.room.url("nudge")).status_code == 302
    assert held.browser.get("/api/v1/team", HTTP_AUTHORIZATION=f"Bearer {held.token}").status_code == 401


def test_a_facilitator_who_was_removed_does_not_get_the_lead_back_by_joining(held):
    remove(held)
    browser = held.room.client()
    browser.force_login(held.felix, backend="django.contrib.auth.backends.ModelBackend")
    link = reverse("workshops:join_link", args=[held.room.now().join_token])  # somebody tells him the new one
    browser.post(link, {"name": "Felix", "role": "other"})
    seat = Seat.objects.get(user=held.felix, removed_at=None)
    assert not seat.is_facilitator
    assert browser.post(held.room.url("take_over")).status_code == 403


@pytest.mark.parametrize("way", ENDS)
def test_what_an_owner_has_adopted_goes_on(held, way):
    olga = held.room.client()
    olga.force_login(held.cast.olga, backend="django.contrib.auth.backends.ModelBackend")
    adopt = reverse("decisions:adopt_tokens", kwargs={"slug": held.team.slug, "thing_id": held.token_id})
    assert olga.post(adopt).status_code == 302
    way(held)
    assert olga.get("/api/v1/team", HTTP_AUTHORIZATION=f"Bearer {held.token}").status_code == 200


def test_and_stops_with_the_owner_who_adopted_it(held):
    tokens.adopt(team=held.team, kind="tokens", thing_id=held.token_id, by=held.cast.olga)
    olga = held.team.memberships.get(user=held.cast.olga)
    teams.change_role(team=held.team, membership_id=olga.pk, role="member", by=held.felix)
    assert held.browser.get("/api/v1/team", HTTP_AUTHORIZATION=f"Bearer {held.token}").status_code == 401


@pytest.mark.parametrize("way", ENDS)
def test_the_other_owners_are_told_what_stopped(held, way, django_capture_on_commit_callbacks):
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        way(held)
    told = [letter for letter in mail.outbox if letter.subject == "Tokens or links of your team have stopped"]
    assert [letter.to for letter in told] == [["olga@example.org"]]
    body = told[0].body
    assert "API token “CI”" in body
    assert "Feed address “Reader”" in body
    assert "Webhook to hooks.example.org" in body
    assert "/T0/secret" not in body, "the address is the webhook's secret"
    assert "DR-0001" in body


def test_nobody_is_mailed_when_nothing_of_the_team_stopped(held, django_capture_on_commit_callbacks):
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        mina = held.team.memberships.get(user=held.cast.mina)
        teams.remove(team=held.team, membership_id=mina.pk, by=held.cast.olga)
    assert mail.outbox == []


def test_an_account_that_was_switched_off_in_the_database_holds_nothing_either(held):
    User.objects.filter(pk=held.felix.pk).update(is_active=False)
    answers = ways_in(held)
    assert {answers[name] for name in ("room", "lead", "invite", "draft", "feed")} == {404}
    assert answers["rejoin"] == 302, "to a sign-in, which an account that is off does not pass"
    assert answers["token"] == 401


def test_signing_out_ends_the_seat_in_this_browser_and_in_no_other(held):
    elsewhere = held.room.client("felix")
    assert held.browser.get(held.room.url("room")).status_code == 200
    held.browser.post(reverse("account_logout"))
    assert {held.browser.post(held.room.url(what)).status_code for what in ("nudge", "leave", "take_over")} == {404}
    assert held.browser.get(held.room.url("room")).status_code == 404
    assert elsewhere.get(held.room.url("room")).status_code == 200
    assert elsewhere.post(held.room.url("nudge")).status_code == 302


def test_the_cookie_of_an_accounts_seat_is_nothing_without_the_account(held):
    """Copied, left behind after signing out, or on a machine where somebody else is signed in."""
    made = held.room
    name, morsel = next((name, one) for name, one in held.browser.cookies.items() if name.startswith("seat-"))
    for user in (None, held.cast.mina):
        browser = made.client()
        browser.cookies[name] = morsel.value
        if user:
            browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        ballot = made.url("ballot", round_id=held.opened.pk)
        page = browser.get(made.url("room"))  # whoever belongs to the team may read along, from no seat
        assert page.status_code == (200 if user else 404)
        assert "Facilitator controls" not in page.content.decode()
        assert browser.post(ballot, {"score": "1"}).status_code == 404
        assert browser.post(made.url("settle", round_id=held.opened.pk), {"lean": "1"}).status_code == 404


@pytest.mark.parametrize("way", ENDS)
def test_a_closed_room_keeps_who_sat_in_it_and_lets_nobody_back(held, way):
    made = held.room
    made.votes(held.opened, ines=1)
    made.reveal(held.opened)
    made.settle(held.opened, 1)
    made.go("outcome")
    actions.close(workshop_id=made.id, by=made.felix)
    lines = made.minutes()
    way(held)
    assert "Felix" in made.client("ines").get(made.url("room")).content.decode()
    assert made.minutes() == lines, "nothing is added to what is closed"
    assert held.browser.get(made.url("room")).status_code == 404


@pytest.mark.parametrize(
    "way", ["remove", "deactivate", "deactivate_behind_the_models", "delete", "new_password", "sign out"]
)
def test_open_streams_end_within_five_seconds(sqlite_site, way):
    async def story():
        web = sqlite_site.web()
        (made,) = sqlite_site.rooms(1, 2)
        lead = watch(web, made, made["facilitator"], reconnect=False)
        screen = watch(web, made, made["facilitator"], view="screen", reconnect=False)
        guest = watch(web, made, made["seats"][0], reconnect=False)
        await until(lambda: lead.version and screen.version and guest.version)
        if way == "sign out":
            actor = Actor(web.port, made["facilitator"]["cookie"])
            assert (await actor.ask("POST", "/accounts/logout/")).status in {200, 302}
        else:
            sqlite_site.run("-m", "tests.security.scene", way)
        began = time.monotonic()
        await until(lambda: not lead.connected and not screen.connected, 5, "both streams to end")
        assert time.monotonic() - began < 10
        assert guest.connected, "a guest's stream is nobody's account"
        again = watch(web, made, made["facilitator"], reconnect=False)
        await until(lambda: again.status, 5)
        assert again.status == 404
        await guest.stop()

    play(story())


def test_signing_out_leaves_the_streams_of_other_browsers(sqlite_site):
    async def story():
        web = sqlite_site.web()
        (made,) = sqlite_site.rooms(1, 1)
        session = sqlite_site.run("-m", "tests.security.scene", "second_session").strip()
        seat = made["facilitator"]["cookie"].partition(";")[0]
        other = watch(web, made, {"cookie": f"{seat}; {session}"}, reconnect=False)
        here = watch(web, made, made["facilitator"], reconnect=False)
        await until(lambda: here.version and other.version)
        assert (await Actor(web.port, made["facilitator"]["cookie"]).ask("POST", "/accounts/logout/")).status < 400
        await until(lambda: not here.connected, 5, "the stream to end")
        assert other.connected
        await other.stop()

    play(story())


def test_the_open_stream_of_who_is_demoted_shows_no_controls(sqlite_site):
    async def story():
        web = sqlite_site.web()
        (made,) = sqlite_site.rooms(1, 1)
        lead = watch(web, made, made["facilitator"], reconnect=False)
        await until(lambda: "form" in lead.fragments.get("controls", ""))
        sqlite_site.run("-m", "tests.security.scene", "demote")
        await until(lambda: "form" not in lead.fragments.get("controls", "form"), 5, "the controls to go")
        assert "No one is facilitating right now" in lead.fragments["progress"]
        await lead.stop()

    play(story())
