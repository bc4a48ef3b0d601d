"""Names and texts print in the script they are written in, and run its way. A machine without the fonts fails here."""

import re
import subprocess
import sys

import pypdf
import pytest

from decisions.exports import text
from decisions.exports.pdf import fonts
from tests.decisions.exports import documents
from tests.decisions.exports.conftest import lay_out

HEBREW = documents.SCRIPTS["Hebrew"][1]


@pytest.fixture(scope="module")
def made(printed):
    return printed["every_script", "A4"]


def faces(path):
    """Every face of a file: its name, and whether each of its glyphs is drawn; the engine maps what is not apart."""
    return {
        (str(font["/BaseFont"]), font["/Encoding"] == "/Identity-H")
        for sheet in pypdf.PdfReader(path).pages
        for font in (one.get_object() for one in sheet["/Resources"]["/Font"].values())
    }


def words(path):
    """Every word of page one with where it stands: left, top, right."""
    ended = subprocess.run(["pdftotext", "-l", "1", "-bbox", path, "-"], capture_output=True, text=True, check=True)
    found = re.findall(r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)"[^>]*>([^<]*)<', ended.stdout)
    return [(word, float(left), float(top), float(right)) for left, top, right, word in found]


@pytest.mark.parametrize("script", documents.SCRIPTS)
def test_every_script_has_a_face(script):
    name, said = documents.SCRIPTS[script]
    assert [letter for letter in name + said if not fonts.covered(ord(letter))] == []


def test_no_name_and_no_text_prints_as_boxes(made):
    whole = "".join(sheet.extract_text() for sheet in pypdf.PdfReader(made["path"]).pages)
    assert made["missing"] == []
    assert "□" not in whole
    assert {name for name, drawn in faces(made["path"]) if not drawn} == set()
    for name, _said in documents.SCRIPTS.values():
        # what runs left is extracted in other orders by other readers: `words` below looks at it
        assert text.runs_left(name) or name.split()[0][:2] in whole


def test_an_undefined_glyph_would_be_seen(tmp_path):
    made = lay_out(tmp_path, "without=boxes:emoji:A4")["emoji", "A4"]
    assert {name for name, drawn in faces(made["path"]) if not drawn}


def test_the_collection_of_chinese_japanese_and_korean_is_embedded_and_takes_the_regions_forms(made):
    embedded = {name for name, _drawn in faces(made["path"]) if "Noto-Sans-CJK" in name}
    assert {name.endswith("Bold") for name in embedded} == {True, False}
    assert text.east_asian("知識は毎日") == "ja"
    assert text.east_asian("지식이 매일") == "ko"
    assert text.east_asian("田中 愛子", "ja") == "ja"
    assert text.east_asian("检索") == "zh"
    assert text.east_asian("Retrieval") == ""


def test_a_paragraph_runs_the_way_of_its_first_letter(made):
    first, second = (word[::-1] for word in HEBREW.split()[:2])  # as found on the page, from left to right
    found = words(made["path"])
    left, top, right = next(place for word, *place in found if word == first)
    assert next(before for word, _left, here, before in found if word == second and abs(here - top) < 2) < left
    # the fallback, at the right edge of its column
    assert right == max(edge for _word, start, here, edge in found if start > 390 and abs(here - top) < 20)
    assert right > 540

    assert text.runs_left("<b>אחזור</b> RAG")
    assert text.runs_left("(2026) الاسترجاع RAG")
    assert not text.runs_left("RAG אחזור")
    assert not text.runs_left("2026")


MISSING = """
import sys
from decisions.exports.pdf import fonts
fonts.SYSTEM = ("/nowhere",)
from decisions.exports.pdf.doctor import PROBE
exec(PROBE)
"""


def test_the_doctor_names_the_scripts_that_nothing_draws_and_the_packages(monkeypatch):
    from decisions.exports.pdf import doctor

    monkeypatch.setattr(doctor.platform, "system", lambda: "Linux")
    monkeypatch.setattr(doctor.platform, "freedesktop_os_release", lambda: {"ID": "debian"})
    found = doctor.diagnose((sys.executable, "-c", MISSING))
    assert found.well
    assert found.warning.startswith(
        "No font draws Arabic, Hebrew, Devanagari, Thai, Chinese, Japanese, Korean: names and texts print as boxes."
    )
    assert found.remedy == "apt-get install -y fonts-noto-core fonts-noto-cjk"

    monkeypatch.setattr(doctor.platform, "freedesktop_os_release", lambda: {"ID": "unheard-of"})
    assert "PDF_FONT_FOLDERS" in doctor.remedy(doctor.FONTS)
