"""Nothing typed into a record makes the layout engine open a file or a connection."""

import json
import subprocess
import sys

from tests.decisions.exports.conftest import ROOT

# Watches every connection and every file opened outside the places that the product and Python live in.
WATCHED = """
import json, sys, tempfile
from pathlib import Path
from decisions.exports.pdf.worker import prepare
from tests.decisions.exports import documents
folder = Path(tempfile.mkdtemp())
renderer = prepare(folder)
seen = []
def watch(event, arguments):
    if event.startswith(("socket.", "urllib.", "http.", "subprocess.", "os.exec", "os.posix_spawn", "os.fork")):
        seen.append([event, str(arguments)[:200]])
    elif event == "open":
        path = str(arguments[0])
        if not path.startswith((sys.prefix, sys.base_prefix, str(folder), documents.__file__.rsplit("/tests/", 1)[0])):
            seen.append([event, path])
sys.addaudithook(watch)
hostile = ("file:///etc/passwd", "https://evil.example/x", "data:text/html,x")
for address in hostile:
    value = (
        f"<img src='{address}'><link rel=attachment href='{address}'><link rel=stylesheet href='{address}'>"
        f"<object data='{address}'></object><svg><image href='{address}'/><use href='{address}#a'/></svg>"
        f"<style>@import url({address}); *{{ background: url({address}) }}</style> url({address})"
    )
    document = documents.filled(value, 1)
    document["record"]["url"] = address
    document["content"]["lang"] = "en\\"><img src=" + address
    renderer.render(document, "A4")
try:
    renderer.fetcher.fetch("file:///etc/passwd")
except BaseException as error:
    print(json.dumps({"seen": seen, "refused": type(error).__name__}))
"""


def test_hostile_records_open_nothing():
    ended = subprocess.run([sys.executable, "-c", WATCHED], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr[-3000:]
    told = json.loads(ended.stdout.splitlines()[-1])
    assert told["seen"] == []
    assert told["refused"] == "FatalURLFetchingError"
