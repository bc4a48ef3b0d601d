"""What a form about a record must not do behind anybody's back."""

import json

import jsonschema
import pytest
import time_machine
from django.urls import reverse
from django.utils.html import escape

from decisions import records
from decisions.archive.file import SCHEMA
from decisions.ledger import append as ledger
from decisions.records import document as documents
from tests.decisions.records import stories
from tests.decisions.records.typing_in import address, form_in, partials, save, section_form

pytestmark = pytest.mark.django_db
VALID = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def test_who_began_to_write_before_the_owners_were_asked_voids_nothing_unasked(client, cast):
    record = stories.finish(stories.drafted(cast), cast.felix)
    client.force_login(cast.olga)
    typed = section_form(client, record, "guardrails") | {"guardrails-guardrails-0-text": "No answer without a source"}
    record = records.open_sign_off(record=record, by=cast.felix)
    stories.everybody_signs(record)

    in_place = save(client, record, "guardrails", typed | {"open": "guardrails"})
    assert in_place.status_code == 409
    parts = partials(in_place)
    assert "Sign-off started while you were editing." in parts["#problem-guardrails"]
    assert "Save mine and cancel signatures" in parts["#end-guardrails"]
    assert 'name="state" value="in_sign_off"' in parts["#marks-guardrails"]
    answer = client.post(address(record, "guardrails"), typed)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Save mine and cancel signatures" in page
    assert "No answer without a source" in page
    record.refresh_from_db()
    assert record.state == "in_sign_off"
    assert record.sign_offs.filter(voided_at=None).exclude(position="pending").count() == 3

    assert client.post(address(record, "guardrails"), form_in(page, "guardrails")).status_code == 302
    record.refresh_from_db()
    assert (record.state, record.content["guardrails"][0]) == ("draft", "No answer without a source")


def test_saving_without_a_change_is_no_conflict_with_the_sign_off(client, cast):
    record = stories.finish(stories.drafted(cast), cast.felix)
    client.force_login(cast.olga)
    typed = section_form(client, record, "guardrails")
    records.open_sign_off(record=record, by=cast.felix)

    assert client.post(address(record, "guardrails"), typed).status_code == 302


def test_a_role_of_ones_own_follows_the_published_schema_and_a_known_one_its_key(client, cast):
    record = stories.drafted(cast)
    client.force_login(cast.felix)
    typed = section_form(client, record, "owners") | {
        "owners-owners-1-role": "Security",
        "owners-owners-3-role": "Works council",
        "owners-owners-3-name": "Rosa",
        "owners-owners-3-email": "rosa@example.org",
    }

    assert client.post(address(record, "owners"), typed).status_code == 302
    record.refresh_from_db()

    roles = [owner["role"] for owner in record.content["owners"]]
    assert roles == ["product", "security", "data", "Works council"]
    assert record.owner_contacts["security"]["email"] == "jonas@example.org"
    assert [error.message for error in VALID.iter_errors(records.document_of(record))] == []


@pytest.mark.parametrize("ballot", [{"name": "", "role": ""}, {"name": "", "role": "", "confidence": "", "reason": ""}])
def test_a_room_that_hides_roles_makes_a_record_that_follows_the_schema(cast, ballot):
    criteria = stories.readings()["criteria"]
    for criterion in criteria:
        criterion["ballots"] = [{**one, **ballot} for one in criterion["ballots"]]

    document = records.document_of(stories.drafted(cast, criteria=criteria))

    assert [error.message for error in VALID.iter_errors(document)] == []


def test_another_name_does_not_sign_from_the_first_one_s_account(client, cast):
    owners = [
        {"role": "product", "name": "Mina", "email": "", "user_id": cast.mina.pk},
        *stories.readings()["owners"][1:],
    ]
    record = stories.drafted(cast, owners=owners)
    client.force_login(cast.felix)
    typed = section_form(client, record, "owners")

    client.post(address(record, "owners"), typed | {"owners-owners-1-name": "Jonas L."})
    record.refresh_from_db()
    assert record.owner_contacts["product"]["user_id"] == cast.mina.pk

    typed = section_form(client, record, "owners") | {"owners-owners-0-name": "Bob"}
    client.post(address(record, "owners"), typed)
    record.refresh_from_db()
    assert "product" not in record.owner_contacts
    assert "no_address_product" in {problem.key for problem in records.problems(record)}


