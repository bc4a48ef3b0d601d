"""Each statement of an outcome and of a record is traced to what somebody said, did or wrote in a random workshop.

`SAID_WORKSHOPS` sets how many workshops are played (30 unless told; a long run plays 300). A new part of the record needs
a row in `TRACED`: what has none is a claim without a source, and fails.
"""

import html
import io
import json
import os
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from decisions import records
from decisions.exports.markdown import render_markdown
from decisions.exports.pdf.pool import render_pdf
from decisions.exports.sources import lines_of
from decisions.framework.answers import NOT_ASKED, SITUATION_KEYS
from decisions.framework.precheck import FIX_FIRST
from decisions.framework.recommendation import recommend
from decisions.framework.rule import every_way, read
from decisions.framework.settling import needs_reason
from decisions.framework.told import answer_lines
from tests.decisions.records.workshops_at_random import ROLES, Journal, play
from workshops.board import shared_board
from workshops.models import Minute

pytestmark = pytest.mark.django_db
WORKSHOPS = int(os.environ.get("SAID_WORKSHOPS", "30"))
Document = dict[str, Any]
Tracer = Callable[[Any, Journal, Document], None]


# --- the situation: said by somebody, or said to be not asked


def situation(lines: Any, journal: Journal, _document: Document) -> None:
    assert set(lines) == set(SITUATION_KEYS)
    for key, line in lines.items():
        said = journal.answers.get(key)
        assert line["value"] == said, f"{key}: not what was answered"
        if said is None:
            assert (line["by"], line["at"]) == ("", None), f"{key}: nobody answered, yet somebody is named"
        else:
            noted = [minute for minute in of(journal, "answered_situation") if minute.detail["said"].get(key) == said]
            assert (line["by"], line["at"]) in {(one.who, utc(one)) for one in noted}, f"{key}: no minute says so"
        assert line["counted_as"] == counted(key, said, journal), f"{key}: not what the rule counts"


def counted(key: str, said: Any, journal: Journal) -> Any:
    """What the rule counts, asked of the rule's own reading where it reads the leans."""
    if key not in ("behaviour_dominates", "sources_matter"):
        plain = NOT_ASKED[key] if said is None else said
        return list(plain) if isinstance(plain, tuple) else plain
    answers = journal.as_answers()
    readings = [read(leans, answers.situation) for leans in every_way(answers)]
    found = {it.dominates if key == "behaviour_dominates" else it.sources for it in readings}
    return found.pop() if len(found) == 1 else None


# --- criteria: ballots that were cast, settlements that were made


def criteria(rows: Any, journal: Journal, _document: Document) -> None:
    for row in rows:
        key, end, number = row["key"], journal.end(row["key"]), journal.last(row["key"])
        cast = journal.ballots.get((key, number), {})
        assert row["rounds"] == number
        expected = "unanswered" if end is None or (end.lean is None and not cast) else "contested"
        assert row["state"] == ("settled" if end is not None and end.lean is not None else expected)
        assert row["lean"] == (end.lean if end else None)
        assert (row["settled_by"], row["why"]) == ((end.by, end.why) if end else ("", ""))
        if end is not None and end.lean is not None and needs_reason(end.lean, journal.scores(key)):
            assert row["why"], f"{key}: against the ballots without a word"
        if end is not None:
            act = "settled" if end.lean is not None else "left_contested"
            minutes = [one.detail for one in of(journal, act) if one.detail["criterion"] == key]
            assert any(one["round"] == number and one["why"] == end.why for one in minutes), f"{key}: no minute"
        assert sorted(ballot["score"] for ballot in row["ballots"]) == journal.scores(key)
        for ballot in row["ballots"]:
            assert any(shows(ballot, name, *said) for name, said in cast.items()), f"{key}: nobody cast {ballot}"
        for number_, one in enumerate(row["earlier"], start=1):
            before, then = journal.ends.get((key, number_)), journal.ballots[key, number_]
            assert one["lean"] == (before.lean if before else None)
            assert one["why"] == (before.why if before else ""), f"{key}: nobody said so of round {number_}"
            assert sorted(ballot["score"] for ballot in one["ballots"]) == sorted(cast_[0] for cast_ in then.values())
            assert all(any(shows(b, name, *said) for name, said in then.items()) for b in one["ballots"])
        if not cast:
            assert (row["median"], row["low"], row["high"]) == (None, None, None)
        else:
            assert (row["low"], row["high"]) == (min(journal.scores(key)), max(journal.scores(key)))


