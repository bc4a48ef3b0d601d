"""Acts over HTTP: what is wrong is said with 422 and what was typed, refusals are 403 and 409, and nothing is a 5xx."""

import re

import pytest
from django.core.cache import cache
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.rooms import CHURN, outcome, room, scoring
from tests.workshops.followed import Followed
from workshops import actions, fragments
from workshops.models import Ballot, Round, Seat

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture(autouse=True)
def fresh_minute():
    cache.clear()


def stage(r, **more):
    return {"stage": r.now().stage, **more}


def lead(r, name, data=None, **arguments):
    return r.client("felix").post(r.url(name, **arguments), stage(r, **(data or {})))


# --- a plain form is sent back to the room, htmx gets what it asked for


def test_a_vote_by_plain_form_goes_back_to_the_room_where_it_is_confirmed():
    r = scoring()
    opened = r.open()
    browser = r.client("ines")
    answer = browser.post(
        r.url("ballot", round_id=opened.pk), {"score": "-2", "confidence": "sure", "reason": "Weekly prices"}
    )
    assert (answer.status_code, answer["Location"]) == (302, r.url("room"))
    assert Ballot.objects.get().reason == "Weekly prices"
    page = browser.get(r.url("room")).content.decode()
    assert "Weekly prices" in page, "one's own ballot is shown to oneself"
    assert "Weekly prices" not in r.client("sam").get(r.url("room")).content.decode()


PARTIAL = re.compile(r'<hx-partial hx-target="#([^"]+)" hx-swap="outerMorph">(.*?)</hx-partial>', re.DOTALL)


def own_ballot(r, name):
    """As the stream and a fresh page have it."""
    seat = r.seat(name).pk
    return fragments.load_room(r.id).draw_own([seat])[seat]["ballot"]


def test_a_vote_by_htmx_gets_back_what_changes_on_the_ballot_and_nothing_else():
    r = scoring()
    opened = r.open()
    ines = r.client("ines")
    for score, lean in (("1", "leans fine-tuning"), ("-2", "strongly RAG")):
        answer = ines.post(r.url("ballot", round_id=opened.pk), {"score": score}, **HTMX)
        assert answer.status_code == 200
        assert len(answer.content) < 1000
        told = dict(PARTIAL.findall(answer.content.decode()))
        assert list(told) == [f"saved-{opened.pk}", f"cast-{opened.pk}"]
        assert lean in told[f"saved-{opened.pk}"]
        assert all(html in own_ballot(r, "ines") for html in told.values())
    assert Ballot.objects.get().confidence == "fairly"


@pytest.mark.parametrize("ahead", [False, True])
def test_a_ballot_taken_back_by_htmx_is_as_it_was_before_the_vote(ahead):
    r = room() if ahead else scoring()
    if ahead:
        actions.open_ahead(workshop_id=r.id, by=r.felix)
        opened, other = Round.objects.filter(workshop=r.id)[:2]
        r.vote("ines", other, -1)
    else:
        opened = r.open()
    before = own_ballot(r, "ines")
    for _turn in range(2):
        r.vote("ines", opened, 1, reason="Weekly prices")
        answer = r.client("ines").post(r.url("withdraw", round_id=opened.pk), **HTMX)
        assert (answer.status_code, answer["HX-Retarget"], answer["HX-Reswap"]) == (200, "#ballot", "outerMorph")
        assert answer.content.decode() == before == own_ballot(r, "ines")
    assert Ballot.objects.filter(round=opened).count() == 0


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_a_wrong_ballot_says_so_and_keeps_what_was_typed(headers):
    r = scoring()
    opened = r.open()
    typed = {"score": "3", "confidence": "sure", "reason": "Typed with care"}
    answer = r.client("ines").post(r.url("ballot", round_id=opened.pk), typed, **headers)
    assert answer.status_code == 422
    assert "Typed with care" in answer.content.decode()
    assert "score" in answer.context["ballot_form"].errors
    assert not Ballot.objects.exists()


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_a_vote_after_the_reveal_is_refused_with_its_text(headers):
    r = scoring()
    opened = r.open()
    r.reveal(opened)
    answer = r.client("ines").post(
        r.url("ballot", round_id=opened.pk), {"score": "1", "reason": "Too late, but dear to me"}, **headers
    )
    assert answer.status_code == 409
    assert "arrived after the reveal" in answer.content.decode()
    if headers:
        assert answer["HX-Retarget"] == "#notices", "the form stays as it is on the screen"
    else:
        assert "Too late, but dear to me" in answer.content.decode()


