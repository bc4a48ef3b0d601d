"""A record is written on its paper: sections open and close in place, and the answers are the parts that changed."""

import re
import uuid

import pytest
from django.urls import reverse

from decisions import records
from decisions.base.links import token_hash
from decisions.models import SectionPresence
from tests.decisions.records import stories
from tests.decisions.records.typing_in import HTMX, address, opened, partials, save

pytestmark = pytest.mark.django_db


def paper(client, record):
    return client.get(reverse("decisions:record", args=["helio-desk", record.pk])).content.decode()


def shown(page):
    """What a page says that it shows: the fields that its questions for news carry."""
    seen = re.findall(r'name="seen" value="([^"]+)"', page)
    return {"seen": seen, "stamp": re.search(r'name="stamp" value="([^"]+)"', page)[1]}


def news(client, record, page, **more):
    """Ask for what is new since that page was drawn."""
    return client.post(
        reverse("decisions:record_news", args=["helio-desk", record.pk]), shown(page) | more, headers=HTMX
    )


def part_of(page, key):
    """A section of the paper as HTML."""
    return re.search(rf'<section[^>]* id="{key}".*?</section>', page, re.DOTALL)[0]


# --- the paper ---------------------------------------------------------------------------------------------------


def test_every_section_can_be_opened_where_it_stands_and_an_empty_one_added(client, cast):
    record = stories.save(stories.drafted(cast), cast.olga, "risks", risks=[])
    client.force_login(cast.felix)

    page = paper(client, record)

    for key in records.SECTIONS:
        if key == "repairs":
            continue  # nothing is fixed first here
        assert f'href="{address(record, key)}" hx-get="{address(record, key)}"' in part_of(page, key), key
    assert ">Edit<span" in part_of(page, "attendees")
    assert ">Add<span" in part_of(page, "risks")
    assert "Ines Weber" in part_of(page, "attendees")


def test_what_a_room_has_scored_is_not_typed_over(client, cast):
    criteria = [{**one, "lean": None, "state": "unanswered"} for one in stories.readings()["criteria"]]
    answers = {"leans": {}, "contested": {}, "situation": {}}
    record = stories.drafted(cast, criteria=criteria, answers=answers)
    client.force_login(cast.felix)
    go_on = re.compile(r'<a id="go-on"[^>]* hx-target="#(\w+)"')
    assert go_on.search(paper(client, record))[1] == "criteria"
    record.workshop_ref = uuid.uuid4()
    record.save()

    page = paper(client, record)

    assert "The recommendation still depends on" in page
    assert go_on.search(page)[1] != "criteria"  # what can be written here is the first thing to go on with
    assert "hx-get" not in part_of(page, "criteria")
    assert client.get(address(record, "criteria"), headers=HTMX).status_code == 404


def test_a_reader_is_offered_nothing_to_write_and_no_empty_heading(client, cast):
    record = stories.save(stories.drafted(cast), cast.olga, "risks", risks=[])
    client.force_login(cast.mina)

    page = paper(client, record)

    assert "/edit/" not in page
    assert re.search(r'<section[^>]* id="risks"[^>]* hidden', page)
    client.force_login(cast.felix)
    records.withdraw(record=record, by=cast.felix, why="Not now.")
    frozen = paper(client, record)
    assert "/edit/" not in frozen
    assert "/news/" not in frozen


def test_the_old_address_of_the_page_of_all_sections_leads_to_the_paper(client, cast):
    record = stories.drafted(cast)
    client.force_login(cast.felix)

    answer = client.get(reverse("decisions:record_edit", args=["helio-desk", record.pk]))

    # a browser keeps what follows the #, and the paper's sections are called what that page's were
    assert answer.url == reverse("decisions:record", args=["helio-desk", record.pk])
    page = paper(client, record)
    assert all(f'id="{key}"' in page for key in records.SECTIONS)


def test_opening_a_section_closes_the_one_that_was_open_and_shows_where_one_is(client, cast):
    record = stories.drafted(cast)
    client.force_login(cast.felix)

    answer = client.get(address(record, "risks"), {"open": "fallback"}, headers=HTMX)

    parts = partials(answer)
    assert list(parts) == ["#fallback", "#risks"]
    assert "<form" not in parts["#fallback"]
    form = re.search(r"<form[^>]*>", parts["#risks"])[0]
    assert "data-autosave" in form
    assert f'hx-post="{address(record, "risks")}"' in form
    assert f'action="{address(record, "risks")}"' in form
    assert parts["#risks"].count(" autofocus") == 1
    assert "moved" in answer["HX-Trigger"]
    junk = client.get(address(record, "risks"), {"open": "nothing"}, headers=HTMX)
    assert list(partials(junk)) == ["#risks"]