def shows(ballot: dict[str, Any], name: str, score: int, sure: str, reason: str) -> bool:
    """Whether this is that person's ballot, as far as the room shows it."""
    return (
        ballot["score"] == score
        and ballot["name"] in ("", name.capitalize())
        and ballot["role"] in ("", ROLES[name])
        and ballot["confidence"] in ("", sure)
        and ballot["reason"] in ("", reason)
    )


# --- people: who took a seat


def attendees(rows: Any, journal: Journal, _document: Document) -> None:
    joined = {(minute.who, minute.detail["role"]) for minute in of(journal, "joined")} | {("Felix", "other")}
    assert {(row["name"], row["role"]) for row in rows} <= joined


def owners(rows: Any, journal: Journal, _document: Document) -> None:
    seats = {(name.capitalize(), role) for name, role in ROLES.items()}
    assert all((row["name"], row["role"]) in seats for row in rows if row["name"])


# --- the rule: its words about what was said, and about nothing else


def by_the_rule(_value: Any, journal: Journal, document: Document) -> None:
    content = document["content"]
    result = recommend(journal.as_answers())
    assert content["recommended_approach"] == result.approach
    assert (content["path"], content["clause"]) == (result.path, result.clause)
    assert content["recommendation_status"] == result.status
    assert content["reasons"] == [str(reason) for reason in result.reasons]
    assert content["flags"] == list(result.flags)
    assert content["fragile"] == [str(flip.text) for flip in result.fragile]
    said = {"consistent behaviour": "behaviour_dominates", "sources": "sources_matter"}
    for reason in content["reasons"]:
        if reason.startswith("The room said that "):
            assert any(word in reason and key in journal.answers for word, key in said.items()), reason


# --- what people write: an edit, or a proposal of the framework that nobody has touched


def written(_value: Any, journal: Journal, document: Document) -> None:
    content = document["content"]
    for key in WRITTEN:
        edits = [changes[key] for _section, changes in journal.edits if key in changes]
        sources = content["provenance"].get(key, [])
        taken_over = [source for source in sources if source["act"] == "kept"]
        assert not taken_over or any(key in records.SECTIONS[section] for section in journal.kept), (
            f"{key}: kept by none"
        )
        kinds = {source["kind"] for source in sources if source not in taken_over}
        if edits:
            assert without_limits(content[key]) == without_limits(records.clean(key, edits[-1])), (
                f"{key}: not as written"
            )
            # who writes what the rule says anyway has chosen nothing else
            follows = {"rule"} if key == "approach" and content[key] == content["recommended_approach"] else set()
            assert kinds <= {"written"} | follows, f"{key}: written, and said to be {kinds}"
        else:
            assert kinds <= {"proposed", "rule", "said"}, f"{key}: nobody wrote it, and it is said to be {kinds}"
        if not edits and key in ("rationale", "scope"):
            assert content[key] == "", f"{key}: nobody's words"
    if not any(section == "decision" for section, _changes in journal.edits):
        assert content["approach"] == content["recommended_approach"]


def without_limits(value: Any) -> Any:
    """Without what is read out of a gate, which nobody types."""
    return [{name: part for name, part in row.items() if name != "limit"} for row in value] if rows(value) else value


def rows(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(row, dict) for row in value)


def provenance(sources: Any, journal: Journal, document: Document) -> None:
    """Who is named as having said or written a line took part, or edited the record."""
    names = {minute.who for minute in Minute.objects.filter(workshop=journal.room.workshop)}
    for key, lines in sources.items():
        for source in lines:
            assert source["kind"] in ("said", "written", "proposed", "rule", "open"), source
            assert source["by"] in {"", *names}, f"{key}: {source['by']} was not there"
            if source["kind"] in ("proposed", "rule", "open"):
                assert (source["by"], source["at"]) == ("", ""), f"{key}: a proposal in somebody's name"