def test_an_observer_is_told_why_not():
    r = scoring()
    opened = r.open()
    answer = r.client("otto").post(r.url("ballot", round_id=opened.pk), {"score": "1"})
    assert answer.status_code == 403
    assert "Observers" in answer.content.decode()


def test_the_facilitators_acts_answer_plain_forms_and_htmx():
    r = scoring()
    browser = r.client("felix")
    assert browser.post(r.url("open_round"), stage(r, criterion=CHURN)).status_code == 302
    assert browser.post(r.url("timer"), {"seconds": "60"}, **HTMX).status_code in {200, 204}


def test_a_reveal_asks_first_while_ballots_are_missing():
    r = scoring()
    opened = r.open()
    r.vote("ines", opened, 1)
    asked = lead(r, "reveal", round_id=opened.pk)
    assert asked.status_code == 200
    opened.refresh_from_db()
    assert opened.state == "open"
    assert lead(r, "reveal", {"anyway": "1"}, round_id=opened.pk).status_code == 302
    opened.refresh_from_db()
    assert opened.state == "revealed"


def test_a_page_that_is_out_of_date_does_not_act():
    r = scoring()
    opened = r.open()
    old = {"stage": r.now().stage - 1, "anyway": "1"}
    for data in (
        old,
        {"anyway": "1"},
        {"stage": "", "anyway": "1"},
        {"stage": "²", "anyway": "1"},
        {"stage": "9" * 40},
    ):
        assert r.client("felix").post(r.url("reveal", round_id=opened.pk), {"anyway": "1", **data}).status_code == 409
    opened.refresh_from_db()
    assert opened.state == "open"


@pytest.mark.parametrize("what", ["lean", "why"])
def test_a_wrong_settlement_keeps_what_was_typed(what):
    r = scoring()
    opened = r.open()
    r.reveal(opened)
    typed = {"lean": "1", "why": "As agreed"} | ({"lean": "nine"} if what == "lean" else {"why": "x" * 2001})
    answer = lead(r, "settle", typed, round_id=opened.pk)
    assert answer.status_code == 422
    assert typed["why"][:9] in answer.content.decode()


def test_an_empty_note_is_none():
    r = scoring()
    opened = r.open()
    r.reveal(opened)
    assert r.client("ines").post(r.url("note", round_id=opened.pk), {"text": "  "}).status_code == 422


def test_the_meeting_by_plain_forms_from_the_precheck_to_the_record():
    r = scoring()
    browser = r.client("felix")
    browser.force_login(r.people.felix)
    for criterion in ("knowledge_churn", "audit_trust", "task_stability", "latency_cost", "data_sensitivity"):
        assert lead(r, "open_round", {"criterion": criterion}).status_code == 302
        opened = r.workshop.rounds.get(criterion=criterion)
        for name in ("ines", "sam", "daria"):
            assert r.client(name).post(r.url("ballot", round_id=opened.pk), {"score": "-1"}).status_code == 302
        assert lead(r, "reveal", round_id=opened.pk).status_code == 302
        assert lead(r, "settle", {"lean": "-1", "why": "All said so"}, round_id=opened.pk).status_code == 302
    assert lead(r, "phase", {"phase": "outcome"}).status_code == 302
    page = browser.get(r.url("room"))
    assert page.status_code == 200
    answer = browser.post(r.url("write_record"), stage(r, flip=["0", "1"]))
    assert answer.status_code == 302
    assert answer["Location"].endswith("/record/paper/")
    assert lead(r, "close").status_code == 302
    assert browser.get(r.url("room")).status_code == 200