def test_going_back_to_a_section_s_own_page_brings_the_whole_page(client, cast):
    record = stories.drafted(cast)
    client.force_login(cast.felix)

    again = client.get(address(record, "risks"), headers=HTMX | {"HX-History-Restore-Request": "true"})
    alone = client.get(address(record, "risks")).content.decode()

    assert "<!doctype html>" in again.content.decode()
    assert "<!doctype html>" in alone
    assert "data-autosave" not in alone  # one press saves it and leads back


# --- saving ------------------------------------------------------------------------------------------------------


def test_a_save_answers_with_the_parts_that_it_changed(client, cast):
    record = stories.drafted(cast)
    client.force_login(cast.felix)
    page = paper(client, record)
    typed = opened(client, record, "fallback") | {"fallback-text": ""} | shown(page)
    assert "Add a fallback." not in page

    parts = partials(save(client, record, "fallback", typed))

    assert 'name="version" value="1"' in parts["#marks-fallback"]
    assert ">Saved<" in parts["#end-fallback"]
    assert parts["#problem-fallback"] == ""
    missing = re.search(r'<a[^>]*hx-target="#fallback"[^>]*>Add a fallback.', parts["#next"])[0]
    assert f'href="{address(record, "fallback")}"' in missing
    assert "revision 2" in parts["#paper-number"]
    record.refresh_from_db()
    assert record.content_hash[:8] in parts["#paper-foot"]
    assert "#fallback" not in parts  # it stays open, with the caret where it is
    assert "#risks" not in parts


def test_done_saves_and_the_section_is_paper_again(client, cast):
    record = stories.drafted(cast)
    client.force_login(cast.felix)
    typed = opened(client, record, "fallback") | {"fallback-text": "Hand over **at once**."}

    answer = save(client, record, "fallback", typed | {"act": "done"})

    part = partials(answer)["#fallback"]
    assert "<strong>at once</strong>" in part
    assert "<form" not in part
    assert re.search(r'<a id="open-fallback"[^>]* autofocus', part)
    assert "moved" in answer["HX-Trigger"]


def test_what_follows_from_a_save_and_what_others_saved_comes_with_the_answer(client, cast):
    record = stories.drafted(cast)
    client.force_login(cast.felix)
    page = paper(client, record)
    typed = opened(client, record, "decision") | {"decision-approach": "fine_tuning"} | shown(page)
    stories.save(record, cast.olga, "guardrails", guardrails=["No answer without a source"])

    parts = partials(save(client, record, "decision", typed))

    record.refresh_from_db()
    followed = {key for key, version in record.section_versions.items() if version} - {"decision", "guardrails"}
    assert followed
    for key in followed | {"guardrails"}:
        assert f'name="seen" value="{key}:{record.section_versions[key]}"' in parts[f"#{key}"]
    assert "No answer without a source" in parts["#guardrails"]
    assert {key for key in parts if key[1:] in records.SECTIONS} == {f"#{key}" for key in followed | {"guardrails"}}


def test_a_conflict_answers_with_both_versions_and_leaves_the_form_alone(client, cast):
    record = stories.drafted(cast)
    client.force_login(cast.felix)
    typed = opened(client, record, "fallback") | {"fallback-text": "Felix: call the desk."}
    stories.save(record, cast.olga, "fallback", fallback={"text": "Olga: open a ticket."})

    answer = save(client, record, "fallback", typed)

    parts = partials(answer)
    assert answer.status_code == 409
    assert "Olga saved this section while you were editing it." in parts["#problem-fallback"]
    assert "open a ticket" in parts["#problem-fallback"]
    assert "call the desk" in parts["#problem-fallback"]
    assert "Replace theirs with mine" in parts["#end-fallback"]
    assert 'value="done"' not in parts["#end-fallback"]  # neither Escape nor Enter decides it
    assert 'name="version" value="1"' in parts["#marks-fallback"]
    assert "#fallback" not in parts
    record.refresh_from_db()
    assert record.content["fallback"]["text"] == "Olga: open a ticket."

    merged = typed | {"version": "1", "fallback-text": "Open a ticket, then call the desk."}
    decided = partials(save(client, record, "fallback", merged))
    assert decided["#problem-fallback"] == ""
    record.refresh_from_db()
    assert record.content["fallback"]["text"] == "Open a ticket, then call the desk."


