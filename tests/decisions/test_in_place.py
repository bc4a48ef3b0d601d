"""What a page's own requests are answered: the part they ask for, its address when it has one, and the plain page else."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from decisions.log import listing as log
from decisions.models import Decision, Invitation
from decisions.teams import acts as teams
from decisions.trail import views as trail_pages
from tests import people
from tests.decisions.records import stories
from tests.decisions.trail.configurations import put_live

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return people.cast()


def by_htmx(client, address, target="", here="", data=None, **more):
    """A request as htmx sends it from the page `here`."""
    headers = {
        "HX-Request": "true",
        "HX-Target": target,
        "HX-Current-URL": f"http://testserver{here}",
        **more,
    }
    if data is None:
        return client.get(address, headers=headers)
    return client.post(address, data, headers=headers)


def test_a_search_answers_its_results_and_where_they_are(client, cast):
    people.decision(cast.team, title="Billing copilot", question="Retrieve or tune?")
    client.force_login(cast.mina)
    base = "/t/helio-desk/"
    answer = by_htmx(client, f"{base}?q=bill&approach=", "div#log-results", base)
    assert answer.content.decode().startswith('<div id="log-results">')
    assert answer["HX-Push-Url"] == f"{base}?q=bill"
    assert {"HX-Request", "HX-Target"} <= set(answer["Vary"].split(", "))
    goes_on = by_htmx(client, f"{base}?q=billing", "div#log-results", f"{base}?q=bill")
    assert goes_on["HX-Replace-Url"] == f"{base}?q=billing", "the letters of one search are one step back"
    assert "HX-Push-Url" not in goes_on
    filtered = by_htmx(client, f"{base}?q=billing&status=open", "div#log-results", f"{base}?q=billing")
    assert filtered["HX-Push-Url"] == f"{base}?q=billing&status=open"
    emptied = by_htmx(client, base, "div#log-results", f"{base}?q=billing")
    assert emptied["HX-Push-Url"] == base
    same = by_htmx(client, f"{base}?q=billing", "div#log-results", f"{base}?q=billing")
    assert same["HX-Push-Url"] == "false"
    elsewhere = by_htmx(client, f"{base}?q=billing", "div#log-results", "/guide/?q=billing")
    assert elsewhere["HX-Push-Url"] == f"{base}?q=billing"


def test_whoever_goes_back_or_asks_for_nonsense_gets_the_whole_page(client, cast):
    people.decision(cast.team)
    client.force_login(cast.mina)
    back = {"HX-History-Restore-Request": "true"}
    page = by_htmx(client, "/t/helio-desk/?q=copilot", "div#log-results", "/t/helio-desk/", **back).content.decode()
    assert page.lstrip().startswith("<!doctype html>")
    assert 'value="copilot"' in page
    wrong = by_htmx(client, "/t/helio-desk/?since=soon", "div#log-results", "/t/helio-desk/")
    assert wrong.status_code == 422
    assert wrong["HX-Retarget"] == "#content"
    assert "HX-Push-Url" not in wrong


def test_older_lines_are_rows_and_the_address_says_nothing_of_them(client, cast, monkeypatch):
    monkeypatch.setattr(log, "UNASKED", 70)
    for number in range(1, 101):
        people.decision(cast.team, title=f"Copilot {number}")
    client.force_login(cast.mina)
    base = "/t/helio-desk/"
    first = client.get(base).content.decode()
    assert "More than 30 decisions." in first
    assert f'href="{base}?after=71" hx-get="{base}?after=71&amp;shown=30"' in first
    assert 'hx-trigger="revealed, click"' in first
    more = by_htmx(client, f"{base}?after=71&shown=30", "tbody#log-lines", base)
    text = more.content.decode()
    assert text.count("<tr ") == 30
    assert "<table" not in text
    assert "More than 60 decisions." in text
    assert "HX-Push-Url" not in more
    third = by_htmx(client, f"{base}?after=41&shown=60", "tbody#log-lines", base).content.decode()
    assert 'hx-trigger="click"' in third, "so many have come by themselves: the end of the page can be reached"
    last = by_htmx(client, f"{base}?after=11&shown=90", "tbody#log-lines", base).content.decode()
    assert "100 decisions." in last
    assert ">Older<" not in last
    plain = client.get(f"{base}?after=71").content.decode()
    assert "First page" in plain
    assert "More than" not in plain
    for nonsense in ("x", "-1", "99999999999"):
        assert client.get(f"{base}?shown={nonsense}").status_code == 422


def test_the_due_order_has_later_lines(client, cast):
    for _number in range(32):
        people.decision(cast.team)
    client.force_login(cast.mina)
    for line in Decision.objects.select_related("summary"):
        line.summary.revisit_on = timezone.localdate() + timedelta(days=line.number)
        line.summary.save()
    base = "/t/helio-desk/"
    first = client.get(f"{base}?sort=due").content.decode()
    assert ">Later<" in first
    after = f"{timezone.localdate() + timedelta(days=30)},30"
    more = by_htmx(client, f"{base}?sort=due&after={after}&shown=30", "tbody#log-lines", base).content.decode()
    assert [f'id="decision-{number}"' in more for number in (30, 31, 32)] == [False, True, True]
    assert "32 decisions." in more


def test_the_guide_answers_what_it_found(client):
    answer = by_htmx(client, "/guide/?q=acquisition", "div#guide-found", "/guide/")
    assert answer.content.decode().startswith('<div id="guide-found">')
    assert answer["HX-Push-Url"] == "/guide/?q=acquisition"
    assert by_htmx(client, "/guide/?q=", "div#guide-found", "/guide/?q=a")["HX-Push-Url"] == "/guide/"


def test_an_act_on_a_row_answers_its_section_with_what_was_done(client, cast):
    client.force_login(cast.olga)
    base = "/t/helio-desk/members/"
    mina, olga = (cast.team.memberships.get(user=user) for user in (cast.mina, cast.olga))
    answer = by_htmx(client, f"{base}{mina.pk}/role/", "section#people", base, {"role": "owner"})
    text = answer.content.decode()
    assert answer.status_code == 200
    assert text.lstrip().startswith('<section id="people"')
    assert '<hx-partial hx-target="#notices"' in text
    assert "Role changed: Mina, team owner." in text
    own = by_htmx(client, f"{base}{olga.pk}/role/", "section#people", base, {"role": "member"})
    assert own["HX-Location"], "whoever changes the own role gets another page"
    refused = by_htmx(client, f"{base}{mina.pk}/remove/", "section#people", base, {})
    assert refused.status_code == 403
    assert refused["HX-Retarget"] == "#notices"


def test_an_invitation_is_sent_again_and_withdrawn_in_its_section(client, cast, mailoutbox):
    with time_machine.travel(timezone.now() - timedelta(hours=1)):  # asked again at once, no second mail goes out
        teams.invite(team=cast.team, email="ines@example.org", role="facilitator", by=cast.olga)
    mailoutbox.clear()
    client.force_login(cast.olga)
    base = "/t/helio-desk/members/"
    page = client.get(base).content.decode()
    assert 'name="email" value="ines@example.org"' in page
    sent = {"email": "ines@example.org", "role": "facilitator"}
    answer = by_htmx(client, f"{base}invite/", "section#invited", base, sent)
    assert answer.content.decode().count("ines@example.org</span>") == 1
    assert [mail.to for mail in mailoutbox] == [["ines@example.org"]]
    one = Invitation.objects.get()
    assert one.role == "facilitator"
    gone = by_htmx(client, f"/t/helio-desk/invitations/{one.pk}/withdraw/", "section#invited", base, {})
    assert "hidden" in gone.content.decode()
    assert not Invitation.objects.exists()
    wrong = by_htmx(client, f"{base}invite/", "section#invited", base, {"email": "x", "role": "member"})
    assert (wrong.status_code, wrong["HX-Retarget"]) == (422, "#content")


def test_the_trail_keeps_what_is_ticked_where_it_is_shown(client, cast, monkeypatch):
    monkeypatch.setattr(trail_pages, "PAGE", 3)
    asked = people.decision(cast.team)
    rows = [put_live(asked, environment=where) for where in ("production", "staging", "production", "production")]
    client.force_login(cast.mina)
    base = "/t/helio-desk/d/1/trail/"
    ticks = f"before={rows[0].public_id}&after={rows[1].public_id}"
    answer = by_htmx(client, f"{base}?environment=production&{ticks}", "section#trail-entries", base)
    text = answer.content.decode()
    assert text.lstrip().startswith('<section id="trail-entries"')
    assert answer["HX-Push-Url"] == f"{base}?environment=production"
    assert f'name="before" value="{rows[0].public_id}" required checked' in text
    assert f'name="after" value="{rows[3].public_id}" required checked' in text, "what is not shown gives way"
    assert text.count("checked") == 2
    more = by_htmx(client, f"{base}?cursor=2&shown=3", "tbody#trail-lines", base)
    assert more.content.decode().count("<tr ") == 1
    assert "checked" not in more.content.decode()
    assert "HX-Push-Url" not in more
    for nonsense in ("cursor=0", "cursor=x", "shown=x"):
        assert client.get(f"{base}?{nonsense}").status_code == 422


def test_the_trail_answers_and_compares_where_it_is_asked(client, cast):
    asked = people.decision(cast.team)
    first, second = put_live(asked), put_live(asked, reason="Second release")
    client.force_login(cast.mina)
    base = "/t/helio-desk/d/1/trail/"
    moment = "at=2026-11-03T10:00:00&environment=production"
    answer = by_htmx(client, f"{base}at/?{moment}", "div#at-answer", base)
    assert "llama-3.1-70b-instruct" in answer.content.decode()
    assert answer["HX-Push-Url"].startswith(f"{base}at/?at=2026-11-03")
    wrong = by_htmx(client, f"{base}at/?at=never&environment=production", "div#at-answer", base)
    assert (wrong.status_code, wrong["HX-Retarget"], wrong["HX-Reswap"]) == (422, "#at-form", "outerMorph")
    assert "errorlist" in wrong.content.decode()
    compared = by_htmx(
        client, f"{base}compare/?before={first.public_id}&after={second.public_id}", "div#comparison", base
    )
    assert "Second release" in compared.content.decode()
    assert "<html" not in compared.content.decode()


def test_a_part_of_a_decision_is_edited_alone_and_the_rest_stays(client, cast):
    asked = people.decision(cast.team, context="As it was", owner=cast.mina)
    client.force_login(cast.felix)
    base = "/t/helio-desk/d/1/"
    form = by_htmx(client, f"{base}edit/?part=decision-words", "div#decision-words", base).content.decode()
    assert form.lstrip().startswith('<div class="part" id="decision-words">')
    assert 'name="context"' not in form
    words = {"title": "Anew", "question": "Q?", "tags": "eu", "version": "1"}
    saved = by_htmx(client, f"{base}edit/?part=decision-words", "div#decision-words", base, words)
    assert saved["HX-Location"], "the page again, in its place"
    asked.refresh_from_db()
    assert (asked.title, asked.context, asked.owner, asked.version) == ("Anew", "As it was", cast.mina, 2)
    late = by_htmx(client, f"{base}edit/?part=decision-owner", "", base, {"owner": "", "version": "1"})
    assert late.status_code == 409
    assert 'name="version" value="2"' in late.content.decode()
    assert "Person responsible" in late.content.decode()
    plain = client.get(f"{base}edit/?part=decision-owner")
    assert plain.content.decode().lstrip().startswith("<!doctype html>")
    assert client.post(f"{base}edit/?part=decision-owner", {"owner": "", "version": "2"}).url == base
    asked.refresh_from_db()
    assert (asked.title, asked.owner) == ("Anew", None)


def test_a_draft_names_its_day_on_the_decisions_page_and_an_accepted_text_does_not(client, cast):
    record = stories.drafted(cast)
    client.force_login(cast.felix)
    base = "/t/helio-desk/d/1/"
    assert "In the draft:" in client.get(base).content.decode()
    look = {"on": "2031-05-02", "cadence": "monthly", "none_because": "", "version": "0"}
    assert client.post(f"{base}revisit/", {**look, "on": "2020-01-01"}).status_code == 422
    assert client.post(f"{base}revisit/", look).url == base
    record.refresh_from_db()
    assert record.content["revisit"]["on"] == "2031-05-02"
    assert "2 May 2031" in client.get(base).content.decode()
    late = by_htmx(client, f"{base}revisit/", "", base, {**look, "on": "2032-01-01"})
    assert late.status_code == 409
    assert 'name="version" value="1"' in late.content.decode()
    record.state = "accepted"
    record.number = 1
    record.save()
    assert client.get(f"{base}revisit/").status_code == 404
