"""The vote in one statement writes when, and only when, the ordinary acts would, and the same."""

import itertools

import pytest
from django.db import connection, transaction
from django.utils import timezone

from decisions.base.errors import Conflict, NotAllowed
from decisions.models import User
from tests.rooms import CHURN, scoring
from workshops import actions
from workshops.models import Ballot, Minute, Phase, Round, RoundState, Seat, Workshop

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]
CAST = {"score": 1, "confidence": "sure", "reason": 'documents "change", % and %s'}


def by_statement(made, seat, key, round_id, cast, user_id=None):
    held = (seat.pk, key)
    written = actions.vote(public_id=made.workshop.public_id, held=held, round_id=round_id, cast=cast, user_id=user_id)
    if written is None:
        return None
    now = made.now()
    assert (written.workshop_id, written.stage) == (made.id, now.stage)
    assert written.version in {0, now.version}
    return "done"


def by_acts(made, seat, key, round_id, cast, user_id=None):
    """Whoever proves no seat is turned away before the act; a seat of an account is proved by being signed in."""
    account = Seat.objects.get(pk=seat.pk).user
    if key != seat.key or (account is not None and (account.pk != user_id or not account.is_active)):
        return None
    try:
        if cast is None:
            actions.withdraw_ballot(workshop_id=made.id, round_id=round_id, by=seat)
        else:
            actions.cast_ballot(workshop_id=made.id, round_id=round_id, by=seat, **cast)
    except (Conflict, NotAllowed):
        return None
    return "done"


@pytest.mark.parametrize("phase", list(Phase))
@pytest.mark.parametrize("what", ["cast", "change", "back"])
def test_it_agrees_with_the_ordinary_acts(phase, what):
    made = scoring()
    other = scoring(cast=made.people)
    opened, foreign = made.open(CHURN), other.open(CHURN)
    seat = made.ines
    made.vote("sam", opened, 2)
    if what != "cast":
        made.vote("ines", opened, -2)
    rooms, rounds = [made.id, other.id], [opened.pk, foreign.pk]
    yes_or_no, places = [False, True], [None, 0]
    cases = itertools.product(RoundState, yes_or_no, yes_or_no, [opened, foreign], [seat.key, "wrong"], places)
    done = 0
    for state, removed, observer, target, key, place in cases:
        results = []
        for way in (by_statement, by_acts):
            point = transaction.savepoint()
            Workshop.objects.filter(pk__in=rooms).update(phase=phase)
            lean = 0 if state == RoundState.SETTLED else None
            Round.objects.filter(pk__in=rounds).update(state=state, lean=lean, place=place)
            Seat.objects.filter(pk=seat.pk).update(removed_at=timezone.now() if removed else None, is_observer=observer)
            before = made.now().version
            found = way(made, seat, key, target.pk, None if what == "back" else CAST)
            fields = ("round", "seat", "role", "score", "confidence", "reason")
            ballots = list(Ballot.objects.order_by("seat").values_list(*fields))
            lines = list(Minute.objects.order_by("pk").values_list("workshop", "act", "who", "detail"))
            results.append((found, made.now().version - before, ballots, lines))
            transaction.savepoint_rollback(point)
        assert results[0] == results[1], (state, removed, observer, target, key, place)
        done += results[0][0] is not None
    # a ballot scored ahead may still be added once the session has started, and not changed or taken back
    possible = 2 if what == "cast" else 1
    assert done == (possible if phase in {Phase.PRECHECK, Phase.SCORING} else 0)


@pytest.mark.parametrize("what", ["cast", "change", "back"])
def test_it_agrees_with_the_ordinary_acts_about_accounts(what):
    """The seat of nobody, of an account, of one that has ended; asked for by nobody, by it, and by another."""
    made = scoring()
    opened, mina, other = made.open(CHURN), made.people.mina, made.people.xaver
    if what != "cast":
        made.vote("ines", opened, -2)
    cast = None if what == "back" else CAST
    voted = {}
    for of, is_active, asks in itertools.product([None, mina], [True, False], [None, mina.pk, other.pk]):
        results = []
        for way in (by_statement, by_acts):
            point = transaction.savepoint()
            Seat.objects.filter(pk=made.ines.pk).update(user=of)
            User.objects.filter(pk=mina.pk).update(is_active=is_active)
            found = way(made, made.ines, made.ines.key, opened.pk, cast, asks)
            ballots = list(Ballot.objects.order_by("seat").values_list("seat", "score", "reason"))
            results.append((found, ballots))
            transaction.savepoint_rollback(point)
        assert results[0] == results[1], (of, is_active, asks)
        voted[of and "account", is_active, asks == mina.pk] = results[0][0]
    assert [case for case, done in voted.items() if done and case[0]] == [("account", True, True)]
    assert [done for case, done in voted.items() if not case[0]] == ["done"] * 4


@pytest.mark.parametrize("end", ["remove", "deactivate"])
def test_a_vote_of_an_account_whose_access_has_ended_writes_nothing(end):
    made = scoring()
    opened, mina = made.open(CHURN), made.people.mina
    seat = made.join("mina", user=mina)
    key = seat.key
    if end == "remove":
        made.people.team.memberships.get(user=mina).delete()
    else:
        mina.is_active = False
        mina.save()
    assert by_statement(made, seat, key, opened.pk, CAST, mina.pk) is None
    assert not Ballot.objects.exists()


def test_taking_back_what_is_not_there_is_left_to_the_ordinary_act():
    made = scoring()
    opened = made.open()
    before = made.now().version
    assert by_statement(made, made.ines, made.ines.key, opened.pk, None) is None
    assert by_acts(made, made.ines, made.ines.key, opened.pk, None) == "done"
    assert made.now().version == before


def test_numbers_beyond_any_id_write_nothing():
    made = scoring()
    opened = made.open()
    public_id, key = made.workshop.public_id, made.ines.key
    for held, round_id in (((10**30, key), opened.pk), ((made.ines.pk, key), 10**30), ((-1, key), -1)):
        assert actions.vote(public_id=public_id, held=held, round_id=round_id, cast=CAST) is None
    assert not Ballot.objects.exists()


def test_a_vote_is_told_once_it_is_committed(django_capture_on_commit_callbacks, monkeypatch):
    made = scoring()
    opened = made.open()
    told = []
    monkeypatch.setattr("workshops.live.publish", lambda *signal: told.append(signal))
    for cast in (CAST, CAST, None):
        with django_capture_on_commit_callbacks(execute=True):
            by_statement(made, made.ines, made.ines.key, opened.pk, cast)
    version = made.now().version
    assert told == [
        (made.id, version - 1, (made.ines.pk, opened.pk, True)),
        (made.id, version, (made.ines.pk, opened.pk, False)),
    ]


@pytest.mark.django_db(transaction=True)
def test_a_statement_that_the_connection_does_not_know_is_left_to_the_ordinary_act():
    """As behind a pooler that nobody has told us of."""
    made = scoring()
    opened = made.open()
    for turn in range(12):
        assert by_statement(made, made.ines, made.ines.key, opened.pk, None if turn % 2 else CAST) == "done"
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements")
        assert cursor.fetchone()[0] >= 2, "prepared once it was seen to come again and again"
        cursor.execute("DO $$ BEGIN EXECUTE 'DEALLOCATE ALL'; END $$")  # the driver must not notice
    assert by_statement(made, made.ines, made.ines.key, opened.pk, CAST) is None
    assert not Ballot.objects.exists()
    assert by_acts(made, made.ines, made.ines.key, opened.pk, CAST) == "done"
