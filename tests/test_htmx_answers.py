"""What htmx gets where a browser would get a redirect, a whole page or a file: Olga's page stays, and says what happened."""

import json

import pytest
from django.contrib import messages
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.test import Client
from django.urls import include, path
from django_htmx.http import HttpResponseLocation

from decisions.log import acts
from tests import people, rooms
from tests.rooms import CHURN

pytestmark = [pytest.mark.django_db, pytest.mark.once]
HERE = "/t/helio-desk/d/1/"


def moved(request):
    answer = redirect(request.GET["to"])
    answer.set_cookie("seat", "ines")
    messages.success(request, "It is done.")
    return answer


def partial(request):
    messages.success(request, "It is done.")
    return HttpResponse("<p>new</p>", status=int(request.GET.get("status", "200")))


def nothing(request):
    messages.success(request, "It is done.")
    return HttpResponse(status=204)


def located(request):
    messages.success(request, "It is done.")
    return HttpResponseLocation("/guide/")


def file(request):
    messages.success(request, "It is done.")
    kinds = {
        "whole": lambda: HttpResponse(b"%PDF-1.7", content_type="application/pdf"),
        "streamed": lambda: StreamingHttpResponse(iter([b"a,b\n"]), content_type="text/html"),
        "sent": lambda: FileResponse(iter([b"<!doctype html>"]), content_type="text/html"),
        "json": lambda: HttpResponse('{"a": 1}', content_type="application/json"),
    }
    return kinds[request.GET["kind"]]()


def page(request):
    answer = render(request, "404.html", status=int(request.GET["status"]))
    answer["Retry-After"] = "7"
    return answer


urlpatterns = [
    path("there/moved/", moved),
    path("there/partial/", partial),
    path("there/nothing/", nothing),
    path("there/located/", located),
    path("there/file/", file),
    path("there/page/", page),
    path("", include("config.urls")),
]
there = pytest.mark.urls(__name__)


def htmx(browser, method, address, data=None, *, at=HERE, **more):
    """Ask as htmx does, from the page `at`."""
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{at}", "HX-Request-Type": "partial", **more}
    return getattr(browser, method)(address, data or {}, headers=headers)


def is_notice(answer, status, *words):
    """A refusal that stands among the page's notices, whatever the element wanted to take from the answer."""
    text = answer.content.decode()
    assert answer.status_code == status
    assert (answer["HX-Retarget"], answer["HX-Reswap"]) == ("#notices", "innerHTML")
    assert answer["HX-Reselect"] == ".notice"
    assert text.count('class="notice notice-error" role="alert"') == 1
    assert "<html" not in text
    assert all(word in text for word in words), text
    return text


@pytest.fixture
def world():
    cast = people.cast()
    people.decision(cast.team)
    return cast


@pytest.fixture
def olga(world):
    browser = Client()
    browser.force_login(world.olga)
    return browser


# --- redirects


def test_a_redirect_elsewhere_is_made_by_the_browser(olga):
    typed = {"title": "Search", "question": "Which way?", "context": "", "tags": ""}
    answer = htmx(olga, "post", "/t/helio-desk/decisions/new/", typed, at="/t/helio-desk/decisions/new/")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer["HX-Redirect"] == "/t/helio-desk/d/2/"
    assert "Location" not in answer
    assert "Decision 2 created." in olga.get("/t/helio-desk/d/2/").content.decode(), "the message waits for the page"


@there
@pytest.mark.parametrize("at", ["/a/", "/a/#part", "/a/?q=copilot", "/a/?q=copilot#part"])
@pytest.mark.parametrize("to", ["/a/", "/a/#part", "/a/?q=search"])
def test_a_redirect_to_the_page_one_is_on_brings_its_content_anew_in_place(at, to):
    answer = htmx(Client(), "post", f"/there/moved/?to={to.replace('#', '%23')}", at=at)
    assert (answer.status_code, answer.content) == (200, b"")
    assert json.loads(answer["HX-Location"]) == {
        "path": to,
        "target": "#content",
        "select": "#content",
        "swap": "outerMorph",
    }


@there
@pytest.mark.parametrize("to", ["/", "/guide/"], ids=["elsewhere", "the same page"])
def test_a_redirect_keeps_the_cookies_that_came_with_it(to):
    answer = htmx(Client(), "post", f"/there/moved/?to={to}", at="/guide/")
    assert answer.cookies["seat"].value == "ines"


def test_a_page_that_comes_anew_is_no_second_entry_in_the_history(olga):
    same = htmx(olga, "get", f"{HERE}?a=1", at=f"{HERE}?a=1#part", **{"HX-Request-Type": "full"})
    assert same["HX-Push-Url"] == "false"
    assert "HX-Retarget" not in same, "it was asked for with its own target and selection"
    assert "<html" in same.content.decode()
    other = htmx(olga, "get", f"{HERE}?a=2", at=f"{HERE}?a=1", **{"HX-Request-Type": "full"})
    assert "HX-Push-Url" not in other


