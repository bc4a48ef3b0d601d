"""Page one is one page, whatever was typed, and nothing that was typed is lost."""

import io
import json
import re
from pathlib import Path

import pypdf
import pytest

from decisions.exports import canonical
from tests.decisions.exports import documents
from tests.decisions.exports.conftest import EXTREMES, RANDOM


def text_of(path, *pages):
    reader = pypdf.PdfReader(path)
    chosen = [reader.pages[index] for index in pages] if pages else reader.pages
    return " ".join(" ".join(page.extract_text().replace("\u200b", "").split()) for page in chosen)


def test_every_record_prints_on_one_page_in_at_most_five_layouts(printed):
    assert len(printed) >= RANDOM + len(EXTREMES) + 4
    for key, made in printed.items():
        assert made["page_one_pages"] == 1, key
        assert made["renders"] <= 5, key


def test_page_one_says_what_was_decided_and_how_to_check_it(printed):
    document = documents.support_copilot()
    for paper in ("A4", "Letter"):
        made = printed["support_copilot", paper]
        said = text_of(made["path"], 0)
        for wanted in (
            "DR-0001",
            "revision 3",
            "Accepted",
            "Answer support questions from retrieval first",
            "Retrieval-augmented generation (RAG)",
            "Decline and hand over",
            "Follows the recommendation: three or more criteria lean RAG.",
            "Accepted risk:",
            "Strongly RAG",
            "Either way",
            "≥ 90 %",
            "< 82 %",
            "Data, check by 15 Dec 2026",
            "Flip signals",
            "A search index becomes a production service with a rota",
            "Dissents",
            "Agrees with a condition",
            "I commit to the decision.",
            "18 Feb 2027",
            "a new data warehouse",
            canonical.grouped(document["record"]["content_hash"]),
            canonical.grouped(made["digest"]),
            "Audit log helio-desk, entry 17",
        ):
            assert wanted in said, wanted


def test_the_data_is_attached_and_hashes_to_what_the_page_prints(printed):
    made = printed["support_copilot", "A4"]
    reader = pypdf.PdfReader(made["path"])
    data = reader.attachments["record.json"][0]
    assert data == canonical.record_json(documents.support_copilot())
    assert canonical.digest(data) == made["digest"]
    assert canonical.content_hash(json.loads(data)["content"]) == json.loads(data)["record"]["content_hash"]
    files = reader.trailer["/Root"]["/AF"]
    assert [entry.get_object()["/AFRelationship"] for entry in files] == ["/Source"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("draft", "Draft. Not in force"),
        ("in_sign_off", "In sign-off: 2 of 3 owners have responded"),
        ("superseded", "Superseded by DR-0002"),
        ("withdrawn", "Withdrawn. Kept for reference"),
    ],
)
def test_what_is_not_in_force_says_so_at_the_top(printed, name, said):
    assert said in text_of(printed[name, "A4"]["path"], 0)
    assert said not in text_of(printed["support_copilot", "A4"]["path"], 0)


def test_open_criteria_are_words_and_never_numbers(printed):
    said = text_of(printed["draft", "A4"]["path"], 0)
    assert "Contested" in said
    assert "Not answered" in said
    assert "3 RAG, 2 open" in said
    assert "Not signed yet" in said


def test_what_is_cut_stands_whole_in_the_appendix(printed):
    name = "forty long items"
    whole = dict(documents.extremes())[name]["content"]["rationale"]
    for made in [made for (found, _paper), made in printed.items() if found == name]:
        assert made["cut"]
        front, back = text_of(made["path"], 0), text_of(made["path"], *range(1, made["pages"]))
        assert "…" in front
        assert re.search(r"\+ \d+ more in Appendix A", front)
        assert {"title", "question", "rationale", "risk"} <= set(made["cut"])
        assert whole in back
        assert back.count(whole) > 100  # 37 and more items of each list


