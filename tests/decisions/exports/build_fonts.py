"""Rebuild static/fonts from the npm packages named in its manifest.

Not a test: run it when a font is updated, in a folder where
`npm install --ignore-scripts inter-ui@4.1.1 source-serif@4.5.1 @fontsource/ibm-plex-mono@5.3.0` was run:
`python tests/decisions/exports/build_fonts.py PATH/TO/node_modules static/fonts`.

Screens get woff2, small and split by weight; the PDF engine gets static TTF, because variable faces and woff2 were
measured at two to three times the layout time. Subsets of faces whose licence reserves their name (Source, Plex) are
renamed, as the licence asks; Inter reserves none and stays "Inter" on screen, while the print subset gets a family name
of its own so that a font installed on the machine can never be picked in its place.
"""

from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

SCREEN_RANGES = [
    *((0x20, 0x7E), (0xA0, 0x24F), (0x259, 0x259), (0x2B0, 0x2FF), (0x300, 0x30C), (0x1E00, 0x1EFF)),
    *((0x2000, 0x206F), (0x2070, 0x209F), (0x20A0, 0x20C0), (0x2100, 0x215F), (0x2190, 0x21FF), (0x2212, 0x2265)),
    *((0x25A0, 0x25FF), (0x2713, 0x2717)),
]
PRINT_RANGES = [
    *((0x20, 0x7E), (0xA0, 0x36F), (0x370, 0x3FF), (0x400, 0x52F), (0x1E00, 0x1FFF), (0x2000, 0x209F)),
    *((0x20A0, 0x20C0), (0x2100, 0x218F), (0x2190, 0x21FF), (0x2200, 0x23FF), (0x2460, 0x24FF), (0x25A0, 0x27BF)),
    *((0xFB00, 0xFB06), (0xFFFD, 0xFFFD)),
]
MONO_RANGES = [(0x20, 0x7E), (0xA0, 0xFF), (0x2010, 0x2026)]
SCREEN_FEATURES = [
    "kern",
    "mark",
    "mkmk",
    "ccmp",
    "locl",
    "liga",
    "calt",
    "tnum",
    "case",
    "zero",
    "frac",
    "sups",
    "ss03",
]
PRINT_FEATURES = ["kern", "mark", "mkmk", "ccmp", "locl", "liga", "calt", "tnum", "lnum", "case"]


@dataclass(frozen=True)
class Face:
    out: str
    source: str
    package: str
    family: str
    weight: int
    licence: str
    ranges: tuple[tuple[int, int], ...]
    italic: bool = False

    @property
    def style(self) -> str:
        return "Italic" if self.italic else STYLES[self.weight]


INTER, SERIF, MONO = "inter-ui@4.1.1", "source-serif@4.5.1", "@fontsource/ibm-plex-mono@5.3.0"
STYLES = {400: "Regular", 500: "Medium", 600: "SemiBold", 700: "Bold"}
FACES = [
    *(
        Face(
            f"inter-{w}.woff2",
            f"inter-ui/web/Inter-{s}.woff2",
            INTER,
            "Inter",
            w,
            "OFL-Inter.txt",
            tuple(SCREEN_RANGES),
        )
        for w, s in STYLES.items()
    ),
    Face(
        "groundwork-serif-600.woff2",
        "source-serif/TTF/SourceSerif4Display-Semibold.ttf",
        *(SERIF, "Groundwork Serif", 600, "OFL-SourceSerif.txt", tuple(SCREEN_RANGES)),
    ),
    *(
        Face(
            f"print/GroundworkSans-{s}.ttf",
            f"inter-ui/web/Inter-{s}.woff2",
            *(INTER, "Groundwork Sans", w, "OFL-Inter.txt", tuple(PRINT_RANGES)),
        )
        for w, s in STYLES.items()
    ),
    Face(
        "print/GroundworkSans-Italic.ttf",
        "inter-ui/web/Inter-Italic.woff2",
        *(INTER, "Groundwork Sans", 400, "OFL-Inter.txt", tuple(PRINT_RANGES), True),
    ),
    Face(
        "print/GroundworkSerif-SemiBold.ttf",
        "source-serif/TTF/SourceSerif4Display-Semibold.ttf",
        *(SERIF, "Groundwork Serif", 600, "OFL-SourceSerif.txt", tuple(PRINT_RANGES)),
    ),
    Face(
        "print/GroundworkMono-Regular.ttf",
        "@fontsource/ibm-plex-mono/files/ibm-plex-mono-latin-400-normal.woff2",
        *(MONO, "Groundwork Mono", 400, "OFL-PlexMono.txt", tuple(MONO_RANGES)),
    ),
]
LICENCES = {
    "OFL-Inter.txt": "inter-ui/LICENSE.txt",
    "OFL-SourceSerif.txt": "source-serif/LICENSE.md",
    "OFL-PlexMono.txt": "@fontsource/ibm-plex-mono/LICENSE",
}


def rename(font: TTFont, face: Face) -> None:
    """Give the subset its own names; licence and copyright records stay as they are."""
    names = font["name"]
    for record in list(names.names):
        if record.nameID in (1, 2, 3, 4, 6, 16, 17, 18, 21, 22, 25):
            names.removeNames(nameID=record.nameID)
    plain = face.style in ("Regular", "Italic", "Bold")
    for name_id, value in (
        (1, face.family if plain else f"{face.family} {face.style}"),
        (2, face.style if plain else "Regular"),
        (3, f"{face.family} {face.style}; {face.package}"),
        (4, f"{face.family} {face.style}"),
        (6, f"{face.family.replace(' ', '')}-{face.style}"),
        (16, face.family),
        (17, face.style),
    ):
        names.setName(value, name_id, 3, 1, 0x409)


def build(face: Face, modules: Path, out: Path) -> dict[str, str | int]:
    screen = face.out.endswith(".woff2")
    font = TTFont(modules / face.source, recalcTimestamp=False)
    options = subset.Options()
    options.layout_features = SCREEN_FEATURES if screen else PRINT_FEATURES
    options.hinting = False
    options.notdef_outline = True
    options.glyph_names = False
    options.name_IDs = ["*"]
    options.name_legacy = False
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[code for first, last in face.ranges for code in range(first, last + 1)])
    subsetter.subset(font)
    rename(font, face)
    font["OS/2"].usWeightClass = face.weight
    font.flavor = "woff2" if screen else None
    target = out / face.out
    target.parent.mkdir(parents=True, exist_ok=True)
    font.save(target)
    return {
        "file": face.out,
        "family": face.family,
        "weight": face.weight,
        "characters": len(font.getBestCmap()),
        "source": face.package,
        "licence": face.licence,
        "sha256": hashlib.sha256(target.read_bytes()).hexdigest(),
    }


def main(modules: Path, out: Path) -> None:
    for name, source in LICENCES.items():
        text = (modules / source).read_text(encoding="utf-8")
        (out / name).write_text("\n".join(line.rstrip() for line in text.splitlines()) + "\n", encoding="utf-8")
    entries = [build(face, modules, out) for face in FACES]
    manifest = {"licence": "SIL Open Font License 1.1", "fonts": entries}
    (out / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
