"""Telling the stories: every row is made by the act that a person would do, at the moment they would do it."""

from datetime import date, datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone

from decisions import records
from decisions.log import acts
from decisions.models import Decision, Membership, Record, Team, User
from decisions.teams import acts as teams
from workshops import actions
from workshops.demo.moments import at
from workshops.demo.stories import CODE, MARKETING, PASSWORD, PEOPLE, SLUG, STORIES, SUPPORT, TEAM, Scored, Story
from workshops.demo.trail import log_support_copilot
from workshops.models import Phase, Seat, Workshop


@transaction.atomic
def seed() -> Team:
    """The demo team with its three decisions; the team itself when it is there already."""
    team = Team.objects.filter(slug=SLUG).first()
    if team is not None:
        return team
    now = timezone.now().replace(microsecond=0)
    with at(now - timedelta(days=60)):
        people = _people()
        team = teams.create_team(name=TEAM, by=people["mara"])
        for key, person in PEOPLE.items():
            if key != "mara":
                Membership.objects.create(team=team, user=people[key], role=person.team_role)
        decisions = {story.title: _ask(story, team, people) for story in STORIES}
    _support(decisions[SUPPORT.title], people, now)
    _marketing(decisions[MARKETING.title], people, now)
    with at(now - timedelta(hours=1)):
        _lobby(decisions[CODE.title], people)
    return team


def _people() -> dict[str, User]:
    people = {}
    for key, person in PEOPLE.items():
        people[key] = User.objects.create_user(person.email, PASSWORD, name=person.name)
        EmailAddress.objects.create(user=people[key], email=person.email, verified=True, primary=True)
    return people


def _ask(story: Story, team: Team, people: dict[str, User]) -> Decision:
    return acts.create_decision(
        team=team,
        title=story.title,
        question=story.question,
        context=story.context,
        starting_point=story.starting_point,
        tags=story.tags,
        by=people["ines"],
    )


def _support(decision: Decision, people: dict[str, User], now: datetime) -> None:
    """Held six weeks ago, accepted a week later, in pilot and then live since."""
    start = now - timedelta(days=44)
    record = _workshop(SUPPORT, decision, people, start)
    _write(SUPPORT, record, people, start + timedelta(days=1), now)
    opened = _sign(SUPPORT, record, people, start + timedelta(days=3))
    with at(start + timedelta(days=6)):
        records.accept(record=opened, by=people["ines"], content_hash=opened.content_hash)
    log_support_copilot(decision, people, start + timedelta(days=9))


def _marketing(decision: Decision, people: dict[str, User], now: datetime) -> None:
    """Held last week; the record waits for security's signature."""
    start = now - timedelta(days=6)
    record = _workshop(MARKETING, decision, people, start)
    _write(MARKETING, record, people, start + timedelta(days=1), now)
    _sign(MARKETING, record, people, start + timedelta(days=2))


def _lobby(decision: Decision, people: dict[str, User]) -> Workshop:
    workshop, _seat = actions.create_workshop(
        decision=decision, by=people["ines"], name=people["ines"].name, role="other", is_observer=True, shown="names"
    )
    return workshop


def _workshop(story: Story, decision: Decision, people: dict[str, User], start: datetime) -> Record:
    """One meeting from the lobby to the drafted record."""
    clock = start
    with at(clock):
        workshop = _lobby(decision, people)
        lead = workshop.seats.get(is_facilitator=True)
        voters = sorted({voter for one in story.rounds for voter in one.votes})
        seats = {voter: _join(workshop, people[voter], voter) for voter in voters if voter != "ines"}
        if "ines" in voters:
            lead = actions.change_role(
                workshop_id=workshop.pk, seat_id=lead.pk, role="product", is_observer=False, by=lead
            )
            seats["ines"] = lead
        actions.move_phase(workshop_id=workshop.pk, phase=Phase.PRECHECK, by=lead)
    with at(clock := clock + timedelta(minutes=9)):
        actions.answer_situation(workshop_id=workshop.pk, situation=story.situation, precheck={}, by=lead)
        actions.move_phase(workshop_id=workshop.pk, phase=Phase.SCORING, by=lead)
    for scored in story.rounds:
        clock = _score(workshop, lead, seats, scored, clock)
    with at(clock := clock + timedelta(minutes=2)):
        actions.move_phase(workshop_id=workshop.pk, phase=Phase.OUTCOME, by=lead)
    with at(clock + timedelta(minutes=4)):
        record = actions.write_record(workshop_id=workshop.pk, flips=[], risks=[], by=lead, user=people["ines"])
        actions.close(workshop_id=workshop.pk, by=lead)
    return record


