"""Searching and filtering the log: the same on every database, shared by address, in constant queries."""

import csv
import io
import random
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from decisions.base import typed_text as text
from decisions.ledger import append as ledger
from decisions.log import acts, search_index, summary
from decisions.log import listing as log
from decisions.log import search as search_module
from decisions.log.listing import Filters, page_of
from decisions.log.search import matches, terms_of
from decisions.models import Configuration, Decision, DecisionSummary, Record, RecordState, Revisit
from tests.decisions.trail.configurations import put_live
from tests.people import cast, decision

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return cast()


def found(team, **asked):
    return [line.summary.number for line in page_of(team, Filters(**asked)).lines]


def record_of(asked, *, state=RecordState.DRAFT, number=None, approach="rag", **content):
    return Record.objects.create(
        team=asked.team, decision=asked, state=state, number=number, approach=approach, content=content
    )


def test_words_are_found_in_title_question_context_tags_rationale_and_entries(world):
    asked = acts.create_decision(
        team=world.team, title="Support copilot", question="Retrieve runbooks?", context="Zürich tickets",
        tags=["emea"], by=world.felix,
    )  # fmt: skip
    record_of(asked, rationale="Freshness decides", title="Answer from retrieval")
    payload = {"fields": {"base_model_id": "llama-3.1-70b", "corpus_version": "runbooks@2026-11-01"}, "salt": "beef"}
    ledger.append(team=world.team, type="configuration", payload=payload, actor="pipeline", decision=asked)
    for query in (
        "SUPPORT",
        "copilot",
        "pilot",
        "runbook",
        "zurich",
        "ZÜRICH tick",
        "emea",
        "freshness",
        "answer from",
    ):
        assert found(world.team, q=query) == [1], query
    for query in ("llama-3", "70b", "runbooks@2026", "2026 copilot freshness"):
        assert found(world.team, q=query) == [1], query
    for query in ("elsewhere", "resh", "copilot absent", "ickets"):
        assert found(world.team, q=query) == [], query
    assert found(world.other_team, q="copilot") == []


@pytest.mark.parametrize("sign", ["℡", "𝐀𝐁", "Ⓐ", "ﬃ", "㎒", "ϒ", "İ", "ẞ"])
def test_a_sign_that_stands_for_letters_is_found_by_them_on_every_database(world, sign):
    decision(world.team, title=f"Line {sign} here")
    line = DecisionSummary.objects.get()
    for query in (sign, text.fold(sign), text.fold(sign).upper()):
        assert matches(terms_of(query), line.words, line.title_folded)
        assert found(world.team, q=query) == [1], query


def test_folding_twice_changes_nothing():
    odd = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    assert [char for char in odd if text.fold(text.fold(char)) != text.fold(char)] == []


def test_a_day_is_the_sites_day(world, settings):
    """Accepted in Auckland on the morning of the 19th, when UTC still has the 18th."""
    settings.TIME_ZONE = "Pacific/Auckland"
    asked = decision(world.team)
    Record.objects.create(
        team=world.team, decision=asked, state=RecordState.ACCEPTED, number=1, approach="rag", content={},
        accepted_at=datetime(2026, 11, 18, 20, tzinfo=UTC),
    )  # fmt: skip
    assert found(world.team, since=date(2026, 11, 19), until=date(2026, 11, 19)) == [1]
    assert found(world.team, until=date(2026, 11, 18)) == []


def test_a_query_without_any_word_finds_everything(world):
    decision(world.team)
    for query in ("", "   ", "%", "_", "*", '"', "'; --", "()"):
        assert found(world.team, q=query) == [1], query


@pytest.mark.parametrize(
    "query", ['"', 'a" OR "b', "NEAR(a b)", "a* b*", "co%lot", "co_ilot", "support:*", "!support", "a & b", "'"]
)
def test_signs_of_query_languages_are_only_signs(world, query):
    decision(world.team)
    terms = terms_of(query)
    line = DecisionSummary.objects.get()
    assert bool(found(world.team, q=query)) == matches(terms, line.words, line.title_folded)


@pytest.mark.parametrize("few", [8, search_module.FEW])
def test_search_means_the_same_on_every_database(world, monkeypatch, few):
    """Random corpora and queries, each answer compared with the definition in plain Python, in each way of asking."""
    monkeypatch.setattr(search_module, "FEW", few)
    pick = random.Random(20261122)
    letters = ["ab", "abc", "abcd", "b", "bcd", "70b", "ÄB", "straße", "日本語", "日本", "ελλ", "ελλάς", "x9", "9", "é"]
    for _number in range(60):
        acts.create_decision(
            team=world.team,
            title=" ".join(pick.choices(letters, k=3)),
            question="-".join(pick.choices(letters, k=4)),
            tags=list({pick.choice(letters).lower()}),
            by=world.felix,
        )
    lines = {line.number: line for line in DecisionSummary.objects.all()}
    hits = 0
    for _trial in range(200):
        query = " ".join(word[: pick.randint(1, len(word))] for word in pick.choices(letters, k=pick.randint(1, 3)))
        expected = [
            number
            for number, line in sorted(lines.items(), reverse=True)
            if matches(terms_of(query), line.words, line.title_folded)
        ]
        assert [line.summary.number for line in page_of(world.team, Filters(q=query), size=100).lines] == expected, (
            query
        )
        hits += len(expected)
    assert hits > 500, "the queries find something"


