"""Each line of a record is said, written or proposed; a proposal carries no name and blocks sign-off until it is touched."""

import io
import json

import pytest
from pypdf import PdfReader

from decisions import records
from decisions.exports.markdown import render_markdown
from decisions.exports.pdf.pool import render_pdf
from decisions.exports.sources import LISTS, SINGLE, lines_of
from decisions.ledger.canonical import payload_hash
from tests.decisions.records import stories
from tests.decisions.records.typing_in import address, opened, partials, save, section_form

pytestmark = pytest.mark.django_db


def source(record, key, place=0):
    return record.content["provenance"][key][place]


def kinds(record, key):
    return [one["kind"] for one in record.content["provenance"][key]]


def proposed(record):
    return {problem.section for problem in records.problems(record) if problem.key.startswith("proposed_")}


def test_a_fresh_draft_says_of_each_line_where_it_comes_from(cast):
    record = stories.drafted(cast)

    for key in (*SINGLE, *LISTS):
        assert len(record.content["provenance"][key]) == len(lines_of(record.content, key)), key
    assert source(record, "criteria") == {"kind": "said", "by": "Ines Weber", "act": "settled", "at": ""}
    assert source(record, "owners", 1) == {"kind": "said", "by": "Jonas Lind", "act": "joined", "at": ""}
    assert source(record, "flip_signals") == {"kind": "said", "by": "Felix", "act": "chose", "at": ""}
    assert source(record, "approach") == {"kind": "rule", "by": "", "act": "", "at": ""}
    assert set(kinds(record, "guardrails")) == {"proposed"}
    # what nobody said is nobody's
    for key in ("guardrails", "phase_one", "metrics", "failure_modes", "title", "fallback"):
        assert all(one["by"] == one["act"] == "" for one in record.content["provenance"][key])
    assert payload_hash(record.content) == record.content_hash


def test_a_record_left_at_its_defaults_cannot_be_signed(cast):
    record = stories.save(
        stories.drafted(cast), cast.felix, "decision", scope="All", rationale="Runbooks change every week."
    )

    assert proposed(record) == {"decision", "fallback", "metrics", "plan", "guardrails", "failure_modes", "revisit"}
    with pytest.raises(records.NotReady) as refused:
        records.open_sign_off(record=record, by=cast.felix)
    assert "Guardrails: 4 proposed lines need confirming. Keep, edit or remove each." in str(refused.value)


def test_one_line_is_kept_another_changed_and_another_removed(cast):
    record = stories.drafted(cast)
    first, second, *_rest = record.content["guardrails"]

    record = records.edit(
        record=record, section="guardrails", changes={"guardrails": [first, f"{second} Always."]}, version=0, by=cast.olga,
        kept={"guardrails": [0]},
    )  # fmt: skip

    assert [(one["kind"], one["by"], one["act"]) for one in record.content["provenance"]["guardrails"]] == [
        ("written", "Olga", "kept"),
        ("written", "Olga", "wrote"),
    ]
    assert "guardrails" not in proposed(record)
    # it is kept in the history, and stands when the next one writes
    assert json.loads(record.revisions.last().canonical)["provenance"] == record.content["provenance"]
    again = stories.save(record, cast.felix, "guardrails", guardrails=[*record.content["guardrails"], "Felix' own"])
    assert [one["by"] for one in again.content["provenance"]["guardrails"]] == ["Olga", "Olga", "Felix"]
    # and whoever takes the word back makes it a proposal again
    taken_back = records.edit(
        record=again, section="guardrails", changes={}, version=2, by=cast.felix, kept={"guardrails": []}
    )
    assert kinds(taken_back, "guardrails") == ["proposed", "written", "written"]


def test_nothing_is_kept_by_saving_other_words_of_the_section(cast):
    record = stories.drafted(cast)

    record = stories.save(record, cast.felix, "decision", scope="for all runbook questions")

    assert kinds(record, "title") == kinds(record, "risk_summary") == ["proposed"]
    assert source(record, "scope")["by"] == "Felix"