def _join(workshop: Workshop, user: User, key: str) -> Seat:
    return actions.join(workshop_id=workshop.pk, name=user.name, role=PEOPLE[key].role, is_observer=False, user=user)


def _score(workshop: Workshop, lead: Seat, seats: dict[str, Seat], scored: Scored, clock: datetime) -> datetime:
    with at(clock := clock + timedelta(minutes=1)):
        if workshop.rounds.filter(criterion=scored.criterion).exists():
            opened = actions.reopen_round(workshop_id=workshop.pk, criterion=scored.criterion, by=lead)
        else:
            opened = actions.open_round(workshop_id=workshop.pk, criterion=scored.criterion, by=lead)
    for voter, (score, confidence, reason) in scored.votes.items():
        with at(clock := clock + timedelta(seconds=23)):
            actions.cast_ballot(
                workshop_id=workshop.pk,
                round_id=opened.pk,
                score=score,
                confidence=confidence,
                reason=reason,
                by=seats[voter],
            )
    with at(clock := clock + timedelta(seconds=30)):
        actions.reveal(workshop_id=workshop.pk, round_id=opened.pk, by=lead)
    for author, text in scored.notes:
        with at(clock := clock + timedelta(minutes=1)):
            seat = next(seat for seat in seats.values() if seat.name == author)
            actions.add_note(workshop_id=workshop.pk, round_id=opened.pk, text=text, by=seat)
    if scored.lean is not None:
        with at(clock := clock + timedelta(minutes=2)):
            actions.settle(workshop_id=workshop.pk, round_id=opened.pk, lean=scored.lean, why=scored.why, by=lead)
    return clock


def _write(story: Story, record: Record, people: dict[str, User], moment: datetime, now: datetime) -> None:
    """Edit the draft section by section, as the team would."""
    metrics = [{**row, "gate": story.limits.get(row["key"], row["gate"])} for row in record.content["metrics"]]
    for minutes, (section, told) in enumerate({**story.sections, "metrics": metrics}.items()):
        with at(moment + timedelta(minutes=6 * minutes)):
            versions = Record.objects.values_list("section_versions", flat=True).get(pk=record.pk)
            records.edit(
                record=record,
                section=section,
                changes=_changes(section, told, now.date()),
                version=versions.get(section, 0),
                by=people["ines"],
            )
    with at(moment + timedelta(hours=2)):
        _keep_the_rest(record, people["ines"])


def _keep_the_rest(record: Record, by: User) -> None:
    """Take over what is still proposed, section by section, as somebody does who has read it."""
    record.refresh_from_db()
    for section, keys in records.SECTIONS.items():
        if section == "criteria":
            continue  # the room's
        record = records.edit(
            record=record,
            section=section,
            changes={},
            version=record.section_versions.get(section, 0),
            by=by,
            kept={key: range(records.MAX_ITEMS) for key in keys},
        )


def _changes(section: str, told: Any, today: date) -> dict[str, Any]:
    """What a section is to say by its keys, with days counted from today."""
    if section == "revisit":
        told = {**told, "on": (today + timedelta(days=26)).isoformat()}
    if section == "assumptions":
        days = ((today + timedelta(days=21 + 14 * place)).isoformat() for place in range(len(told)))
        told = [{**row, "check_by": day} for row, day in zip(told, days, strict=True)]
    return {section: told} if records.SECTIONS[section] == (section,) else told


def _sign(story: Story, record: Record, people: dict[str, User], moment: datetime) -> Record:
    owners = {"product": people["ines"], "security": people["jonas"], "data": people["aiko"]}
    with at(moment):
        opened = records.open_sign_off(record=record, by=people["ines"])
    for place, (role, (position, note)) in enumerate(story.sign_offs.items()):
        with at(moment + timedelta(hours=2 + 5 * place)):
            sign_off = records.own_sign_off(opened, owners[role])
            if sign_off is None:
                raise LookupError(f"nobody was asked to sign for {role}")
            records.sign(
                sign_off=sign_off,
                position=position,
                note_text=note,
                content_hash=opened.content_hash,
                by=owners[role],
            )
    return opened