def test_an_entry_on_a_busy_decision_costs_no_rereading(world, django_assert_max_num_queries):
    asked = decision(world.team)
    for number in range(30):
        ledger.append(team=world.team, type="configuration", payload={"n": f"word{number}"}, actor="p", decision=asked)
    with django_assert_max_num_queries(16):
        ledger.append(team=world.team, type="configuration", payload={"n": "newest"}, actor="p", decision=asked)
    assert found(world.team, q="word29 newest") == [1]
    before = DecisionSummary.objects.get().words
    summary.refresh_all()
    assert sorted(DecisionSummary.objects.get().words.split()) == sorted(before.split())


def test_a_decision_with_more_words_than_fit_keeps_the_rest_findable(world, monkeypatch):
    monkeypatch.setattr(summary, "MOST_BYTES", 300)
    asked = decision(world.team)
    for number in range(100):
        ledger.append(team=world.team, type="note", payload={"n": f"word{number:03}"}, actor="p", decision=asked)
    assert found(world.team, q="support") == [1]
    asked.refresh_from_db()
    summary.refresh(asked.pk, read_log=True)
    assert found(world.team, q="support word099") == [1], "the newest words stay"
    ledger.append(team=world.team, type="note", payload={"n": "freshest"}, actor="p", decision=asked)
    assert found(world.team, q="support freshest") == [1], "and a full line takes in what is new"


def test_filters_narrow_and_combine(world):
    today = timezone.localdate()
    first = decision(world.team, title="First")
    second = decision(world.team, title="Second", owner=world.mina)
    decision(world.team, title="Third")
    accepted = record_of(
        first, state=RecordState.ACCEPTED, number=1, approach="hybrid",
        owners=[{"role": "product", "name": "Ines Weber"}, {"role": "data", "name": "Inés Ruiz"}],
    )  # fmt: skip
    Revisit.objects.create(decision=first, record=accepted, due_on=today - timedelta(days=1))
    draft = record_of(second, approach="rag")
    Revisit.objects.create(decision=second, record=draft, due_on=today + timedelta(days=10))
    acts.reword(
        decision=second,
        version=1,
        title="Second",
        question="Q?",
        context="",
        tags=["eu"],
        owner=world.mina,
        by=world.olga,
    )
    assert found(world.team) == [3, 2, 1]
    assert found(world.team, approach="hybrid") == [1]
    assert found(world.team, status="draft") == [2]
    assert found(world.team, status="open") == [3]
    assert found(world.team, owner="ines") == [1]
    assert found(world.team, owner="Ines Weber") == [1]
    assert found(world.team, owner="weber") == [1], "by any of the names"
    assert found(world.team, owner="ruiz") == [1]
    assert found(world.team, owner="eber") == []
    assert found(world.team, owner="mina") == [2]
    assert found(world.team, tag="EU") == [2]
    assert found(world.team, revisit="overdue") == [1]
    assert found(world.team, revisit="soon") == [2]
    assert found(world.team, revisit="planned") == [2, 1]
    assert found(world.team, revisit="none") == [3]
    assert found(world.team, sort="due") == [1, 2]
    assert found(world.team, since=today + timedelta(days=1)) == []
    assert found(world.team, until=today, status="accepted", q="first") == [1]


def test_an_overdue_revisit_stands_out_and_a_held_one_does_not(client, world):
    asked = decision(world.team)
    accepted = record_of(asked, state=RecordState.ACCEPTED, number=1)
    revisit = Revisit.objects.create(decision=asked, record=accepted, due_on=date(2020, 1, 1))
    client.force_login(world.mina)
    assert "overdue</strong>" in client.get("/t/helio-desk/").content.decode()
    revisit.held_at = timezone.now()
    revisit.save()
    assert "overdue</strong>" not in client.get("/t/helio-desk/").content.decode()


def test_a_superseded_record_gives_way_to_the_one_that_stands(world):
    asked = decision(world.team)
    record_of(asked, state=RecordState.ACCEPTED, number=2, approach="hybrid")
    record_of(asked, state=RecordState.SUPERSEDED, number=1, approach="rag")
    record_of(asked, state=RecordState.DRAFT, approach="prompt_only")
    line = DecisionSummary.objects.get()
    assert (line.status, line.approach) == ("accepted", "hybrid")


@pytest.mark.parametrize("sort", ["newest", "due"])
def test_pages_show_every_decision_once(world, sort):
    today = timezone.localdate()
    for number in range(23):
        asked = decision(world.team, title=f"Decision {number}")
        kept = record_of(asked)
        Revisit.objects.create(decision=asked, record=kept, due_on=today + timedelta(days=number % 4))
    seen, after = [], ""
    while True:
        page = page_of(world.team, Filters(sort=sort, after=after), size=5)
        seen += [line.summary.number for line in page.lines]
        if not page.next_address:
            break
        last = page.lines[-1].summary
        after = f"{last.revisit_on},{last.number}" if sort == "due" else str(last.number)
    assert sorted(seen) == list(range(1, 24))
    assert len(seen) == 23


