"""Workshops that end before the criteria do: fix something first, prompts are enough, one answer this week, and legal's word."""

import io

import pytest
from pypdf import PdfReader

from decisions import records
from decisions.exports.pdf.pool import render_pdf
from decisions.models import Record, RecordState
from tests import people, rooms
from tests.decisions.records.stories import everybody_signs
from tests.decisions.records.stories import ready as made_ready
from workshops import actions, board

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _inside_one_transaction(monkeypatch):
    monkeypatch.setattr("workshops.fragments.close_old_connections", lambda: None)


@pytest.fixture
def cast():
    return people.cast()


def ended(cast, scores=(), *, situation=None, precheck=None):
    """A room with owners who can be asked, taken to its outcome with what was scored so far."""
    room = rooms.room(cast=cast)
    for name in ("ines", "sam", "daria"):
        seat = room.seat(name)
        seat.email = f"{name}@example.org"
        seat.save()
    room.go("precheck")
    actions.answer_situation(workshop_id=room.id, situation=situation or {}, precheck=precheck or {}, by=room.felix)
    if scores:
        room.go("scoring")
        for criterion, lean in scores:
            room.score(criterion, lean, ines=-2 if lean is None else lean, sam=2 if lean is None else lean)
    room.go("outcome")
    return room


def written(room, cast, flips=(0, 1)):
    return actions.write_record(workshop_id=room.id, flips=list(flips), risks=[], by=room.felix, user=cast.felix)


def agreed(record, cast):
    record = records.open_sign_off(record=record, by=cast.felix)
    everybody_signs(record)
    return records.accept(record=record, by=cast.felix, content_hash=record.content_hash)


def pages_of(record, client, cast):
    """The record as people read it: the page, and the text of its PDF."""
    client.force_login(cast.mina)
    return client.get(f"/t/helio-desk/r/{record.pk}/").content.decode()


# --- the precheck ends it


def test_fix_first_ends_the_workshop_and_becomes_a_record_that_owners_sign(client, cast):
    room = ended(cast, situation={"pre_check": ["document_quality", "clearer_tools"]})
    page = room.client("ines").get(room.url("room")).content.decode()
    assert "outcome-fix_first" in page
    record = written(room, cast, flips=())
    assert record.content["approach"] == "fix_first"
    assert record.content["recommendation_status"] == "stop"
    with pytest.raises(records.NotReady):  # left at its defaults
        agreed(record, cast)
    record = made_ready(record, cast.felix)
    assert records.problems(record) == ()
    accepted = agreed(record, cast)
    assert accepted.label == "DR-0001"
    assert accepted.state == RecordState.ACCEPTED
    read = pages_of(accepted, client, cast)
    assert "fix first" in read.lower()
    assert [one["text"] for one in accepted.content["repairs"]] == ["Clearer tools", "Better documents"]
    assert "Clearer tools" in read, "what to repair is printed, each with who does it and by when"
    assert read.count("by 15 Jan 2027") == 2
    assert "Knowledge churn" not in read, "and nothing that nobody scored"
    assert accepted.content["revisit"]["on"], "and when to come back"


def test_scores_that_were_cast_before_the_stop_are_kept(cast):
    room = ended(cast, [(rooms.CHURN, -2), (rooms.AUDIT, 1)])
    actions.answer_situation(
        workshop_id=room.id, situation={"pre_check": ["smaller_retrieval_scope"]}, precheck={}, by=room.felix
    )
    record = written(room, cast)
    assert record.content["approach"] == "fix_first"
    assert [one["lean"] for one in record.content["criteria"]] == [-2, 1, None, None, None]
    assert record.content["criteria"][0]["ballots"]


def test_prompts_are_enough_is_an_answer_to_sign(client, cast):
    felix_says = {"room_baseline_measured": "meets"}
    room = rooms.room(cast=cast)
    room.go("precheck")
    room.client("felix").post(room.url("situation"), felix_says)
    assert room.now().situation["prompt_baseline_sufficient"] is True
    actions.ask(workshop_id=room.id, question="summary", by=room.felix, answers=None)
    assert "prompts are enough" in room.client("ines").get(room.url("room")).content.decode()
    for name in ("ines", "sam", "daria"):
        seat = room.seat(name)
        seat.email = f"{name}@example.org"
        seat.save()
    room.go("outcome")
    record = written(room, cast)
    assert record.content["approach"] == "prompt_only"
    assert record.content["path"] == "prompt_only"
    first, second = (one["signal"] for one in record.content["flip_signals"])
    assert first == "The prompted baseline fails a gate on the locked evaluation set."
    assert second != first
    # it stays with prompts: it needs the gates that it names, and no limits for others
    with pytest.raises(records.NotReady):  # left at its defaults
        agreed(record, cast)
    record = made_ready(record, cast.felix)
    assert records.problems(record) == ()
    accepted = agreed(record, cast)
    assert "prompts only" in pages_of(accepted, client, cast).lower()


@pytest.mark.parametrize(
    ("situation", "says"),
    [
        ({"pre_check": ["ui_shows_sources"]}, "Fix what isn't a model problem first"),
        ({"prompt_baseline_sufficient": True}, "Stay with prompts"),
    ],
)
@pytest.mark.once
def test_its_pdf_says_so_on_its_first_page(cast, situation, says):
    record = written(ended(cast, situation=situation), cast)
    text = PdfReader(io.BytesIO(render_pdf(records.document_of(record)))).pages[0].extract_text()
    assert says in text
    assert "undecided" not in text.lower()


