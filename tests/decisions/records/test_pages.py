"""The pages of a record: who sees what, every form by plain POST, and nothing typed is ever lost."""

import re

import pytest
import time_machine
from django.core import mail
from django.urls import reverse

from decisions import records
from decisions.models import Record
from tests import people
from tests.decisions.records import stories
from tests.decisions.records.typing_in import form_in, section_form

pytestmark = pytest.mark.django_db


def url(name, record, **more):
    return reverse(f"decisions:{name}", kwargs={"slug": record.team.slug, "record_id": record.pk, **more})


# --- reading -----------------------------------------------------------------------------------------------------


def test_a_member_reads_the_record_as_it_prints(client, cast):
    record = stories.accepted(cast)
    client.force_login(cast.mina)

    page = client.get(url("record", record)).content.decode()

    assert "Answer support questions from retrieval first" in page
    assert "<strong>every week</strong>" in page  # the rationale's Markdown
    assert page.count("<svg") >= 5
    assert record.content_hash[:8] in page
    assert "DR-0001" in page
    assert "Withdraw" not in page  # a member only reads


def test_another_team_sees_nothing_of_it(client, cast):
    record = stories.accepted(cast)
    client.force_login(cast.xaver)

    for name in ("record", "record_edit", "record_history", "record_compare", "record_withdraw"):
        assert client.get(url(name, record)).status_code == 404
    assert client.get(url("record_file", record, kind="json")).status_code == 404


def test_a_record_is_not_found_under_another_team_of_ones_own(client, cast):
    record = stories.accepted(cast)
    client.force_login(cast.xaver)

    assert client.get(f"/t/elsewhere/r/{record.pk}/").status_code == 404


def test_a_risk_is_named_once_and_days_are_read_as_days(client, cast):
    risks = [
        {"key": "stale_knowledge", "text": "Stale knowledge: the index can lag.", "owner": ""},
        {"key": "training_cost", "text": "Labels are dear.", "owner": ""},
    ]
    record = stories.finish(stories.drafted(cast, risks=risks), cast.felix)
    client.force_login(cast.mina)

    page = client.get(url("record", record)).content.decode()

    assert "<strong>Stale knowledge:</strong>" not in page
    assert "<strong>Training cost:</strong> Labels are dear." in page
    assert ">18 Feb 2027</time>" in page
    assert "by 15 Dec 2026" in page


def test_hostile_words_are_shown_as_words(client, cast):
    record = stories.drafted(cast, risks=["<script>alert(1)</script>", "\u202eevil"])
    record = records.edit(
        record=record,
        section="decision",
        changes={"rationale": "<img src=x onerror=alert(1)> [x](javascript:alert(1)) **bold**"},
        version=0,
        by=cast.felix,
    )
    client.force_login(cast.mina)

    page = client.get(url("record", record)).content.decode()

    assert "<script>alert" not in page
    assert "<img" not in page
    assert 'href="javascript' not in page
    assert "<strong>bold</strong>" in page


# --- writing -----------------------------------------------------------------------------------------------------


def test_every_section_can_be_saved_as_it_is_without_a_change(client, cast):
    record = stories.finish(stories.drafted(cast), cast.felix)
    client.force_login(cast.felix)
    before = record.revision

    for section in records.SECTIONS:
        if section in {"criteria", "repairs"}:
            continue  # shown below: there is no workshop behind this draft; and nothing is fixed first
        answer = client.post(url("record_section", record, section=section), section_form(client, record, section))
        assert answer.status_code == 302, section

    record.refresh_from_db()
    assert record.revision == before


def test_rows_are_added_changed_and_removed_without_a_script(client, cast):
    record = stories.finish(stories.drafted(cast), cast.felix)
    client.force_login(cast.felix)
    address = url("record_section", record, section="plan")
    typed = section_form(client, record, "plan")
    typed |= {"plan-phase_one-0-text": "Index the runbooks, all of them", "plan-phase_one-1-DELETE": "on"}
    typed |= {"plan-phase_one-2-text": "Grade 200 answers"}

    assert client.post(address, typed).status_code == 302

    record.refresh_from_db()
    assert record.content["phase_one"] == ["Index the runbooks, all of them", "Grade 200 answers"]
    assert record.content["backlog"] == ["Tune the tone"]