def test_the_address_of_the_next_page_keeps_the_search(client, world):
    for _number in range(32):
        decision(world.team)
    client.force_login(world.mina)
    page = client.get("/t/helio-desk/?q=copilot&status=open").content.decode()
    assert "?q=copilot&amp;status=open&amp;after=3" in page
    older = client.get("/t/helio-desk/?q=copilot&status=open&after=3").content.decode()
    assert "/d/2/" in older
    assert "/d/3/" not in older


def test_the_list_goes_away_as_csv_whole_and_as_it_was_filtered(client, world, monkeypatch):
    monkeypatch.setattr(log, "BATCH", 4)
    for number in range(10):
        decision(world.team, title=f"Copilot {number}")
    decision(world.team, title="=HYPERLINK(1)", owner=world.mina)
    client.force_login(world.mina)
    assert 'href="/t/helio-desk/decisions.csv?q=copilot"' in client.get("/t/helio-desk/?q=copilot").content.decode()

    def given(asked):
        text = b"".join(client.get(f"/t/helio-desk/decisions.csv{asked}").streaming_content).decode()
        return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))

    assert [row["number"] for row in given("")] == [str(number) for number in range(11, 0, -1)]
    assert len(given("?q=copilot")) == 11, "the question has the word"
    assert [row["title"] for row in given("?owner=mina")] == ["'=HYPERLINK(1)"]
    assert given("?owner=mina")[0]["address"].endswith("/t/helio-desk/d/11/")


def test_the_list_takes_as_many_queries_for_many_as_for_few(client, world):
    client.force_login(world.mina)
    counts = {}
    for size in (1, 40):
        while Decision.objects.filter(team=world.team).count() < size:
            acts.create_decision(
                team=world.team, title="Copilot", question="Q?", tags=["a", "b"], owner=world.mina, by=world.olga
            )
        for address in ("", "?q=copilot", "?q=copilot&owner=mina&tag=a&status=open"):
            with CaptureQueriesContext(connection) as queries:
                assert client.get(f"/t/helio-desk/{address}").status_code == 200
            counts.setdefault(address, set()).add(len(queries))
    assert all(len(numbers) == 1 for numbers in counts.values()), counts
    assert max(max(numbers) for numbers in counts.values()) <= 10


@pytest.mark.parametrize(
    "address",
    [
        "q=%00", "q=" + "x" * 201, "approach=no", "status=no", "revisit=no", "sort=no", "since=yesterday",
        "until=2026-13-01", "after=x", "after=99999999999", "after=2026-01-01,3", "sort=due&after=3",
        "sort=due&after=2026-02-31,3", "sort=due&after=2026-01-01,99999999999", "owner=%00", "tag=%07",
        "after=%D9%A3", "since=99999-01-01",
    ],
)  # fmt: skip
def test_addresses_that_ask_for_nonsense_are_told_so(client, world, address):
    decision(world.team)
    client.force_login(world.mina)
    answer = client.get(f"/t/helio-desk/?{address}")
    assert answer.status_code == 422
    assert "errorlist" in answer.content.decode()


def test_what_is_derived_can_be_made_anew_from_what_is_kept(world):
    asked = decision(world.team, title="Support copilot")
    row = put_live(asked)
    before = DecisionSummary.objects.values("status", "approach", "words").get()
    Configuration.objects.all().delete()
    DecisionSummary.objects.all().delete()
    call_command("rebuild_log", "--team", "helio-desk", stdout=io.StringIO())
    again = Configuration.objects.get()
    assert (again.public_id, again.live_from, again.entry_id) == (row.public_id, row.live_from, row.entry_id)
    after = DecisionSummary.objects.values("status", "approach", "words").get()
    assert sorted(after.pop("words").split()) == sorted(before.pop("words").split())
    assert after == before
    assert found(world.team, q="llama") == [1]
    with pytest.raises(CommandError):
        call_command("rebuild_log", "--team", "nobody")


def test_search_survives_without_its_tables(world):
    """As on a SQLite without FTS5: the same is found, by reading."""
    decision(world.team, title="Support copilot")
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        for name in ("new", "gone", "words", "title"):
            cursor.execute(f"DROP TRIGGER summary_found_{name}")
        for name in (search_module.WORDS_TABLE, search_module.TITLE_TABLE):
            cursor.execute(f"DROP TABLE {name}")
    search_module.has_fts5.cache_clear()
    try:
        assert not search_index.is_whole("default")
        assert found(world.team, q="supp copil") == [1]
        assert found(world.team, q="opilo") == [1]
        assert found(world.team, q="absent") == []
    finally:
        search_index.install("default")
        search_module.has_fts5.cache_clear()
    assert found(world.team, q="supp copil") == [1], "rows from before are in the new tables"
