"""The same record is the same file: on another machine, tomorrow, in another time zone."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from decisions.exports.pdf import fonts
from decisions.exports.pdf.pool import cache_key, shaping_files, template_version
from tests.decisions.exports import documents
from tests.decisions.exports.conftest import ROOT, lay_out


def test_bytes_do_not_depend_on_hash_seed_time_zone_or_folder(tmp_path):
    worlds = [("0", "UTC"), ("1", "Pacific/Auckland"), ("4242", "America/Lima")]

    def world(index):
        seed, zone = worlds[index]
        folder = tmp_path / f"somewhere {index}"
        folder.mkdir()
        made = lay_out(folder, "support_copilot:A4", "every_script:A4", PYTHONHASHSEED=seed, TZ=zone, cwd=folder)
        return b"".join(Path(made[name, "A4"]["path"]).read_bytes() for name in ("support_copilot", "every_script"))

    with ThreadPoolExecutor(2) as pool:
        files = list(pool.map(world, range(len(worlds))))
    assert len(files) == 3
    assert len(set(files)) == 1
    assert files[0].startswith(b"%PDF-")


def test_the_cache_key_follows_content_and_paper_and_nothing_else():
    document = documents.support_copilot()
    shuffled = dict(reversed(list(documents.support_copilot().items())))
    assert cache_key(document) == cache_key(shuffled)
    assert cache_key(document, "A4") != cache_key(document, "Letter")
    other = documents.support_copilot()
    other["record"]["state"] = "superseded"
    assert cache_key(document) != cache_key(other)


def test_the_cache_key_follows_the_fonts(monkeypatch, tmp_path):
    before = template_version()
    assert any(path.name.startswith("NotoSansThai") for path in shaping_files())
    monkeypatch.setattr(fonts, "SYSTEM", (str(tmp_path),))
    template_version.cache_clear()
    assert template_version() != before
    template_version.cache_clear()


LOADED = """
import sys, tempfile
from pathlib import Path
from decisions.exports.pdf.worker import prepare
from tests.decisions.exports import documents
prepare(Path(tempfile.mkdtemp())).render(documents.draft(), "A4")
print(*(module.__file__ for name, module in sys.modules.items() if name.startswith("decisions.")), sep="\\n")
"""


def test_whatever_lays_a_page_out_is_in_the_cache_key():
    ended = subprocess.run([sys.executable, "-c", LOADED], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = {Path(line) for line in ended.stdout.split("\n") if line and not line.endswith("__init__.py")}
    # the rule comes along with the framework's words, and nothing of it is printed
    shaping = {
        path
        for path in loaded
        if path.parent.name != "framework" or path.name in ("settling.py", "text.py", "told.py", "words.py")
    }

    assert {path.name for path in shaping - set(shaping_files())} == {"worker.py"}
