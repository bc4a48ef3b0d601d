"""Markdown, CSV, JSON and the archive of the whole log."""

import csv
import hashlib
import io
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import markdown_it
import pytest
from hypothesis import given
from hypothesis import strategies as st

from decisions.archive import file as archive
from decisions.exports import canonical, csv_cells, markdown
from decisions.exports.pdf.pool import PdfError
from decisions.templatetags.print_tags import inline
from tests.decisions.exports import documents

SCHEMA = json.loads(Path(archive.SCHEMA).read_text())
VALID = jsonschema.Draft202012Validator(SCHEMA)
STORIES = [documents.support_copilot, documents.draft, documents.in_sign_off, documents.superseded]


# --- JSON


@pytest.mark.parametrize("story", STORIES)
def test_every_story_follows_the_published_schema(story):
    assert [error.message for error in VALID.iter_errors(json.loads(canonical.record_json(story())))] == []


@pytest.mark.parametrize("seed", range(12))
def test_made_up_records_follow_it_too(seed):
    assert VALID.is_valid(documents.random_record(seed))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda d: d["content"].pop("salt"),
        lambda d: d["content"]["criteria"][0].update(lean=3),
        lambda d: d["content"]["criteria"].pop(),
        lambda d: d["record"].update(content_hash="abc"),
        lambda d: d["record"].update(state="final"),
        lambda d: d["content"].update(surprise=1),
        lambda d: d["minutes"].append({"at": "yesterday", "who": "x", "what": "y"}),
    ],
)
def test_the_schema_refuses_what_is_no_record(spoil):
    document = documents.support_copilot()
    spoil(document)
    assert not VALID.is_valid(document)


def test_canonical_bytes_are_one_for_one_content():
    document = documents.support_copilot()
    again = json.loads(canonical.record_json(document))
    assert canonical.record_json(again) == canonical.record_json(document)
    assert canonical.content_hash(again["content"]) == document["record"]["content_hash"]
    assert canonical.record_json({"b": 1, "a": "\ud800"}) == '{"a":"\ufffd","b":1}'.encode()


@pytest.mark.parametrize("value", [0.5, 2**60, float("nan"), b"x", {1, 2}])
def test_what_json_cannot_carry_exactly_is_refused(value):
    with pytest.raises(ValueError, match="canonical JSON"):
        canonical.record_json({"value": value})


# --- CSV

FORBIDDEN = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\u2212")


@given(st.text())
def test_no_cell_begins_as_a_formula_does(text):
    assert not csv_cells.safe_cell(text).startswith(FORBIDDEN)


@pytest.mark.parametrize(
    "text",
    ["=1+1", "  =1+1", "\u200b=cmd|' /C calc'!A0", "\t=1", "@SUM(A1)", "\uff1dA1", "-2+3", "+1", "\u00a0=1", "\n=1"],
)
def test_formulas_become_text(text):
    assert csv_cells.safe_cell(text).startswith("'")


def test_plain_values_stay_as_they_are():
    assert [csv_cells.safe_cell(v) for v in ("Ines", 3, None, True, "a=b", "")] == ["Ines", "3", "", "true", "a=b", ""]
    assert csv_cells.safe_cell(-2) == "'-2"


def test_ballots_survive_quotes_and_line_breaks():
    document = documents.support_copilot()
    document["content"]["criteria"][0]["ballots"][0].update(name='=HYPERLINK("x")', reason='said "no",\nthen left')
    data = csv_cells.ballots(document)
    assert data.startswith("\ufeff".encode())
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert len(rows) == 1 + 35
    assert rows[1][1] == '\'=HYPERLINK("x")'
    assert rows[1][6] == 'said "no",\nthen left'
    assert rows[1][4] == "Strongly RAG"


# --- Markdown


def front_matter(text):
    head = text.split("---\n")[1]
    return {line.split(": ", 1)[0]: json.loads(line.split(": ", 1)[1]) for line in head.splitlines()}


def test_a_record_is_a_madr_file():
    document = documents.support_copilot()
    text = markdown.render_markdown(document)
    head = front_matter(text)
    assert head["status"] == "accepted"
    assert head["decision-makers"] == ["Ines Weber", "Jonas Lindqvist", "Aiko Tanabe"]
    assert head["content-hash"] == document["record"]["content_hash"]
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert headings[:5] == [
        "# Answer support questions from retrieval first",
        "## Context and problem statement",
        "## Decision drivers",
        "## Considered options",
        "## Decision outcome",
    ]
    assert "### Confirmation" in headings
    for wanted in ("Dissents", "Decline and hand over", "≥ 90 %", "Runbooks change forty times a week"):
        assert wanted in text
    assert markdown.stem(document) == "0001-answer-support-questions-from-retrieval-first"
    assert markdown.stem(documents.draft()).startswith("draft-1-")
    assert front_matter(markdown.render_markdown(documents.superseded()))["status"] == "superseded by DR-0002"


