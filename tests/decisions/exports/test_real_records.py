"""What the records module hands over is what the exports expect, from draft to accepted."""

import json

import jsonschema
import pytest

from decisions import records
from decisions.archive import file as archive
from decisions.exports import canonical, csv_cells, markdown
from decisions.exports.pdf import page_one
from decisions.exports.pdf.fonts import Glyphs
from tests import people
from tests.decisions.records import stories

VALID = jsonschema.Draft202012Validator(json.loads(archive.SCHEMA.read_text()))


def everything(record):
    document = records.document_of(record)
    assert [f"{list(error.path)}: {error.message}" for error in VALID.iter_errors(document)] == []
    assert canonical.content_hash(document["content"]) == document["record"]["content_hash"]
    assert csv_cells.ballots(document).count(b"\r\n") == 11
    return document, page_one.build(document, Glyphs()), markdown.render_markdown(document)


@pytest.mark.once
@pytest.mark.django_db
def test_a_draft_a_record_in_sign_off_and_an_accepted_one_are_exported(client):
    cast = people.cast()
    record = stories.drafted(cast)
    _document, laid, text = everything(record)
    assert laid.values["banner"].startswith("Draft.")
    assert 'status: "draft"' in text

    record = stories.in_sign_off(cast)
    _document, laid, text = everything(record)
    assert laid.values["banner"].startswith("In sign-off: 0 of 3")
    assert 'status: "proposed"' in text

    stories.everybody_signs(record, dissent="data")
    record.refresh_from_db()
    record = records.accept(record=record, by=cast.felix, content_hash=record.content_hash)
    document, laid, text = everything(record)
    assert laid.values["banner"] == ""
    assert laid.values["number"] == document["record"]["number"] == "DR-0001"
    assert [owner.position for owner in laid.lists["owners"].rows].count("dissent") == 1
    assert "Dissents" in text
