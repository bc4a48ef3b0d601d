"""The process that lays out PDFs: started by `pdf.Worker`, fed over a pipe, killed when it takes too long.

Frames in both directions are a length of four bytes and that many bytes. A request is JSON, `{"document", "paper", "appendix"}`;
an answer begins with one letter: R ready, P the PDF, E a message for people. Standard output belongs to the pipe, so
whatever a library prints is sent to standard error.
"""

import gc
import json
import logging
import os
import resource
import struct
import sys
from pathlib import Path
from typing import BinaryIO

FONT_FOLDERS = "PDF_FONT_FOLDERS"  # the one setting that the worker needs comes in its environment
HEADER = struct.Struct(">I")
LARGEST = 64 * 1024 * 1024


def write_frame(stream: BinaryIO, *parts: bytes) -> None:
    stream.write(HEADER.pack(sum(map(len, parts))))
    for part in parts:
        stream.write(part)
    stream.flush()


def read_frame(stream: BinaryIO) -> bytes | None:
    """One frame, or None at the end of the stream."""
    head = stream.read(HEADER.size)
    if len(head) < HEADER.size:
        return None
    (size,) = HEADER.unpack(head)
    body = stream.read(size)
    return body if len(body) == size else None


def limit(memory_mib: int) -> None:
    """No more memory than this, no core files, no large files."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_mib << 20, memory_mib << 20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST, LARGEST))


def main(cache: str, memory_mib: int) -> int:
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    requests = sys.stdin.buffer
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr)
    limit(memory_mib)
    try:
        renderer = prepare(Path(cache))
    except Exception as error:  # the parent turns this into advice, see doctor
        write_frame(answers, b"E", f"{type(error).__name__}: {error}"[:2000].encode())
        return 1
    # a layout makes some hundred thousand objects that all live to its end: collecting among them costs a third of the
    # time and frees nothing, so the rubbish is taken out between two jobs
    gc.collect()
    gc.freeze()
    gc.set_threshold(400_000, 20, 100)
    write_frame(answers, b"R")
    while (frame := read_frame(requests)) is not None:
        try:
            job = json.loads(frame)
            made = renderer.render(job["document"], job["paper"], appendix=job["appendix"])
            write_frame(answers, b"P", made.pdf)
        except MemoryError:
            return 1
        except Exception as error:  # one bad record must not end the worker
            logging.exception("a record could not be laid out")
            write_frame(answers, b"E", f"{type(error).__name__}: {error}"[:2000].encode())
        made = None
        gc.collect()
    return 0


def prepare(cache: Path):  # type: ignore[no-untyped-def]  # the type lives in a module that must not be imported early
    """Set Django up with nothing but translations and fonts, isolate these, and load the engine."""
    import django
    from django.conf import settings

    if not settings.configured:
        settings.configure(
            USE_I18N=True,
            USE_TZ=True,
            TIME_ZONE="UTC",
            INSTALLED_APPS=[],
            LOCALE_PATHS=[str(Path(__file__).resolve().parents[3] / "locale")],
            PDF_FONT_FOLDERS=[folder for folder in os.environ.get(FONT_FOLDERS, "").split(os.pathsep) if folder],
        )
        django.setup()
    from django.utils.translation import gettext

    from decisions.framework.text import translate_with

    translate_with(gettext)
    from . import fonts

    fonts.isolate(cache)
    from .render import Renderer

    return Renderer()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