def test_pages_and_pushes_say_the_same():
    """What the stream hands out is what a fresh page shows, fragment by fragment."""
    r = scoring()
    r.score("audit_trust", None, ines=-2, sam=2, daria=0)
    opened = r.open()
    r.vote("ines", opened, 1)
    for who, audience in (("ines", fragments.PARTICIPANT), ("felix", fragments.FACILITATOR)):
        page = " ".join(r.client(who).get(r.url("room")).content.decode().split())
        followed = Followed(r.id)
        told = r.client(who).get(r.url("state")).json()
        assert told["version"] == followed.loaded.version == r.now().version
        for name, html in followed.shown(audience).items():
            if name in {"controls", "manage"}:
                continue  # hold forms, whose tokens are each viewer's own
            assert " ".join(html.split()) in page, name
            assert told["fragments"][name] == html


# --- hostile input to every field


HOSTILE = [
    "\x00",
    "a\x00b",
    "\ud800",
    "\udfff",
    "e\u0301" * 50,
    "\u202e\u2066abc\u2069\u202c",
    "x" * 1_000_000,
    "<script>alert(1)</script>",
    "{{ 7 * 7 }}{% csrf_token %}",
    "=HYPERLINK(1)",
    "9" * 5000,
    "-" * 100,
    "1e309",
    "NaN",
    "٣",
    "%00%ff",
    "[]",
    '{"a": 1}',
    "\u0085\u2028\u2029",
    "\ufffe\uffff",
    "',\"`;--",
    "",
]


def acts(r, opened, revealed):
    """Every form of the room with all its fields: name, address, fields."""
    return [
        ("ines", r.url("ballot", round_id=opened.pk), {"score": "1", "confidence": "sure", "reason": "x"}),
        ("felix", r.url("phase"), {"stage": "1", "phase": "precheck"}),
        ("felix", r.url("situation"), {"sources_matter": "yes", "pre_check": "clearer_tools", "documents_drive": "on"}),
        ("felix", r.url("open_round"), {"stage": "1", "criterion": CHURN}),
        ("felix", r.url("reopen"), {"stage": "1", "criterion": CHURN}),
        ("felix", r.url("reveal", round_id=opened.pk), {"stage": "1", "anyway": "1"}),
        ("felix", r.url("settle", round_id=revealed.pk), {"stage": "1", "lean": "1", "why": "x"}),
        ("felix", r.url("settle", round_id=revealed.pk), {"stage": "1", "contested": "1", "why": "x"}),
        ("ines", r.url("note", round_id=revealed.pk), {"text": "x"}),
        ("felix", r.url("timer"), {"seconds": "60"}),
        ("felix", r.url("seat_role", seat_id=r.sam.pk), {"role": "legal", "is_observer": "on"}),
        ("felix", r.url("write_record"), {"stage": "1", "flip": "0", "risk": "x"}),
        ("stranger", f"/j/{r.workshop.join_token}/", {"name": "x", "role": "legal", "is_observer": "on"}),
        ("stranger", "/join/", {"code": "x"}),
    ]


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: ascii(value[:12]))
def test_no_field_takes_the_server_down(value):
    r = scoring()
    revealed = r.score("audit_trust", 1, ines=1)
    opened = r.open()
    wire = [value.encode("utf-8", "surrogatepass")]  # in a list: bytes alone would be sent number by number
    for who, address, fields in acts(r, opened, revealed):
        browser = r.client(None if who == "stranger" else who)
        for field in fields:
            cache.clear()
            if "stage" in fields:
                fields = {**fields, "stage": str(r.now().stage)}
            for sent in ({**fields, field: wire}, {**fields, field: wire * 2}):
                assert browser.post(address, sent).status_code < 500, (address, field)
    for who in ("ines", "felix"):
        for page in ("room", "state", "screen", "minutes"):
            assert r.client(who).get(r.url(page)).status_code in {200, 404}
    for name in Seat.objects.values_list("name", flat=True):
        assert "\x00" not in name