def test_a_taken_seat_is_kept_when_htmx_asks_for_it(world):
    room = rooms.room(cast=world)
    link = f"/j/{room.workshop.join_token}/"
    browser = Client()
    answer = htmx(browser, "post", link, {"name": "Nora", "role": "data", "email": ""}, at=link)
    assert answer["HX-Redirect"] == room.url("room")
    assert "Nora" in browser.get(room.url("room")).content.decode()


# --- an expired login


@pytest.mark.parametrize(
    ("method", "address", "at"),
    [
        ("post", "/teams/new/", "/teams/new/?from=home"),
        ("post", f"{HERE}edit/", f"{HERE}edit/"),
        ("post", "/t/helio-desk/members/invite/", "/t/helio-desk/members/"),
        ("get", "/t/helio-desk/?q=copilot", "/t/helio-desk/"),
    ],
)
def test_an_expired_login_leaves_the_page_and_offers_the_way_back_to_it(world, method, address, at):
    answer = htmx(Client(), method, address, {"title": "Typed with care"}, at=at)
    text = is_notice(answer, 401, "You're signed out", 'target="_blank"')
    assert f"/accounts/login/?next={at.replace('/', '%2F').replace('?', '%3F').replace('=', '%3D')}" in text
    assert not {"Location", "HX-Redirect", "HX-Location"} & set(answer.headers)


def test_the_way_back_leads_to_no_other_site(world):
    headers = {"HX-Request": "true", "HX-Current-URL": "https://elsewhere.example/t/helio-desk/"}
    answer = Client().post(f"{HERE}edit/", headers=headers)
    assert "/accounts/login/?next=%2F" in is_notice(answer, 401)
    assert b"elsewhere" not in answer.content


def test_whoever_is_signed_in_is_told_that_it_is_gone_and_not_that_she_is_signed_out(olga):
    is_notice(htmx(olga, "post", "/t/elsewhere/d/1/edit/"), 404, "here any more")


def test_a_guest_whose_seat_has_gone_is_not_sent_to_a_login(world):
    room = rooms.scoring(cast=world)
    browser = room.client("ines")
    room.now().seats.filter(name="Ines").update(removed_at="2026-01-01T00:00Z")
    is_notice(htmx(browser, "post", room.url("phase"), at=room.url("room")), 404, "here any more")


# --- whole pages


def test_a_wrong_form_takes_the_place_of_the_content_with_what_is_wrong(olga):
    at = "/t/helio-desk/decisions/new/"
    answer = htmx(olga, "post", at, {"title": "", "question": "Typed with care?"}, at=at)
    assert answer.status_code == 422
    assert (answer["HX-Retarget"], answer["HX-Reselect"], answer["HX-Reswap"]) == ("#content", "#content", "outerMorph")
    assert "Typed with care?" in answer.content.decode()
    assert "errorlist" in answer.content.decode()


def test_a_conflict_shows_both_versions_in_place(olga, world):
    now = {"title": "Theirs", "question": "Theirs?", "context": "", "tags": "", "version": "0"}
    asked = people.Decision.objects.get()
    acts.reword(decision=asked, by=world.felix, title="Theirs", question="Theirs?", context="", version=asked.version)
    typed = {**now, "title": "Mine", "version": str(asked.version)}
    answer = htmx(olga, "post", f"{HERE}edit/", typed, at=f"{HERE}edit/")
    assert answer.status_code == 409
    assert answer["HX-Retarget"] == "#content"
    assert "Mine" in answer.content.decode()
    assert "Theirs" in answer.content.decode()


def test_a_page_asked_for_by_a_link_takes_the_place_of_the_content(olga):
    answer = htmx(olga, "get", HERE, at="/t/helio-desk/")
    assert answer.status_code == 200
    assert (answer["HX-Retarget"], answer["HX-Reselect"], answer["HX-Reswap"]) == ("#content", "#content", "outerMorph")
    assert "HX-Push-Url" not in answer, "the link says itself whether it goes into the history"


@there
@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, "That didn&#x27;t work"),
        (404, "here any more"),
        (410, "That didn&#x27;t work"),
        (413, "too large"),
        (429, "Too many attempts"),
    ],
)
def test_a_whole_page_that_only_refuses_becomes_a_notice(status, words):
    answer = htmx(Client(), "post", f"/there/page/?status={status}")
    is_notice(answer, status, words, "Your text is still here")
    assert answer["Retry-After"] == "7"