def test_asking_for_a_row_keeps_what_was_typed_and_saves_nothing(client, cast):
    record = stories.drafted(cast)
    client.force_login(cast.felix)
    typed = section_form(client, record, "guardrails")
    first = "guardrails-guardrails-0-text"

    answer = client.post(
        url("record_section", record, section="guardrails"),
        {**typed, first: "Cite or decline", "act": "add:guardrails"},
    )

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Cite or decline" in page
    rows = int(typed["guardrails-guardrails-TOTAL_FORMS"])
    assert f'name="guardrails-guardrails-{rows}-text"' in page
    record.refresh_from_db()
    assert record.revision == 1


def test_a_wrong_field_is_told_beside_it_and_the_text_kept(client, cast):
    record = stories.drafted(cast)
    client.force_login(cast.felix)
    typed = section_form(client, record, "owners") | {
        "owners-owners-0-email": "not an address",
        "owners-owners-0-name": "Ines W.",
    }

    answer = client.post(url("record_section", record, section="owners"), typed)

    assert answer.status_code == 422
    page = answer.content.decode()
    assert "not an address" in page
    assert "Ines W." in page
    assert "like name@example.org" in page


def test_two_owners_for_one_role_are_refused(client, cast):
    record = stories.drafted(cast)
    client.force_login(cast.felix)
    typed = section_form(client, record, "owners") | {
        "owners-owners-3-role": "Data",
        "owners-owners-3-name": "Somebody else",
    }

    assert client.post(url("record_section", record, section="owners"), typed).status_code == 422


HOSTILE = ["a\x00b", "x" * 1_048_576, "\x1b[31m", "\ud800".encode("utf-16-le", "surrogatepass").decode("latin-1")]


@pytest.mark.parametrize("said", HOSTILE, ids=lambda said: ascii(said)[:12])
@pytest.mark.parametrize("section", ["decision", "guardrails", "owners", "revisit"])
def test_hostile_input_is_refused_in_words(client, cast, section, said):
    record = stories.drafted(cast)
    client.force_login(cast.felix)
    typed = section_form(client, record, section)
    field = {
        "decision": "decision-title",
        "guardrails": "guardrails-guardrails-0-text",
        "owners": "owners-owners-0-name",
        "revisit": "revisit-none_because",
    }[section]

    answer = client.post(url("record_section", record, section=section), {**typed, field: said})

    assert answer.status_code in {302, 422}
    record.refresh_from_db()
    assert "\x00" not in record.canonical
    if len(said) > 10_000:
        assert answer.status_code == 422


@pytest.mark.parametrize("version", ["", "-1", "x", "99999999999999999999", "\u0663"])
def test_a_broken_version_is_a_422(client, cast, version):
    record = stories.drafted(cast)
    client.force_login(cast.felix)
    typed = section_form(client, record, "guardrails") | {"version": version}

    assert client.post(url("record_section", record, section="guardrails"), typed).status_code == 422


@pytest.mark.parametrize("total", ["", "x", "-1", "0", "100000", "41"])
def test_a_broken_row_count_is_a_422(client, cast, total):
    record = stories.drafted(cast)
    client.force_login(cast.felix)
    typed = section_form(client, record, "guardrails") | {"guardrails-guardrails-TOTAL_FORMS": total}

    answer = client.post(url("record_section", record, section="guardrails"), typed)
    assert answer.status_code == 422 or (total == "41" and answer.status_code == 302)


def test_a_conflict_shows_both_versions_and_loses_neither(client, cast):
    record = stories.drafted(cast)
    client.force_login(cast.felix)
    typed = section_form(client, record, "fallback")
    records.edit(
        record=record,
        section="fallback",
        changes={"fallback": {"text": "Olga: open a ticket."}},
        version=0,
        by=cast.olga,
    )
    address = url("record_section", record, section="fallback")

    answer = client.post(address, {**typed, "fallback-text": "Felix: call the desk."})

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Olga saved this section while you were editing it." in page
    assert "Felix: call the desk." in page
    assert "open a ticket" in page
    record.refresh_from_db()
    assert record.content["fallback"]["text"] == "Olga: open a ticket."

    merged = form_in(page, "fallback") | {"fallback-text": "Open a ticket, then call the desk."}
    assert client.post(address, merged).status_code == 302
    record.refresh_from_db()
    assert record.content["fallback"]["text"] == "Open a ticket, then call the desk."


