"""Lays out many records in one process, as the worker does, and prints one JSON line each.

`python -m tests.decisions.exports.render_many FOLDER NAME:PAPER ...`; a name is a record of `documents`, a number (a
random record of that seed) or an extreme. With `fit:` in front only page one is laid out; with `without=STEP:` the file
lacks that step of its finish, the pictures' alternative texts (`alt`) or the boxes, for negative controls.
"""

from __future__ import annotations

import gc
import json
import sys
from pathlib import Path

from decisions.exports.pdf import finish as pdf_finish
from decisions.exports.pdf import fonts
from decisions.exports.pdf.worker import prepare
from decisions.framework import lean_axis
from tests.decisions.exports import documents


def find(name: str) -> documents.Json:
    if name.isdigit():
        return documents.random_record(int(name))
    made = getattr(documents, name, None)
    return made() if made else dict(documents.extremes())[name]


def main(folder: Path, jobs: list[str]) -> None:
    renderer = prepare(folder)
    # only now: these read settings
    from decisions.exports.pdf import page_one
    from decisions.exports.pdf.fit import Fit

    gc.freeze()
    gc.set_threshold(400_000, 20, 100)
    for job in jobs:
        if job.startswith("without="):
            step, job = job.removeprefix("without=").split(":", 1)
            if step == "alt":
                lean_axis._alt = lambda *_args, **_more: ""
            elif step == "boxes":
                fonts.covered = lambda code: True
            else:
                setattr(pdf_finish, step, lambda pdf: None)
        name, paper = job.removeprefix("fit:").rsplit(":", 1)
        document = find(name)
        told: dict[str, object] = {"name": name, "paper": paper}
        if job.startswith("fit:"):
            page = page_one.build(document, fonts.Glyphs())
            fitting = Fit(renderer, page, paper, "0" * 64, document["content"]["lang"])
            level, best = fitting.fit()
            told |= {"level": level.name, "renders": fitting.renders, "page_one_pages": len(best.document.pages)}
            told |= {"used": best.height / fitting.room}
        else:
            made = renderer.render(document, paper)
            path = folder / f"{len(list(folder.glob('*.pdf')))}.pdf"
            path.write_bytes(made.pdf)
            told |= {
                "level": made.level,
                "renders": made.renders,
                "page_one_pages": made.pages - made.appendix_pages,
                "pages": made.pages,
                "cut": list(made.cut),
                "missing": list(made.missing),
                "digest": made.digest,
                "path": str(path),
            }
        print(json.dumps(told), flush=True)
        gc.collect()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