HOSTILE = [
    "# not a heading",
    "---\nstatus: accepted\n---",
    "<script>alert(1)</script>",
    "[click](javascript:alert(1))",
    "![](https://evil.example/x.png)",
    "| a | b |\n|---|---|",
    "* item\n\n1. one\n> quote\n```\ncode",
    "a](https://evil.example) [b",
    "<https://evil.example>",
    "&lt;b&gt; \\*",
    "_under_ ~~gone~~ *star*",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_typed_text_cannot_change_the_shape_of_the_file(text):
    plain = markdown.render_markdown(documents.filled("word", 2))
    spoilt = markdown.render_markdown(documents.filled(text, 2))

    def shape(source):
        tokens = markdown_it.MarkdownIt("commonmark").enable("table").parse(source.split("---\n", 2)[2])
        kinds = [t.type for t in tokens if t.type in ("heading_open", "table_open", "tr_open", "html_block", "fence")]
        inner = [child.type for token in tokens for child in token.children or []]
        return kinds, sorted({kind for kind in inner if kind in ("html_inline", "image")})

    assert shape(spoilt) == shape(plain)
    html = markdown_it.MarkdownIt("commonmark").enable("table").render(spoilt.split("---\n", 2)[2])
    assert "javascript:" not in html.replace("(javascript:", "")
    assert "<script" not in html
    assert 'src="https://evil' not in html


def test_bold_code_and_https_links_stay():
    assert inline("**yes** `top_k` [doc](https://a.example/x)") == "**yes** `top_k` [doc](https://a.example/x)"


# --- the archive


class Stream(io.RawIOBase):
    """Written to and never read, as an answer that is sent while it is made."""

    def __init__(self):
        self.parts = []

    def writable(self):
        return True

    def write(self, data):
        self.parts.append(bytes(data))
        return len(data)


def broken(document, paper):
    raise PdfError("The PDF engine is resting.")


def make(documents_, entries=(), pdf=lambda document, paper: b"%PDF-1.7 " + paper.encode(), **more):
    out = Stream()
    when = datetime(2026, 11, 18, 12, tzinfo=UTC)
    count = archive.write_archive(documents_, entries, out, team="Helio Desk", made_at=when, pdf=pdf, **more)
    return count, zipfile.ZipFile(io.BytesIO(b"".join(out.parts))), b"".join(out.parts)


def test_the_archive_holds_every_format_and_the_chain():
    seen = []
    entries = ({"v": 1, "seq": i, "prev": "0" * 64} for i in range(3))
    count, made, _data = make(
        (story() for story in STORIES), entries, progress=lambda done, name: seen.append((done, name))
    )
    assert count == 4
    assert [done for done, _name in seen] == [1, 2, 3, 4]
    names = made.namelist()
    folder = "records/0001-answer-support-questions-from-retrieval-first"
    for kind in ("pdf", "md", "json"):
        assert f"{folder}/record.{kind}" in names
    assert f"{folder}-2/record.json" in names
    assert made.read(f"{folder}/record.json") == canonical.record_json(documents.support_copilot())
    assert [json.loads(line)["seq"] for line in made.read("log/chain.jsonl").splitlines()] == [0, 1, 2]
    sums = dict(reversed(line.split("  ")) for line in made.read("SHA256SUMS").decode().splitlines())
    assert set(sums) == set(names) - {"SHA256SUMS"}
    for name, told in sums.items():
        assert hashlib.sha256(made.read(name)).hexdigest() == told
    index = made.read("index.html").decode()
    assert "Helio Desk" in index
    assert f'href="{folder}/record.pdf"' in index
    assert "<style" not in index
    assert "<script" not in index
    assert f"({folder}/record.md)" in made.read("index.md").decode()


def test_the_archive_is_the_same_for_the_same_log():
    assert make([documents.support_copilot()])[2] == make([documents.support_copilot()])[2]


def test_a_pdf_that_cannot_be_made_does_not_spoil_the_archive():
    count, made, _data = make([documents.support_copilot()], pdf=broken)
    assert count == 1
    assert not [name for name in made.namelist() if name.endswith(".pdf")]
    assert "The PDF engine is resting." in made.read("index.html").decode()


def test_an_empty_log_and_hostile_titles_make_good_archives():
    assert "No records yet." in make([])[1].read("index.html").decode()
    _count, made, _data = make([documents.filled("../../../<script>\x00\ud800", 1)])
    assert all(".." not in name and name.isascii() for name in made.namelist())
    assert "<script>" not in made.read("index.html").decode()


# --- fonts


def test_the_bundled_fonts_are_the_ones_in_the_manifest():
    folder = Path(archive.SCHEMA).resolve().parents[2] / "static" / "fonts"
    manifest = json.loads((folder / "manifest.json").read_text())
    listed = {entry["file"]: entry for entry in manifest["fonts"]}
    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.suffix in (".ttf", ".woff2")}
    assert found == set(listed)
    for name, entry in listed.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == entry["sha256"], name
        assert "SIL Open Font License" in (folder / entry["licence"]).read_text(encoding="utf-8").replace(
            "SIL OPEN FONT LICENSE", "SIL Open Font License"
        )