def test_two_sections_at_once_do_not_meet(client, cast):
    record = stories.drafted(cast)
    client.force_login(cast.felix)
    mine = section_form(client, record, "guardrails") | {"guardrails-guardrails-0-text": "Cite or decline"}
    records.edit(
        record=record, section="fallback", changes={"fallback": {"text": "Hand over."}}, version=0, by=cast.olga
    )

    saved = client.post(url("record_section", record, section="guardrails"), mine)

    assert (saved.status_code, saved.url) == (302, f"{url('record', record)}#guardrails")
    record.refresh_from_db()
    assert record.content["fallback"]["text"] == "Hand over."
    assert record.content["guardrails"][0] == "Cite or decline"


def test_without_a_workshop_the_leans_are_typed_in(client, cast):
    decision = people.decision(cast.team)
    client.force_login(cast.felix)
    start = reverse("decisions:record_new", kwargs={"slug": cast.team.slug, "number": decision.number})
    assert client.get(start).status_code == 200
    assert client.post(start, {"title": "x"}).status_code == 422
    assert client.post(start, {"title": "Retrieval first", "approach": "rag"}).status_code == 302
    record = Record.objects.get()
    typed = section_form(client, record, "criteria")
    leans = {f"criteria-criteria-{place}-lean": str(lean) for place, lean in enumerate(stories.LEANS.values())}

    assert client.post(url("record_section", record, section="criteria"), typed | leans).status_code == 302

    record.refresh_from_db()
    assert [item["lean"] for item in record.content["criteria"]] == list(stories.LEANS.values())
    assert record.content["recommended_approach"] == "rag"


def test_a_member_cannot_write_and_a_frozen_record_not_be_written(client, cast):
    record = stories.accepted(cast)
    client.force_login(cast.mina)
    assert client.get(url("record_section", record, section="risks")).status_code == 403
    assert client.post(url("record_section", record, section="risks"), {}).status_code == 403
    client.force_login(cast.felix)
    assert client.get(url("record_section", record, section="fallback")).status_code == 409
    typed = {"version": "1", "fallback-label": "", "fallback-text": "Other."}
    assert client.post(url("record_section", record, section="fallback"), typed).status_code == 409


# --- signing -----------------------------------------------------------------------------------------------------


def test_what_is_missing_is_shown_on_the_page(client, cast):
    record = stories.drafted(cast, owners=[{"role": "product", "name": "Ines Weber"}])
    client.force_login(cast.felix)

    answer = client.post(url("sign_off_open", record), {"content_hash": record.content_hash})

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Add the security owner." in page
    assert "Add an email address for Ines Weber (product)." in page


def test_from_the_mail_to_the_signature_without_an_account(client, cast, django_capture_on_commit_callbacks):
    record = stories.finish(stories.drafted(cast), cast.felix)
    client.force_login(cast.felix)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url("sign_off_open", record), {"content_hash": record.content_hash})
    link = re.search(r"https?://[^/\s]+(/sign/\S+)", mail.outbox[1].body)[1]
    client.logout()

    page = client.get(link).content.decode()
    assert "Jonas Lind" in page
    missing = client.post(link, {"position": "dissent", "note": "", "content_hash": record.content_hash})
    assert missing.status_code == 422
    stale = client.post(link, {"position": "agree", "note": "", "content_hash": "0" * 64})
    assert stale.status_code == 409
    signed = client.post(
        link, {"position": "dissent", "note": "Too early.\n\nAsk again.", "content_hash": record.content_hash}
    )
    assert signed.status_code == 302
    assert "dissents" in client.get(link).content.decode()
    assert record.sign_offs.get(role="security").note == "Too early.\n\nAsk again."


def test_a_wrong_link_is_a_404_page_that_says_nothing(client):
    answer = client.get(reverse("decisions:sign_by_link", kwargs={"token": "nothing"}))

    assert answer.status_code == 404
    assert "no longer works" in answer.content.decode()


