"""Can this machine make PDFs, and if not, what is to be installed?

Probed in a child process: a missing library raises at import, and without any font the engine ends the process.
"""

import platform
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.core import checks

APT = "apt-get install -y libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 libfontconfig1"
COMMANDS = {
    "debian": APT,
    "ubuntu": APT,
    "fedora": "dnf install -y pango",
    "rhel": "dnf install -y pango",
    "arch": "pacman -S pango",
    "alpine": "apk add pango harfbuzz-subset fontconfig",
    "opensuse": "zypper install libpango-1_0-0 libharfbuzz-subset0",
    "darwin": "brew install pango",
    "": "install Pango 1.44 or later with pangoft2",
}
FONTS = {
    "debian": "apt-get install -y fonts-noto-core fonts-noto-cjk",
    "ubuntu": "apt-get install -y fonts-noto-core fonts-noto-cjk",
    "arch": "pacman -S noto-fonts noto-fonts-cjk",
    "alpine": "apk add font-noto-all font-noto-cjk",
    "": "install the Noto fonts, or name a folder of fonts in PDF_FONT_FOLDERS",
}
SECONDS = 60
PROBE = """
import sys
from pathlib import Path
from decisions.exports.pdf.fonts import unsupported
from decisions.exports.pdf.worker import prepare
renderer = prepare(Path(sys.argv[1]))
from weasyprint.text import ffi
import weasyprint
pdf = weasyprint.HTML(
    string='<html lang="en"><title>probe</title><body style="font-family: Groundwork Sans">Probe</body>',
    url_fetcher=renderer.fetcher,
).write_pdf(font_config=renderer.fonts)
print("subset" if ffi.harfbuzz_subset is not None else "plain", ", ".join(unsupported()), sep=":")
"""


@dataclass(frozen=True)
class Diagnosis:
    """`problem` is empty when PDFs can be made; `remedy` is a command where one is known."""

    problem: str = ""
    remedy: str = ""
    warning: str = ""

    @property
    def well(self) -> bool:
        return not self.problem

    def __str__(self) -> str:
        said = self.problem or self.warning or "PDFs can be made on this machine."
        return f"{said} To mend it: {self.remedy}" if self.remedy else said


def diagnose(command: Sequence[str] = (sys.executable, "-c", PROBE)) -> Diagnosis:
    """Run the probe; never raises."""
    from .pool import ROOT

    with tempfile.TemporaryDirectory(prefix="groundwork-pdf-") as folder:
        try:
            ended = subprocess.run([*command, folder], cwd=ROOT, capture_output=True, text=True, timeout=SECONDS)
        except subprocess.TimeoutExpired:
            return Diagnosis(f"The PDF engine did not answer within {SECONDS} seconds.", "look at the machine's load")
        except OSError as error:
            return Diagnosis(f"The PDF engine could not be started: {error}.")
    if ended.returncode == 0:
        kind, _colon, scripts = ended.stdout.strip().partition(":")
        if scripts:
            return Diagnosis(warning=f"No font draws {scripts}: names and texts print as boxes.", remedy=remedy(FONTS))
        if kind == "plain":
            return Diagnosis(
                warning="The library harfbuzz-subset is missing: PDFs are slower to make and larger.", remedy=remedy()
            )
        return Diagnosis()
    if ended.returncode < 0:
        return Diagnosis(
            f"The PDF engine crashed (signal {-ended.returncode}). Usually no font is readable: "
            "check the folder static/fonts/print.",
            remedy(),
        )
    last = (ended.stderr.strip().splitlines() or [""])[-1]
    return explain(last)


def explain(error: str) -> Diagnosis:
    """What an error at the engine's start means for whoever runs the machine."""
    if "cannot load library" in error or "find_library" in error or "cannot open shared object" in error:
        named = error.split("'")[1] if error.count("'") >= 2 else "Pango"
        return Diagnosis(f"PDF export needs the system library {named}, which is not installed.", remedy())
    if "No module named" in error:
        return Diagnosis(
            f"PDF export needs a Python package: {error.rsplit(':', 1)[-1].strip()}.",
            "pip install -r requirements.txt",
        )
    return Diagnosis(f"The PDF engine does not start: {error[:300] or 'it gave no reason'}.", remedy())


def advice(error: str) -> str:
    """The same for the page, when a PDF was asked for."""
    found = explain(error) if error else diagnose()
    return str(found) if not found.well else "The PDF engine did not start. Try again."


def remedy(commands: Mapping[str, str] = COMMANDS) -> str:
    """The command of this system's package manager, or what to look for."""
    system = platform.system().lower()
    names = [system]
    if system == "linux":
        try:
            release = platform.freedesktop_os_release()
        except OSError:
            release = {}
        names = [release.get("ID", ""), *release.get("ID_LIKE", "").split()]
    return next(commands[name] for name in [*names, ""] if name in commands)


@lru_cache(maxsize=1)
def _diagnosis() -> Diagnosis:
    return diagnose()


def check_pdf(app_configs: Any = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Django system check: warns (the rest of the product works without PDFs) and names the command."""
    found = _diagnosis()
    if not found.well:
        return [checks.Warning(found.problem, hint=found.remedy or None, id="decisions.W001")]
    if found.warning:
        return [checks.Info(found.warning, hint=found.remedy, id="decisions.I001")]
    return []


if __name__ == "__main__":
    found = _diagnosis()
    sys.stdout.write(f"{found}\n")
    sys.exit(0 if found.well else 1)
