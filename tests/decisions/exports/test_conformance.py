"""PDF/A-3a and PDF/UA-1 in one file, judged by an independent validator that is seen to refuse."""

from pathlib import Path

import pytest
from page import validate_pdf_bytes

from tests.decisions.exports.conftest import lay_out


def verdict(data, profile):
    report = validate_pdf_bytes(data, profile=profile)
    return report.is_compliant, [f"{failure.rule_id}: {failure.message}" for failure in report.failures][:5]


def chosen(printed):
    """Short, long, clamped, other scripts, hostile."""
    wanted = {
        "support_copilot",
        "draft",
        "every_script",
        "empty",
        "forty long items",
        "Arabic",
        "Chinese",
        "emoji",
        "HTML",
        "controls",
    }
    return {key: made for key, made in printed.items() if key[0] in wanted and "path" in made}


@pytest.mark.parametrize("profile", ["3a", "ua1"])
def test_every_kind_of_record_conforms(printed, profile):
    files = chosen(printed)
    assert len(files) >= 10
    for key, made in files.items():
        compliant, failures = verdict(Path(made["path"]).read_bytes(), profile)
        assert compliant, (key, failures)


@pytest.mark.parametrize(("step", "profile"), [("alt", "ua1"), ("_claim_ua", "ua1"), ("_claim_ua", "3a")])
def test_the_validator_refuses_a_file_that_was_not_mended(tmp_path, step, profile):
    made = lay_out(tmp_path, f"without={step}:draft:A4")["draft", "A4"]
    assert not verdict(Path(made["path"]).read_bytes(), profile)[0]


@pytest.mark.parametrize(
    ("profile", "found", "changed"),
    [
        ("ua1", b'pdfuaid:part="1"', b'pdfuaid:part="7"'),
        ("3a", b'pdfaid:part="3"', b'pdfaid:part="9"'),
        ("3a", b'pdfaid:conformance="A"', b'pdfaid:conformance="Z"'),
    ],
)
def test_the_validator_refuses_a_wrong_claim(printed, profile, found, changed):
    data = Path(printed["support_copilot", "A4"]["path"]).read_bytes()
    assert found in data
    assert not verdict(data.replace(found, changed), profile)[0]


def test_streams_never_end_in_a_line_end():
    from decisions.exports.pdf.finish import _end_streams

    class Stream:
        """As the PDF library writes one, without compression."""

        def __init__(self, *parts, **extra):
            self.stream, self.extra, self.compress = list(parts), extra, False

        @property
        def data(self):
            return b"<<>>\nstream\n" + b"\n".join(self.stream) + b"\nendstream"

    class File:
        objects = [Stream(b"operators\r"), Stream(b"font\n", Length1=5), Stream(b"fine")]

    _end_streams(File)
    page, font, fine = File.objects
    assert page.stream[-1] == b" "
    assert font.extra["Length1"] == len(font.stream[-1])
    assert fine.stream == [b"fine"]