def test_what_is_wrong_stands_beside_its_field_in_the_section_alone(client, cast):
    record = stories.drafted(cast)
    client.force_login(cast.felix)
    typed = opened(client, record, "owners") | {
        "owners-owners-0-email": "not an address",
        "owners-owners-0-name": "Ines W.",
    }

    answer = save(client, record, "owners", typed | {"act": "done"})

    section = answer.content.decode()
    assert answer.status_code == 422
    assert (answer["HX-Retarget"], answer["HX-Reswap"]) == ("#owners", "outerMorph")
    assert "<html" not in section
    field = re.search(
        r'<div class="field">(?:(?!<div class="field">).)*name="owners-owners-0-email".*?</div>', section, re.DOTALL
    )[0]
    assert "like name@example.org" in field
    assert 'aria-invalid="true"' in field
    assert 'value="not an address"' in field
    assert 'value="Ines W."' in section
    assert "Not saved. Fix the marked fields." in section


def test_a_row_is_added_by_the_server_and_takes_the_focus(client, cast):
    record = stories.drafted(cast)
    client.force_login(cast.felix)
    typed = opened(client, record, "guardrails")
    rows = int(typed["guardrails-guardrails-TOTAL_FORMS"])
    typed["guardrails-guardrails-0-text"] = "Cite or decline"

    answer = save(client, record, "guardrails", typed | {"act": "add:guardrails"})

    section = answer.content.decode()
    assert (answer.status_code, answer["HX-Retarget"]) == (200, "#guardrails")
    assert "Cite or decline" in section
    focused = re.findall(r"<[^>]* autofocus[^>]*>", section)
    assert len(focused) == 1
    assert f'name="guardrails-guardrails-{rows}-text"' in focused[0]
    record.refresh_from_db()
    assert record.revision == 1


def test_a_new_row_that_was_saved_stays_when_the_form_that_stayed_open_is_saved_again(client, cast):
    record = stories.save(stories.drafted(cast), cast.olga, "plan", phase_one=[], backlog=[])
    client.force_login(cast.felix)
    typed = opened(client, record, "plan") | {"plan-phase_one-0-text": "Index the runbooks"}
    save(client, record, "plan", typed)
    typed |= {"version": "2", "plan-phase_one-TOTAL_FORMS": "2", "plan-phase_one-1-text": "Cite every answer"}

    save(client, record, "plan", typed)

    record.refresh_from_db()
    assert record.content["phase_one"] == ["Index the runbooks", "Cite every answer"]


def test_a_frozen_record_refuses_in_place_with_a_notice(client, cast):
    record = stories.drafted(cast)
    client.force_login(cast.felix)
    typed = opened(client, record, "fallback") | {"fallback-text": "Too late."}
    records.withdraw(record=record, by=cast.olga, why="Not now.")

    answer = save(client, record, "fallback", typed)

    assert (answer.status_code, answer["HX-Retarget"]) == (409, "#notices")
    assert "This record is locked." in answer.content.decode()


def test_the_first_change_in_sign_off_says_what_it_did(client, cast):
    record = stories.in_sign_off(cast)
    client.force_login(cast.olga)
    form = client.get(address(record, "fallback"), headers=HTMX).content.decode()
    assert "Saving a change cancels all signatures" in form

    parts = partials(save(client, record, "fallback", opened(client, record, "fallback") | {"fallback-text": "Other."}))

    assert "all signatures were cancelled" in parts["#sign-off-note"]
    assert "Request sign-off" in parts["#next"]
    assert "Not signed yet" in parts["#signatures"]


# --- what others do ----------------------------------------------------------------------------------------------


def test_asking_for_news_of_nothing_costs_next_to_nothing(client, cast, django_assert_max_num_queries):
    record = stories.in_sign_off(cast)
    for user, queries in ((cast.felix, 10), (cast.mina, 6)):
        client.force_login(user)
        page = paper(client, record)
        with django_assert_max_num_queries(queries):
            answer = news(client, record, page)
        assert (answer.status_code, answer.content) == (204, b"")