def test_a_removed_owner_s_role_can_be_given_to_another(client, cast):
    record = stories.drafted(cast)
    client.force_login(cast.felix)
    typed = section_form(client, record, "owners") | {
        "owners-owners-0-DELETE": "on",
        "owners-owners-3-role": "product",
        "owners-owners-3-name": "Rosa",
        "owners-owners-3-email": "rosa@example.org",
    }

    assert client.post(address(record, "owners"), typed).status_code == 302
    record.refresh_from_db()
    assert record.content["owners"][0] == {"role": "product", "name": "Rosa"}


def test_a_replacement_is_not_overdue_from_the_first_day(cast):
    record = stories.accepted(cast)

    with time_machine.travel("2027-02-18T12:00:00Z", tick=False):
        replacement = records.begin_replacement(record=record, by=cast.felix)

    assert replacement.content["revisit"] == {**record.content["revisit"], "on": "2027-05-20"}


def test_a_day_that_has_passed_is_no_revisit(client, cast):
    record = stories.drafted(cast)
    client.force_login(cast.felix)
    typed = section_form(client, record, "revisit")

    answer = client.post(address(record, "revisit"), typed | {"revisit-on": "2020-01-31"})
    assert answer.status_code == 422
    assert "Enter a date in the future." in answer.content.decode()
    with time_machine.travel("2040-01-01T12:00:00Z", tick=False):
        client.force_login(cast.felix)
        other = typed | {"revisit-triggers-0-text": "A merger"}
        assert client.post(address(record, "revisit"), other).status_code == 302


def test_a_long_trail_keeps_its_newest_lines(cast, monkeypatch):
    monkeypatch.setattr(documents, "MOST_CONFIGURATION", 2)
    record = stories.in_sign_off(cast)
    for number in range(3):
        payload = {"summary": f"change {number}", "environment": "production"}
        ledger.append(
            team=cast.team, type="configuration.changed", payload=payload, actor="Olga", decision=record.decision
        )

    lines = records.document_of(record)["configuration"]

    assert [line["what"] for line in lines] == ["change 1", "change 2"]


def test_lists_show_the_small_markdown_that_they_print_with_and_nothing_more(client, cast):
    record = stories.drafted(cast)
    said = "Use **one** index with `nofollow`, <img src=x onerror=alert(1)> [x](javascript:alert(1)) # no\n- list"
    record = records.edit(record=record, section="guardrails", changes={"guardrails": [said]}, version=0, by=cast.felix)
    client.force_login(cast.mina)

    page = client.get(reverse("decisions:record", args=["helio-desk", record.pk])).content.decode()

    assert "Use <strong>one</strong> index with <code>nofollow</code>, &lt;img" in page
    assert 'href="javascript' not in page


def test_the_schema_is_published(client):
    answer = client.get(reverse("decisions:record_schema"))

    assert answer["Content-Type"] == "application/schema+json"
    assert answer.json() == VALID.schema


@pytest.mark.parametrize("typed", ["product sets it", "95 %", "<= 3"])
def test_a_gate_that_cannot_be_read_is_refused_beside_its_field_and_stays_typed(client, cast, typed):
    record = stories.drafted(cast)
    client.force_login(cast.felix)
    form = section_form(client, record, "metrics") | {"metrics-metrics-0-gate": typed}

    answer = client.post(address(record, "metrics"), form)

    assert answer.status_code == 422
    errors = answer.context["editor"].lists[0][1].forms[0].errors
    assert list(errors) == ["gate"]
    assert f'value="{escape(typed)}"' in answer.content.decode()
    record.refresh_from_db()
    assert typed not in [metric["gate"] for metric in record.content["metrics"]]