@pytest.mark.parametrize("charset", ["unicode_escape", "utf-7", "utf-16", "base64", "rot13", "idna", "nonsense"])
def test_no_charset_smuggles_in_what_cannot_be_stored(charset):
    r = scoring()
    opened = r.open()
    body = (
        b'--b\r\nContent-Disposition: form-data; name="score"\r\n\r\n1\r\n'
        b'--b\r\nContent-Disposition: form-data; name="reason"\r\n\r\n\\ud800 +2AA- \\x00\r\n--b--\r\n'
    )
    for address in (r.url("ballot", round_id=opened.pk), f"/j/{r.workshop.join_token}/"):
        for kind in (
            f"multipart/form-data; boundary=b; charset={charset}",
            f"application/x-www-form-urlencoded; charset={charset}",
        ):
            answer = r.client("ines").generic("POST", address, body, content_type=kind)
            assert answer.status_code < 500, (address, kind)


@pytest.mark.parametrize(
    "path", ["rounds/99999999999999999999999/ballot/", "rounds/0/ballot/", "seats/99999999999999999999/remove/"]
)
def test_numbers_that_are_no_row_are_not_there(path):
    r = scoring()
    who = "ines" if "ballot" in path else "felix"
    answer = r.client(who).post(f"{r.url('room')}{path}", {"score": "1"})
    assert answer.status_code in {404, 409}


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(max_size=400))
def test_a_reason_comes_back_as_it_was_typed_or_is_refused(text):
    import unicodedata

    r = test_a_reason_comes_back_as_it_was_typed_or_is_refused.room
    opened = r.workshop.rounds.get()
    answer = r.client("ines").post(
        r.url("ballot", round_id=opened.pk), {"score": "1", "reason": [text.encode("utf-8", "surrogatepass")]}
    )
    if answer.status_code == 302:
        stored = Ballot.objects.get(round=opened).reason
        assert unicodedata.is_normalized("NFC", stored)
        plain = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
        assert stored == unicodedata.normalize("NFC", plain.replace("\r\n", "\n").replace("\r", "\n")).strip()
    else:
        assert answer.status_code == 422


@pytest.fixture(autouse=True)
def _room_for_reasons(request):
    if request.node.originalname == "test_a_reason_comes_back_as_it_was_typed_or_is_refused":
        r = scoring()
        r.open()
        test_a_reason_comes_back_as_it_was_typed_or_is_refused.room = r


# --- the number of queries


def queries(r, who="ines", page="room") -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    browser = r.client(who)
    browser.get(r.url(page))  # what is looked up once a process is none of the page's
    with CaptureQueriesContext(connection) as counted:
        assert browser.get(r.url(page)).status_code == 200
    return len(counted)


def crowded(r, people):
    """So many more people in the room, each with ballots in two rounds."""
    from workshops.models import Round

    seats = Seat.objects.bulk_create(
        Seat(workshop=r.workshop, name=f"P{place}", role=("product", "security", "data")[place % 3])
        for place in range(people)
    )
    for round_ in Round.objects.filter(workshop=r.workshop):
        Ballot.objects.bulk_create(
            Ballot(round=round_, seat=seat, role=seat.role, score=seat.pk % 5 - 2, reason="because") for seat in seats
        )


@pytest.mark.parametrize("page", ["room", "screen", "state", "minutes"])
@pytest.mark.parametrize("who", ["ines", "felix"])
def test_a_page_of_the_room_asks_the_same_number_of_questions_for_3_and_for_200(page, who):
    r = scoring()
    r.score("audit_trust", None, ines=-2, sam=2)
    r.open()
    few = queries(r, who, page)
    crowded(r, 197)
    assert queries(r, who, page) == few
    assert few < 30


def test_so_does_the_outcome():
    r = outcome((-2, None, 0, 1, -1))
    few = queries(r, "felix")
    crowded(r, 197)
    assert queries(r, "felix") == few
    actions.close(workshop_id=r.id, by=r.felix)
    assert queries(r, "felix") <= few