def repairs(rows_: Any, journal: Journal, _document: Document) -> None:
    named = journal.answers.get("pre_check") or []
    assert [row["key"] for row in rows_] == [item.key for item in FIX_FIRST if item.key in named]
    assert all((row["owner"], row["by"]) == ("", "") for row in rows_)


def scope(value: Any, journal: Journal, _document: Document) -> None:
    edits = [changes["scope"] for section, changes in journal.edits if section == "decision"]
    assert value == (edits[-1] if edits else "")


def flip_signals(rows: Any, journal: Journal, _document: Document) -> None:
    edits = [changes["flip_signals"] for section, changes in journal.edits if section == "flip_signals"]
    if edits:
        assert rows == edits[-1]


def asked(value: Any, journal: Journal, _document: Document) -> None:
    decision = journal.room.workshop.decision
    assert (value["title"], value["question"]) == (decision.title, decision.question)


def minutes(rows: Any, journal: Journal, _document: Document) -> None:
    """The room's lines are its minutes; the record's own come after them."""
    acts = {(one.who, utc(one)) for one in Minute.objects.filter(workshop=journal.room.workshop)}
    people = {name for name, _at in acts}
    assert all((row["who"], row["at"]) in acts or row["who"] in people for row in rows)


def signatures(rows: Any, journal: Journal, _document: Document) -> None:
    for row in rows:
        position, note = journal.signatures.get(row["role"], ("pending", ""))
        assert (row["position"], row["note"]) == (position, note)
        assert bool(row["at"]) is (position != "pending")


def of_the_record(_value: Any, _journal: Journal, _document: Document) -> None:
    """Its number, state, salt, framework and fingerprint: nobody's words."""


WRITTEN = (
    *("title", "rationale", "risk_summary", "fallback", "metrics", "phase_one", "backlog"),
    *("assumptions", "guardrails", "risks", "failure_modes", "approach"),
)
RULE = (*("path", "clause", "recommendation_status", "recommended_approach", "reasons", "flags", "fragile"),)
TRACED: dict[str, Tracer] = {
    "content.situation": situation,
    "content.criteria": criteria,
    "content.attendees": attendees,
    "content.owners": owners,
    "content.scope": scope,
    "content.provenance": provenance,
    "content.repairs": repairs,
    "content.flip_signals": flip_signals,
    "content.decision": asked,
    "minutes": minutes,
    "sign_offs": signatures,
    **{f"content.{key}": by_the_rule for key in RULE},
    **{f"content.{key}": written for key in WRITTEN},
    **{f"content.{key}": of_the_record for key in ("format", "salt", "team", "lang", "framework", "revisit")},
    **dict.fromkeys(("format", "record", "anchor", "configuration"), of_the_record),
}


def of(journal: Journal, act: str) -> list[Minute]:
    """The minutes of one kind."""
    return list(Minute.objects.filter(workshop=journal.room.workshop, act=act))


def utc(minute: Minute) -> str:
    return f"{minute.at:%Y-%m-%dT%H:%M:%SZ}"


def traced(document: Document, journal: Journal) -> None:
    """Every part of the document by the row that knows where it comes from."""
    parts = {f"content.{key}": value for key, value in document["content"].items()}
    parts |= {key: value for key, value in document.items() if key != "content"}
    assert set(parts) == set(TRACED), "a part of the record without a source, or a source without its part"
    done: set[Tracer] = set()
    for name, value in parts.items():
        tracer = TRACED[name]
        if tracer not in done or tracer not in (by_the_rule, written):
            tracer(value, journal, document)
            done.add(tracer)