@there
def test_a_fault_is_left_to_the_form_which_says_that_it_was_not_sent():
    answer = htmx(Client(), "post", "/there/page/?status=503")
    assert (answer.status_code, answer["Retry-After"]) == (503, "7")
    assert "HX-Retarget" not in answer


def test_a_refusal_of_a_view_is_a_notice_too(world):
    browser = Client()
    browser.force_login(world.mina)
    is_notice(htmx(browser, "post", f"{HERE}edit/", {"title": "Mine"}), 403, "Not allowed", "owners and facilitators")


# --- the token of a page


def test_a_lost_token_is_answered_with_a_new_one_and_the_second_press_works(world):
    room = rooms.scoring(cast=world)
    browser = Client(enforce_csrf_checks=True)
    rooms.sit(browser, room.felix)
    act = {"criterion": CHURN, "stage": room.now().stage}
    refused = htmx(browser, "post", room.url("open_round"), act, at=room.url("room"), **{"X-CSRFToken": "of yesterday"})
    is_notice(refused, 403, "Send it again")
    assert not room.now().rounds.exists()
    token = json.loads(refused["HX-Trigger"])["csrf-token"]["token"]
    assert browser.cookies["csrftoken"].value
    again = htmx(browser, "post", room.url("open_round"), act, at=room.url("room"), **{"X-CSRFToken": token})
    assert again.status_code == 204
    assert room.now().rounds.count() == 1


def test_without_htmx_a_lost_token_is_a_page():
    answer = Client(enforce_csrf_checks=True).post("/join/", {"code": "ABCD EFGH"})
    assert answer.status_code == 403
    assert "This form has expired" in answer.content.decode()
    assert "HX-Trigger" not in answer


# --- messages


@there
def test_messages_come_along_with_a_partial_answer_and_are_told_once():
    browser = Client()
    text = htmx(browser, "post", "/there/partial/").content.decode()
    assert text.startswith('<p>new</p><hx-partial hx-target="#notices" hx-swap="innerHTML">')
    assert text.count("It is done.") == 1
    assert "It is done." not in browser.get("/guide/").content.decode()


@there
def test_messages_come_along_with_an_answer_that_had_nothing_to_say():
    answer = htmx(Client(), "post", "/there/nothing/")
    assert answer.status_code == 200
    assert "It is done." in answer.content.decode()


@there
@pytest.mark.parametrize("address", ["/there/partial/?status=422", "/there/located/"])
def test_messages_wait_where_they_would_not_be_seen(address):
    browser = Client()
    assert "It is done." not in htmx(browser, "post", address).content.decode()
    assert "It is done." in browser.get("/guide/").content.decode()


def test_nothing_stays_nothing_without_a_message(world):
    room = rooms.scoring(cast=world)
    answer = htmx(room.client("felix"), "post", room.url("open_round"), {"criterion": CHURN, "stage": room.now().stage})
    assert (answer.status_code, answer.content) == (204, b"")


# --- what is left as it is


def test_going_back_gets_the_plain_page_whatever_parts_its_view_also_gives(olga):
    plain = olga.get("/t/helio-desk/?q=copilot")
    more = {"HX-History-Restore-Request": "true", "HX-Target": "div#log-results", "HX-Request-Type": "full"}
    back = htmx(olga, "get", "/t/helio-desk/?q=copilot", at="/t/helio-desk/", **more)
    assert back.status_code == 200
    assert "<html" in back.content.decode()
    assert not back.wsgi_request.htmx
    assert {name for name in back.headers if name.startswith("HX-")} == set()
    assert len(back.content) == len(plain.content)


def test_html_says_that_it_depends_on_who_asks(olga):
    for answer in (olga.get(HERE), htmx(olga, "get", HERE), olga.get("/there-is-nothing/")):
        assert {"HX-Request", "HX-Target"} <= {name.strip() for name in answer["Vary"].split(",")}


def test_the_api_is_not_touched(world):
    answer = htmx(Client(), "get", "/api/v1/decisions")
    assert answer.status_code == 401
    assert answer["Content-Type"].startswith("application/problem+json")
    assert not [name for name in answer.headers if name.startswith("HX-")]
    assert "HX-Request" not in answer.get("Vary", "")


@there
@pytest.mark.parametrize("kind", ["whole", "streamed", "sent", "json"])
def test_files_are_not_touched(kind):
    browser = Client()
    answer = htmx(browser, "get", f"/there/file/?kind={kind}")
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert body in {b"%PDF-1.7", b"a,b\n", b"<!doctype html>", b'{"a": 1}'}
    assert not [name for name in answer.headers if name.startswith("HX-")]
    assert "HX-Request" not in answer.get("Vary", "")
    assert "It is done." in browser.get("/guide/").content.decode(), "told on the next page"