def test_a_new_link_makes_the_old_one_stop(client, cast, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        record = stories.in_sign_off(cast)
    old = re.search(r"https?://[^/\s]+(/sign/\S+)", mail.outbox[0].body)[1]
    client.force_login(cast.felix)
    one = record.sign_offs.get(role="product")

    with django_capture_on_commit_callbacks(execute=True):
        client.post(url("sign_off_remind", record, sign_off_id=one.pk))

    new = re.search(r"https?://[^/\s]+(/sign/\S+)", mail.outbox[-1].body)[1]
    assert client.get(old).status_code == 404
    assert client.get(new).status_code == 200


def test_accepting_takes_the_text_that_was_seen(client, cast):
    record = stories.in_sign_off(cast)
    stories.everybody_signs(record)
    client.force_login(cast.felix)

    assert client.post(url("accept", record), {"content_hash": "0" * 64}).status_code == 409
    assert client.post(url("accept", record), {"content_hash": record.content_hash}).status_code == 302
    assert client.post(url("accept", record), {"content_hash": record.content_hash}).status_code == 409


def test_who_is_not_asked_cannot_sign_in_the_app(client, cast):
    record = stories.in_sign_off(cast)
    client.force_login(cast.mina)

    answer = client.post(url("sign", record), {"position": "agree", "content_hash": record.content_hash})

    assert answer.status_code == 403


# --- afterwards --------------------------------------------------------------------------------------------------


def test_two_revisions_are_compared_word_by_word(client, cast):
    record = stories.finish(stories.drafted(cast), cast.felix)
    client.force_login(cast.mina)

    page = client.get(url("record_compare", record), {"from": "1", "to": str(record.revision)}).content.decode()

    assert "<ins>" in page
    assert "Revision 1 and Revision" in page
    for junk in ("0", "x", "999", "-1", "1" * 40):
        assert client.get(url("record_compare", record), {"to": junk}).status_code == 404
    assert client.get(url("record_compare", record), {"with": "x"}).status_code == 404


def test_two_records_are_compared(client, cast):
    first = stories.accepted(cast)
    second = records.begin_replacement(record=first, by=cast.felix)
    client.force_login(cast.mina)

    page = client.get(url("record_compare", second), {"with": str(first.pk)}).content.decode()

    assert "The two versions are identical." in page


def test_the_history_shows_revisions_minutes_and_void_signatures(client, cast):
    record = stories.in_sign_off(cast)
    stories.everybody_signs(record, dissent="data")
    records.take_back(record=record, by=cast.felix)
    client.force_login(cast.mina)

    page = client.get(url("record_history", record)).content.decode()

    assert "Opened the room" in page
    assert "A tuned model was better in 2025." in page
    assert "Felix returned the record to draft." in page


def test_a_share_link_reads_one_record_until_it_is_taken_back(client, cast):
    record = stories.accepted(cast)
    client.force_login(cast.felix)
    assert client.post(url("record_share", record), {"note": "the auditor", "days": "5"}).status_code == 422
    assert client.post(url("record_share", record), {"note": "the auditor", "days": "7"}).status_code == 302
    address = re.search(r"https?://[^/\"]+(/shared/[^\"]+)", client.get(url("record", record)).content.decode())[1]
    client.logout()

    assert "DR-0001" in client.get(address).content.decode()
    assert client.get(f"{address}record.json").json()["record"]["number"] == "DR-0001"
    assert client.post(address).status_code == 405
    assert client.get(address.replace("/shared/", "/shared/0")).status_code == 404

    client.force_login(cast.felix)
    client.post(url("share_revoke", record, link_id=record.share_links.get().pk))
    assert client.get(address).status_code == 404


def test_an_expired_share_link_is_gone(client, cast):
    record = stories.accepted(cast)
    link = records.shares.share(record=record, by=cast.felix, days=1)
    address = reverse("decisions:shared", args=[records.shares.token_of(link)])

    assert client.get(address).status_code == 200
    with time_machine.travel(link.expires_at, tick=False):
        assert client.get(address).status_code == 404


def test_a_draft_cannot_be_shared(client, cast):
    record = stories.drafted(cast)
    client.force_login(cast.felix)

    assert client.post(url("record_share", record), {"note": "", "days": "7"}).status_code == 409


def test_withdrawing_asks_why(client, cast):
    record = stories.accepted(cast)
    client.force_login(cast.felix)

    assert client.post(url("record_withdraw", record), {"why": " "}).status_code == 422
    assert client.post(url("record_withdraw", record), {"why": "The vendor left."}).status_code == 302
    assert "The vendor left." in client.get(url("record", record)).content.decode()


def test_a_replacement_begins_with_the_text_that_stands(client, cast):
    record = stories.accepted(cast)
    client.force_login(cast.felix)

    answer = client.post(url("record_replace", record))

    draft = Record.objects.get(state="draft")
    assert answer.url == url("record", draft)
    assert draft.content["rationale"] == record.content["rationale"]
    assert draft.content["salt"] != record.content["salt"]