def traced_outcome(journal: Journal) -> None:
    """What the outcome page says of the room."""
    board = shared_board(journal.room.id)
    outcome = board.outcome
    assert outcome.answers.as_dict()["situation"] == journal.as_answers().as_dict()["situation"]
    assert outcome.recommendation.as_dict() == recommend(journal.as_answers()).as_dict()
    lines = records.clean("situation", {key: journal.answers.get(key) for key in SITUATION_KEYS})
    for (question, told), (key, line) in zip(outcome.answered, lines.items(), strict=True):
        line["counted_as"] = counted(key, line["value"], journal)
        [(again, words, _line)] = answer_lines({key: line})
        assert (question, told) == (str(again), str(words))
        assert ("not asked" in told) is (journal.answers.get(key) is None)
    for one in board.criteria:
        end = journal.end(one.key)
        if end is not None and end.lean is not None:
            assert one.round.settled_words.startswith(f"settled by {end.by}")
            against = needs_reason(end.lean, journal.scores(one.key))
            assert ("because" in one.round.settled_words) is against


# --- what prints: the same statements as the data, each proposal marked as one

# key -> where its words stand in a line
PRINTED = {
    **dict.fromkeys(("title", "risk_summary", "phase_one", "backlog", "guardrails"), ""),
    **{"metrics": "name", "assumptions": "text", "flip_signals": "signal", "risks": "text", "failure_modes": "text"},
}


def squeezed(text: str) -> str:
    """The letters of a text: neither its line breaks and escapes nor the hyphens that print adds."""
    return re.sub(r"[\s\\\u00ad\u2010\u2011-]+", "", html.unescape(text))


def traced_print(text: str, document: Document) -> None:
    """Nothing is printed that the data, traced above, does not hold; a proposal is marked, and nothing else is."""
    content, printed = document["content"], squeezed(text)
    own = re.compile(r"\b[a-z]+ number [0-9]+\b")
    assert set(own.findall(" ".join(text.replace("\\", "").split()))) <= set(own.findall(json.dumps(document)))
    for key, column in PRINTED.items():
        for line, source in zip(lines_of(content, key), content["provenance"][key], strict=True):
            words = squeezed(line[column] if column else line)
            assert (f"{words}(proposed)" in printed) is (source["kind"] == "proposed"), f"{key}: {line}"
    people = {source["by"] for sources in content["provenance"].values() for source in sources}
    assert all(squeezed(one) in printed for one in people), "an appendix without who said it"


PLAYED = settings(
    max_examples=WORKSHOPS,
    deadline=None,
    print_blob=True,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a workshop takes too long to be made smaller
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
)


@PLAYED
@given(st.data())
def test_every_statement_is_traced_to_what_somebody_said(data):
    with transaction.atomic():
        journal, record = play(data.draw)
        document = records.document_of(record)
        traced(document, journal)
        traced_print(render_markdown(document), document)
        traced_outcome(journal)
        transaction.set_rollback(True)


@pytest.mark.once
@settings(PLAYED, max_examples=max(2, WORKSHOPS // 10))
@given(st.data())
def test_every_statement_of_the_pdf_and_its_appendix_is_in_the_data(data):
    with transaction.atomic():
        _journal, record = play(data.draw)
        document = records.document_of(record)
        pages = PdfReader(io.BytesIO(render_pdf(document))).pages
        traced_print("\n".join(page.extract_text() for page in pages), document)
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    "claim",
    [
        lambda content: content["situation"]["update_owner"].update(value=True, by="Felix"),
        lambda content: content["criteria"][0].update(lean=1, state="settled"),
        lambda content: content["criteria"][0]["ballots"].append(
            {"name": "Ines", "role": "product", "score": -2, "confidence": "sure", "reason": "Never said."}
        ),
        lambda content: content["attendees"].append({"name": "Nobody", "role": "legal"}),
        lambda content: content["reasons"].append("The group said that sources matter."),
        lambda content: content.update(rationale="We all agreed."),
        lambda content: content.update(promised="Something new."),
    ],
)
def test_a_claim_that_nobody_made_is_found(claim):
    """The tracing is no formality: each of these is noticed."""
    from tests.rooms import room
    from workshops import actions

    made = room()
    made.go("precheck")
    made.go("outcome")
    record = actions.write_record(workshop_id=made.id, flips=[0], risks=[], by=made.felix, user=made.people.felix)
    document = records.document_of(record)
    traced(document, Journal(made))
    claim(document["content"])
    with pytest.raises(AssertionError):
        traced(document, Journal(made))