# --- undecided, and one answer this week

OPEN = [(rooms.CHURN, -1), (rooms.AUDIT, 0), (rooms.STABILITY, None), (rooms.COST, 0), (rooms.SENSITIVITY, 0)]


def test_an_open_answer_names_what_decides_it_and_cannot_be_signed(cast):
    room = ended(cast, OPEN)
    outcome = board.shared_board(room.id).outcome
    assert outcome.approach == "undecided"
    assert outcome.open_names == ["Task stability"]
    page = room.client("ines").get(room.url("room")).content.decode()
    assert "The recommendation still depends on Task stability" in page
    record = written(room, cast)
    assert {"open_criteria", "no_approach"} <= {problem.key for problem in records.problems(record)}
    with pytest.raises(records.NotReady):
        records.open_sign_off(record=record, by=cast.felix)


@pytest.mark.parametrize(("documents", "approach"), [(True, "rag"), (False, "prompt_only")])
def test_one_answer_this_week_is_a_default_until_it_is_settled(cast, documents, approach):
    situation = {"one_answer_this_week": True, "documents_drive": documents, "behaviour_dominates": None}
    undecided = [(rooms.CHURN, None), (rooms.AUDIT, None), (rooms.STABILITY, None)]
    room = ended(cast, undecided, situation=situation)
    outcome = board.shared_board(room.id).outcome
    assert (outcome.approach, outcome.recommendation.path) == (approach, "interim")
    assert outcome.recommendation.status == "interim"
    page = room.client("ines").get(room.url("room")).content.decode()
    assert "Interim answer" in page


def test_an_interim_record_waits_for_its_assumptions_and_exactly_two_signals(client, cast):
    room = ended(cast, OPEN, situation={"one_answer_this_week": True, "documents_drive": True})
    record = written(room, cast, flips=(0,))
    assert record.content["recommendation_status"] == "interim"
    record = made_ready(record, cast.felix)

    def change(section, value):
        record.refresh_from_db()
        version = record.section_versions.get(section, 0)
        return records.edit(record=record, section=section, changes={section: value}, version=version, by=cast.felix)

    two = [{"signal": f"Signal {n}", "then": "Reopen."} for n in (1, 2)]
    keys = lambda: {problem.key for problem in records.problems(Record.objects.get(pk=record.pk))}  # noqa: E731
    change("assumptions", [])
    for signals in ([], two[:1], [*two, {"signal": "Signal 3", "then": ""}]):
        if Record.objects.get(pk=record.pk).content["flip_signals"] != signals:
            change("flip_signals", signals)
        assert keys() == {"no_assumption", "two_flip_signals"}
    change("flip_signals", two)
    assert keys() == {"no_assumption"}
    ready = change("assumptions", [{"text": "Volume stays below 400 a day.", "owner": "Product", "check_by": ""}])
    assert keys() == set()
    accepted = agreed(ready, cast)
    assert "interim" in pages_of(accepted, client, cast).lower()


# --- explainability

TUNING = [(rooms.CHURN, 1), (rooms.AUDIT, 1), (rooms.STABILITY, 2), (rooms.COST, 2), (rooms.SENSITIVITY, 1)]


def test_every_viewer_sees_the_switch_and_what_it_would_change(cast):
    room = ended(cast, TUNING)
    for name in ("ines", "otto", "felix"):
        page = room.client(name).get(room.url("room")).content.decode()
        assert "Must answers be explainable?" in page
        assert "If answers had to be explainable this would be hybrid" in page
        assert ('name="required" value="yes"' in page) is (name == "felix")
        assert ("Not asked" in page) is True


def test_felix_switches_it_and_the_outcome_says_what_it_changed(cast):
    room = ended(cast, TUNING)
    assert board.shared_board(room.id).outcome.approach == "fine_tuning"
    felix = room.client("felix")
    assert felix.post(room.url("explainability"), {"required": "yes"}).status_code == 302
    outcome = board.shared_board(room.id).outcome
    assert outcome.approach == "hybrid"
    assert [one.lean for one in board.shared_board(room.id).criteria] == [1, 1, 2, 2, 1], "scores stay as they were"
    page = room.client("otto").get(room.url("room")).content.decode()
    assert "Because answers must be explainable this is hybrid" in page
    record = written(room, cast)
    assert "audit_lean_raised_by_explainability" in record.content["flags"]
    felix.post(room.url("explainability"), {"required": "no"})
    assert board.shared_board(room.id).outcome.approach == "fine_tuning"
    assert room.minutes()[-1] == ("Felix", "answered_situation")


def test_only_a_facilitator_switches_it(cast):
    room = ended(cast, TUNING)
    assert room.client("ines").post(room.url("explainability"), {"required": "yes"}).status_code == 403
    assert room.client().post(room.url("explainability"), {"required": "yes"}).status_code == 404
    assert room.client("felix").post(room.url("explainability"), {"required": "maybe"}).status_code == 409
    assert board.shared_board(room.id).outcome.approach == "fine_tuning"


def test_each_criterions_measurable_signals_stand_on_the_outcome(cast):
    room = ended(cast, TUNING)
    page = room.client("ines").get(room.url("room")).content.decode()
    assert "Documents change less than once a quarter." in page
    assert page.count("Toward fine-tuning") == 5