def test_a_dissent_is_never_the_one_left_to_the_appendix(printed):
    made = next(made for (found, _paper), made in printed.items() if found == "forty long items")
    assert "Dissents" in text_of(made["path"], 0)


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_the_longest_record_that_input_allows_loses_nothing_that_owners_rely_on(printed, paper):
    document, made = documents.longest(), printed["longest", paper]
    content, front = document["content"], text_of(made["path"], 0)

    notes = [one["note"] for one in document["sign_offs"]]
    assert {len(note) for note in notes} == {400}
    assert front.count(notes[0]) == len(notes) == 8
    for one in document["sign_offs"]:
        assert one["name"] in front
    assert len(content["metrics"]) == 10
    for metric in content["metrics"]:
        assert metric["name"] in front
        assert metric["gate"].replace(">=", "≥").replace("<=", "≤") in front
    assert len(content["fallback"]["text"]) == 300
    for whole in (
        content["fallback"]["label"],
        content["fallback"]["text"],
        content["scope"],
        *(text for flip in content["flip_signals"] for text in flip.values()),
        "Accepted by Mara Okonkwo, 18 Nov 2026, 15:04 UTC",
        document["record"]["url"],
        "18 Feb 2027",
    ):
        assert " ".join(whole.split()) in front
    kept = ("note", "fallback", "metric", "flips", "scope")
    assert [key for key in made["cut"] if key.startswith(kept)] == []


def test_earlier_rounds_what_is_fragile_and_a_lean_against_the_ballots_are_on_page_one(printed):
    front = text_of(printed["two_rounds", "A4"]["path"], 0)
    assert "faint: earlier rounds" in front
    assert "Fragile: Were data sensitivity to lean one step less to RAG" in front
    assert "Settled by Ines Weber against 6 of 7 votes, because: Of the two products that will use it" in front
    plain = text_of(printed["support_copilot", "A4"]["path"], 0)
    assert "faint: earlier rounds" not in plain
    assert "Settled by" not in plain


def test_what_is_fixed_first_stands_with_who_and_when_and_no_empty_criteria(printed):
    front = text_of(printed["fix_first", "A4"]["path"], 0)
    assert "Fix first" in front
    assert "Index the body of pages, not their titles · Luca Ferri, by 18 Dec 2026" in front
    for empty in ("Why: the five criteria", "Not answered", "Evaluation", "Flip signals", "None recorded"):
        assert empty not in front


def test_nothing_leaves_page_one_while_there_is_room(printed):
    front = text_of(printed["support_copilot", "A4"]["path"], 0)
    for mode in documents.support_copilot()["content"]["failure_modes"]:
        assert mode["text"] in front
    assert "Appendix A" not in front
    assert "✓" not in front  # a tick says done
    for key, made in printed.items():
        if made["level"].startswith("g") and "used" in made:
            assert made["used"] > 0.93, (key, made)


def test_a_missing_glyph_is_a_box_and_the_page_says_so(printed):
    made = next(made for (found, _paper), made in printed.items() if found == "emoji")
    front = text_of(made["path"], 0)
    assert "are in no font of this file and print as □; record.json has them." in front
    assert "U+" in front
    attached = pypdf.PdfReader(made["path"]).attachments["record.json"][0]
    assert "🚀".encode() in attached
    assert "print as □" not in text_of(printed["support_copilot", "A4"]["path"], 0)


def test_a_signature_on_another_text_is_shown_as_void():
    from decisions.exports.pdf import page_one as page
    from decisions.exports.pdf.fonts import Glyphs

    document = documents.support_copilot()
    document["sign_offs"][0]["content_hash"] = "0" * 64
    laid = page.build(document, Glyphs())
    owners = {owner.name: owner for owner in laid.lists["owners"].rows}
    assert owners["Ines Weber"].position == "pending"
    assert "no longer counts" in owners["Ines Weber"].note.full
    assert owners["Aiko Tanabe"].position == "dissent"


def test_typed_markup_is_text_and_the_file_holds_no_outside_reference(printed):
    for made in (made for (found, _paper), made in printed.items() if found in ("HTML", "CSS and SVG")):
        if "path" not in made:
            continue
        reader = pypdf.PdfReader(io.BytesIO(Path(made["path"]).read_bytes()))
        assert list(reader.attachments) == ["record.json"]
        links = [
            annotation.get_object()["/A"]["/URI"]
            for page in reader.pages
            for annotation in page.get("/Annots", [])
            if "/A" in annotation.get_object()
        ]
        assert set(links) <= {documents.support_copilot()["record"]["url"]}
        assert "root:" not in text_of(made["path"])