def test_what_somebody_else_saved_comes_in_and_is_then_known(client, cast):
    record = stories.drafted(cast)
    client.force_login(cast.mina)
    page = paper(client, record)
    stories.save(record, cast.olga, "guardrails", guardrails=["No answer without a source"])

    parts = partials(news(client, record, page))

    assert "No answer without a source" in parts["#guardrails"]
    assert "revision 2" in parts["#paper-number"]
    assert {key for key in parts if key[1:] in records.SECTIONS} == {"#guardrails"}
    assert news(client, record, paper(client, record)).status_code == 204


def test_a_section_that_is_open_here_comes_as_somebody_else_s_form(client, cast):
    record = stories.drafted(cast)
    client.force_login(cast.felix)
    page = paper(client, record)
    seen = [one for one in shown(page)["seen"] if not one.startswith("fallback:")]
    stories.save(record, cast.olga, "fallback", fallback={"text": "Olga: open a ticket."})

    parts = partials(news(client, record, page, seen=seen, open="fallback", version="0"))

    form = re.search(r"<form[^>]*>", parts["#fallback"])[0]
    assert "data-theirs" in form
    assert "Olga: open a ticket." in parts["#fallback"]
    assert "autofocus" not in parts["#fallback"]


def test_who_writes_where_is_told_and_forgotten_when_they_leave(client, cast):
    record = stories.drafted(cast)
    client.force_login(cast.olga)
    theirs = paper(client, record)
    assert news(client, record, theirs, open="risks", version="0").status_code == 204
    client.force_login(cast.felix)
    mine = paper(client, record)
    assert "editing: Olga" in part_of(mine, "risks").replace("\n", " ")

    client.force_login(cast.olga)
    news(client, record, theirs, open="")
    assert not SectionPresence.objects.exists()
    client.force_login(cast.felix)
    parts = partials(news(client, record, mine))
    assert "Olga" not in parts["#people-risks"]
    assert set(parts) & {f"#{key}" for key in records.SECTIONS} == set()


def test_the_button_to_accept_comes_when_the_last_owner_has_signed(client, cast):
    record = stories.in_sign_off(cast)
    client.force_login(cast.felix)
    page = paper(client, record)
    assert "Waiting for 3 owners." in page
    stories.everybody_signs(record, dissent="data")

    parts = partials(news(client, record, page))

    assert "Accept record" in parts["#next"]
    assert "A tuned model was better in 2025." in parts["#signatures"]


def test_a_record_that_was_accepted_meanwhile_is_shown_whole_unless_one_is_writing(client, cast):
    record = stories.in_sign_off(cast)
    client.force_login(cast.felix)
    page = paper(client, record)
    stories.everybody_signs(record)
    records.accept(record=record, by=cast.olga, content_hash=record.content_hash)

    writing = partials(news(client, record, page, open="risks", version="0"))
    whole = news(client, record, page)

    assert "DR-0001" in writing["#paper-number"]
    assert "#risks" not in writing
    assert whole["HX-Retarget"] == "#content"
    assert "DR-0001" in whole.content.decode()
    assert "/news/" not in whole.content.decode()


def test_the_page_behind_a_personal_link_shows_who_has_signed_meanwhile(client, cast):
    record = stories.in_sign_off(cast)
    one, other = record.sign_offs.order_by("pk")[:2]
    tokens = [records.new_link_token() for _one in range(2)]
    for signer, token in zip((one, other), tokens, strict=True):
        signer.token_hash = token_hash(token)
        signer.save()
    link = reverse("decisions:sign_by_link", args=[tokens[0]])
    page = client.get(link).content.decode()
    headed = page.partition('id="paper-number"')[2].partition("</p>")[0]
    assert "In sign-off" in headed
    assert "Draft" not in headed
    known = {"stamp": re.search(r'name="stamp" value="([^"]+)"', page)[1]}
    assert client.get(link, known, headers=HTMX).status_code == 204

    records.sign(sign_off=other, position="agree", note_text="", content_hash=record.content_hash, token=tokens[1])
    answer = client.get(link, known, headers=HTMX)

    assert answer["HX-Retarget"] == "#content"
    assert part_of(answer.content.decode(), "owners").count("Agrees") == 1
    assert client.get(link, known).status_code == 200  # without htmx it is the page
