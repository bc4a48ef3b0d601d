"""Page one on exactly one page: the roomiest setting at which everything fits, or that leaves out what matters least."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import segno
from django.template import Context
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from decisions.exports import canonical

from .levels import CLAMPED, DROPPED_FIRST, MARGIN_BOTTOM, MARGIN_TOP, PAPERS, ROOMY, START, Level, dropping
from .pieces import ROWS, Page

if TYPE_CHECKING:
    from .render import Renderer

MAX_RENDERS = 5
PX = 96 / 25.4  # CSS pixels a millimetre
GROWTH = 1.2  # the power of the type size that a page's height follows, as measured
GAPS = 6.0  # gaps between the blocks of page one, in type sizes at factor 1
STRETCH = 1.3  # the most that spare height may widen them
SAFETY = 22.0  # pixels left alone when spare height is spent before it was measured
ENDLESS = "40000mm"  # a page on which nothing breaks
NAVY = "#12304f"


@dataclass(frozen=True)
class Attempt:
    """One layout of page one: the height it used, what of it was spent on wider gaps, and where everything stands (pixels)."""

    document: Any
    fits: bool
    cut: frozenset[str]
    height: float
    spent: float
    tops: Mapping[str, float]


class Heights:
    """What each level will take, from one layout of everything: text grows with its type, a list ends at its last line."""

    def __init__(self, page: Page, whole: Attempt) -> None:
        self.whole, self.line = whole, 1.32 * START.points * 96 / 72
        self.rows = [[key for key in row if page.lists[key].rows] for row in ROWS]
        self.ends = {
            key: [whole.tops.get(f"e-{(item.second or item.piece).key}", 0.0) for item in page.lists[key].items]
            for key, _least in (*DROPPED_FIRST, ("flips", 2))
        }

    def at(self, level: Level) -> float:
        saved = self._modes(level) + self._end(("triggers",), level, "signed")
        saved += sum(self._end(row, level, anchor) for row, anchor in zip(self.rows, ("row1", "row2"), strict=True))
        text = self.whole.height - gaps(START) - saved
        return float(text * (level.points / START.points) ** GROWTH + gaps(level))

    def _end(self, row: Sequence[str], level: Level, anchor: str) -> float:
        """What a row of lists side by side gets shorter by; a list that is gone leaves its width to the others."""
        start, shown = self.whole.tops.get(anchor, 0.0), [key for key in row if level.items_of(key)]
        whole = max([start, *(self.ends[key][-1] for key in row if self.ends[key])])
        wider = len(shown) / max(1, len(row))
        return whole - max(
            [start, *(start + (self._last(key, level) - start) * wider for key in shown if self.ends[key])]
        )

    def _last(self, key: str, level: Level) -> float:
        """Where a list ends: with a line that says how much is not there, when something is not."""
        ends, allowed = self.ends[key], level.items_of(key)
        return ends[-1] if allowed >= len(ends) else ends[allowed - 1] + self.line

    def _modes(self, level: Level) -> float:
        if not self.ends["modes"]:
            return 0.0
        if not level.items_of("modes"):
            return self.whole.tops["foot"] - self.whole.tops["modes"]
        return self.ends["modes"][-1] - self._last("modes", level)


def gaps(level: Level, factor: float | None = None) -> float:
    """What the gaps between the blocks take, in pixels."""
    return float(GAPS * (level.gap if factor is None else factor) * level.points * 96 / 72)


class Fit:
    """Finds the roomiest level at which page one is exactly one page, in at most five renders."""

    def __init__(
        self, renderer: Renderer, one: Page, paper: str, digest: str, language: str, *, appendix: bool = True
    ) -> None:
        self.renderer, self.page, self.paper, self.digest, self.language = renderer, one, paper, digest, language
        self.appendix = appendix
        self.made = made_at(one.document)
        self.renders = 0
        values = one.values
        self.label = " · ".join(
            [str(values["number"]), _("revision %(revision)s") % {"revision": values["revision"]}, values["state_word"]]
        )
        self.room = (PAPERS[paper][1] - MARGIN_TOP - MARGIN_BOTTOM) * PX
        url = values["url"]
        self.qr = (
            mark_safe(  # noqa: S308 - segno draws numbers, and escapes the title
                segno.make(url, error="m", micro=False).svg_inline(
                    border=0,
                    dark=NAVY,
                    title=_("QR code of the live record"),
                    svgclass=None,
                    lineclass=None,
                    omitsize=True,
                )
            )
            if url
            else ""
        )

    def fit(self) -> tuple[Level, Attempt]:
        """Measure everything once on an endless page, predict the level, then verify on the real one."""
        heights = Heights(self.page, self.attempt(START, paper=f"{PAPERS[self.paper][0]}mm {ENDLESS}"))
        counts = {key: len(listed.rows) for key, listed in self.page.lists.items()}
        ladder = (*ROOMY, *dropping(counts, heights.at), *CLAMPED)
        first, last, scale, above = len(ladder) - len(CLAMPED), len(ladder) - 1, 1.0, -1
        found: tuple[int, Attempt] | None = None

        def roomiest() -> int:
            """The next level that should fit; a record that must be cut is cut the more the longer it is."""
            for index in range(above + 1, first):
                if heights.at(ladder[index]) * scale <= self.room:
                    return index
            excess = heights.at(ladder[first - 1]) * scale / self.room
            return min(last, max(above + 1, first + sum(excess > much for much in (1.1, 1.35, 2.2, 3.5, 3.5))))

        guess = roomiest()
        while True:
            expected = heights.at(ladder[guess])
            attempt = self._set(ladder[guess], expected * scale)
            if attempt.fits:
                found = guess, attempt
            else:
                above = guess
            if guess < first:
                # what a block that went to the next sheet left behind counts as used
                measured = (attempt.height - attempt.spent) / expected
                scale = measured if attempt.fits else min(measured, scale * 1.03)
            following = roomiest()
            if found and guess >= first and attempt.height < self.room * 0.93:
                following = guess - 1
            if found and (following >= found[0] or following <= above or self.renders >= MAX_RENDERS):
                return ladder[found[0]], self._filled(ladder[found[0]], found[1])
            if not found and guess == last:
                raise RuntimeError("The record does not fit one page at the tightest level.")
            guess = last if not found and self.renders >= MAX_RENDERS - 1 else following

    def _set(self, level: Level, expected: float) -> Attempt:
        """Set a level, with the spare height that is to be expected spent on the gaps between the blocks."""
        spare = self.room - expected - SAFETY
        stretch = 0.0 if level.clamped or spare < SAFETY else min(STRETCH, spare / gaps(level, 1.0))
        attempt = self.attempt(level, stretch=stretch)
        if attempt.fits or not stretch or self.renders >= MAX_RENDERS - 1:
            return attempt
        return self.attempt(level)

    def attempt(self, level: Level, stretch: float = 0.0, paper: str = "") -> Attempt:
        self.renders += 1
        html = self.html(level)
        document = self.renderer.layout(html, self.sheet(level, stretch, paper))
        anchors = document.pages[0].anchors
        fits = len(document.pages) == 1 and "end-of-page" in anchors
        marks = set(re.findall(r'<span id="e-([^"]+)"></span>', html))
        cut = {key for key in marks if f"e-{key}" not in anchors or self.page.pieces[key].clipped}
        # on an overflowing page, as high as all its sheets
        *full, end = [sheet.anchors.get("end-of-page") for sheet in document.pages]
        return Attempt(
            document=document,
            fits=fits,
            cut=frozenset(cut) if fits else frozenset(),
            height=len(full) * self.room + (float(end[1]) - MARGIN_TOP * PX if end else self.room),
            spent=gaps(level, stretch),
            tops={name: float(place[1]) for name, place in anchors.items()},
        )

    def html(self, level: Level) -> str:
        return str(
            self.renderer.page_one.render(
                Context(
                    {
                        **self.page.at(level),
                        "lang": self.language,
                        "qr": self.qr,
                        "digest": canonical.grouped(self.digest),
                        "made": self.made.strftime("%Y-%m-%dT%H:%M:%SZ"),
                        "missing_note": self._missing_note(),
                        "one_page": not self.appendix,
                    }
                )
            )
        )

    def sheet(self, level: Level, stretch: float = 0.0, paper: str = "") -> str:
        """What of the style depends on the level: type size, gaps, paper, foot."""
        follows = _("appendix attached")
        if not self.appendix:
            follows = _("one-page version: full text in the attached record.json")
        rest = [f"{label} ({count})" for label, count in self.page.not_here(level)]
        if rest := [*([_("what ends in “…”")] if level.clamped else []), *rest]:
            follows += f" · {_('Appendix A') if self.appendix else 'record.json'}: {', '.join(rest)}"
        foot = css_string(f"{self.label} · {_('page 1')} · {follows}")
        return (
            f"html {{ --gap: {level.gap + stretch:.3f}; font-size: {level.points}pt }}"
            f" @page {{ size: {paper or size(self.paper)}; @bottom-left {{ content: {foot} }} }}"
        )

    def _filled(self, level: Level, attempt: Attempt) -> Attempt:
        """The same level once more when much height is left, now measured: a page should not huddle at its top."""
        spare = self.room - attempt.height
        spent = attempt.spent / gaps(level, 1.0)
        if level.clamped or spare < 30 or spent >= STRETCH or self.renders >= MAX_RENDERS:
            return attempt
        wider = self.attempt(level, stretch=min(STRETCH, spent + (spare - 12) / gaps(level, 1.0)))
        return wider if wider.fits else attempt

    def _missing_note(self) -> str:
        glyphs = self.page.glyphs
        if not glyphs.missing:
            return ""
        return _(
            "%(count)d characters (%(examples)s) are in no font of this file and print as □; record.json has them."
        ) % {"count": sum(glyphs.missing.values()), "examples": glyphs.examples()}


def made_at(document: Mapping[str, Any]) -> datetime:
    """The file's date is the record's: the same record gives the same bytes on any day."""
    said = str(document["record"]["accepted_at"] or document["record"]["issued_on"] or "")
    try:
        when = datetime.fromisoformat(said.replace("Z", "+00:00"))
    except ValueError:
        return datetime(2000, 1, 1, tzinfo=UTC)
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)


def size(paper: str) -> str:
    width, height = PAPERS[paper]
    return f"{width}mm {height}mm"


def css_string(text: str) -> str:
    return '"' + re.sub(r'["\\\n\r\f<>]', lambda match: f"\\{ord(match[0]):x} ", text) + '"'