def test_lines_are_kept_by_a_box_each_and_a_section_at_once_while_it_is_open(client, cast):
    record = stories.drafted(cast)
    client.force_login(cast.felix)
    form = opened(client, record, "guardrails")
    assert form["guardrails-guardrails-0-is_ours"] == "True"

    save(client, record, "guardrails", form | {"guardrails-guardrails-1-keep": "on"})
    record.refresh_from_db()
    assert kinds(record, "guardrails") == ["proposed", "written", "proposed", "proposed"]

    form = opened(client, record, "guardrails")
    assert form["guardrails-guardrails-1-keep"] == "on"
    parts = partials(save(client, record, "guardrails", form | {"act": "keep"}))
    record.refresh_from_db()
    assert kinds(record, "guardrails") == ["written"] * 4
    assert "<form" not in parts["#guardrails"], "it closes"
    assert ">proposed<" not in parts["#guardrails"]


def test_a_save_that_was_on_its_way_takes_no_keeping_back_and_a_conflict_shows_both(client, cast):
    record = stories.drafted(cast)
    client.force_login(cast.felix)
    form = opened(client, record, "decision")
    save(client, record, "decision", form | {"act": "keep"})

    late = save(client, record, "decision", form)
    assert late.status_code == 200
    record.refresh_from_db()
    assert source(record, "title")["act"] == "kept"

    conflict = save(client, record, "decision", form | {"decision-title": "Another title"})
    assert conflict.status_code == 409
    assert "Another title" in conflict.content.decode()


@pytest.mark.parametrize("section", ["decision", "fallback", "revisit", "plan", "metrics"])
def test_without_scripts_too(client, cast, section):
    record = stories.drafted(cast)
    client.force_login(cast.felix)
    page = client.get(address(record, section)).content.decode()
    assert "Proposed. Keep it as it stands" in page
    assert 'value="keep"' in page

    answer = client.post(address(record, section), section_form(client, record, section) | {"act": "keep"})

    assert answer.status_code == 302
    record.refresh_from_db()
    assert section not in proposed(record)


def test_a_box_keeps_one_single_line(client, cast):
    record = stories.drafted(cast)
    client.force_login(cast.felix)

    client.post(address(record, "decision"), section_form(client, record, "decision") | {"decision-keep_title": "on"})

    record.refresh_from_db()
    assert source(record, "title")["act"] == "kept"
    assert kinds(record, "risk_summary") == ["proposed"]


def test_proposals_are_shown_as_such_on_screen_in_markdown_and_in_json(client, cast):
    record = stories.save(stories.drafted(cast), cast.felix, "fallback", fallback={"label": "", "text": "Ask Felix."})
    client.force_login(cast.mina)
    document = records.document_of(record)
    guardrail = record.content["guardrails"][0]

    page = client.get(f"/t/helio-desk/r/{record.pk}/").content.decode()
    assert f'{guardrail} <span class="proposed">proposed</span>' in page
    assert "written by Felix" in page
    text = render_markdown(document)
    assert f"{guardrail} \\(proposed\\)" in text
    assert "Ask Felix. \\(proposed" not in text
    assert "Guardrails: 1–4: proposed, not confirmed by anyone" in text
    assert document["content"]["provenance"]["guardrails"][0]["kind"] == "proposed"


def test_a_signature_turns_no_line_into_something_said(cast):
    record = stories.in_sign_off(cast)
    before = record.content["provenance"]
    stories.everybody_signs(record)
    record = records.accept(record=record, by=cast.felix, content_hash=record.content_hash)

    assert records.document_of(record)["content"]["provenance"] == before
    # the record that replaces it says the same of the same lines
    assert records.begin_replacement(record=record, by=cast.felix).content["provenance"] == before


def test_a_draft_from_before_sources_were_kept_is_nobodys_word_until_it_is_touched(cast):
    record = stories.finish(stories.drafted(cast), cast.felix)
    del record.content["provenance"]
    record.save()

    assert {"decision", "guardrails", "metrics"} <= proposed(record)
    record = stories.keep_all(record, cast.felix)
    assert records.problems(record) == ()


def test_the_room_that_scores_again_keeps_what_people_wrote_and_says_whose_it_is(cast):
    room = "7f3a9c12-0000-4000-8000-000000000001"
    decision = stories.people.decision(cast.team)
    record = records.draft(decision=decision, readings=stories.readings(), by=cast.felix, workshop_ref=room)
    record = stories.save(record, cast.olga, "fallback", fallback={"label": "", "text": "Decline."})
    tuned = {"knowledge_churn": 1, "audit_trust": 0, "task_stability": 2, "latency_cost": 1, "data_sensitivity": 0}
    answers = {"leans": tuned, "contested": {}, "situation": {}}

    again = records.draft(
        decision=decision, readings=stories.readings(answers=answers), by=cast.felix, workshop_ref=room
    )

    assert again.content["approach"] == "fine_tuning"
    assert source(again, "approach")["kind"] == "rule"
    assert source(again, "fallback")["by"] == "Olga"
    assert set(kinds(again, "guardrails")) == {"proposed"}
    assert set(kinds(again, "criteria")) == {"said"}


def pdf_text(record):
    pages = PdfReader(io.BytesIO(render_pdf(records.document_of(record)))).pages
    return [" ".join(page.extract_text().split()) for page in pages]


@pytest.mark.once
def test_the_pdf_marks_proposals_and_its_appendix_says_where_lines_come_from(cast):
    record = stories.save(stories.drafted(cast), cast.felix, "guardrails", guardrails=["Felix wrote this."])

    first, *behind = pdf_text(record)

    assert "Answer from retrieval first (proposed)" in first
    assert "Felix wrote this. (proposed)" not in first
    assert "Where each line comes from" in " ".join(behind)
    assert "Guardrails: written by Felix" in " ".join(behind)
    assert "(proposed)" not in " ".join(pdf_text(stories.ready(record, cast.felix)))


@pytest.mark.once
def test_what_is_fixed_first_is_printed_with_who_and_when_and_no_empty_criteria(cast):
    answers = {"leans": {}, "contested": {}, "situation": {"pre_check": ["clearer_tools", "document_quality"]}}
    record = stories.drafted(cast, answers=answers, criteria=[], flip_signals=[], risks=[], assumptions=[])

    record = stories.ready(record, cast.felix)

    first, *_behind = pdf_text(record)
    for told in ("Fix first", "Clearer tools", "Better documents", "Felix, by 15 Jan 2027"):
        assert told in first
    for empty in ("Knowledge churn", "Not answered", "✓"):
        assert empty not in first
    text = render_markdown(records.document_of(record))
    assert "### Fix first" in text
    assert "* Clearer tools (Felix, 2027" in text
    assert "Decision drivers" not in text


def test_all_rounds_are_kept_and_drawn(client, cast):
    first = {
        "lean": -2, "settled_by": "Ines Weber", "why": "At first.", "median": "-1.5", "low": -2, "high": -1,
        "ballots": [
            {"name": "Ines Weber", "role": "product", "score": -2, "confidence": "sure", "reason": "Before the talk."},
            {"name": "Jonas", "role": "security", "score": -1, "confidence": "unsure", "reason": ""},
        ],
    }  # fmt: skip
    criteria = [{**one, "rounds": 2, "earlier": [first]} for one in stories.readings()["criteria"]]
    record = stories.drafted(cast, criteria=criteria)
    client.force_login(cast.mina)

    assert record.content["criteria"][0]["earlier"] == [first]
    page = client.get(f"/t/helio-desk/r/{record.pk}/").content.decode()
    assert page.count('class="axis-lane"') == 5
    assert "earlier rounds: 2" in render_markdown(records.document_of(record))
    appendix = " ".join(pdf_text(record)[1:])
    assert "Round 1, scored again" in appendix
    assert "Before the talk." in appendix
