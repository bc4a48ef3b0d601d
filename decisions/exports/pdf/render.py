"""A record's document as PDF: page one fitted to exactly one page, the appendix, the attached record.json.

Imports WeasyPrint, so only the worker process may import this module; see `worker`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import segno
import weasyprint
from django.template import Context, Engine
from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher

from .. import canonical
from . import appendix, page_one
from .finish import finish
from .fonts import Glyphs
from .levels import LEVELS, MARGIN_BOTTOM, MARGIN_TOP, PAPERS, START, Level

TEMPLATES = Path(__file__).resolve().parents[3] / "templates"
VARIANT = "pdf/a-3a"
MAX_RENDERS = 5
PX = 96 / 25.4  # CSS pixels a millimetre
GROWTH = 1.2  # the power of the type size that a page's height follows, as measured
GAPS = 5.3  # gaps between the blocks of page one, in type sizes at factor 1
STRETCH = 1.3  # the most that spare height may widen them
SAFETY = 22.0  # pixels left alone when spare height is spent before it was measured
ENDLESS = "40000mm"  # a page on which nothing breaks
NAVY = "#12304f"


class NoFetcher(URLFetcher):  # type: ignore[misc]
    """Refuses everything, files and data: addresses included, and stops the render rather than skip silently."""

    def __init__(self) -> None:
        super().__init__(timeout=1, allowed_protocols=(), allow_redirects=False, fail_on_errors=True)

    def fetch(self, url: str, headers: Any = None) -> Any:
        raise FatalURLFetchingError(f"The record may not load {url[:120]}")


@dataclass(frozen=True)
class Attempt:
    """One layout of page one: the height it used, of it the failure modes, and what was spent on wider gaps (pixels)."""

    document: Any
    fits: bool
    cut: frozenset[str]
    height: float
    modes: float
    spent: float


@dataclass(frozen=True)
class _Scale:
    """Predicts a level's height from a measured one: lines grow with the type, wrapping adds some more, gaps are known."""

    height: float  # without the failure modes
    modes: float
    measured: Level

    def at(self, level: Level) -> float:
        growth = (level.points / self.measured.points) ** GROWTH
        text = self.height - _gaps(self.measured) + (self.modes if level.modes else 0.0)
        return float(text * growth + _gaps(level))


def _gaps(level: Level, factor: float | None = None) -> float:
    """What the gaps between the blocks take, in pixels."""
    return float(GAPS * (level.gap if factor is None else factor) * level.points * 96 / 72)


@dataclass(frozen=True)
class Made:
    """The file, and how it came about (for tests, benchmarks and the worker's log)."""

    pdf: bytes
    level: str
    renders: int
    pages: int
    appendix_pages: int
    cut: tuple[str, ...]
    missing: tuple[str, ...]
    digest: str


class Renderer:
    """Reads fonts, style sheet and templates once; a warm one is two to three times as fast as a cold one."""

    def __init__(self) -> None:
        self.fetcher = NoFetcher()
        self.fonts = FontConfiguration()
        self.css = self._css((TEMPLATES / "decisions" / "exports" / "print.css").read_text(encoding="utf-8"))
        engine = Engine(
            dirs=[str(TEMPLATES)],
            libraries={
                "i18n": "django.templatetags.i18n",
                "l10n": "django.templatetags.l10n",
                "print_tags": "decisions.templatetags.print_tags",
            },
            autoescape=True,
        )
        self.page_one = engine.get_template("decisions/exports/record.html")
        self.rest = engine.get_template("decisions/exports/appendix.html")

    def render(self, document: Mapping[str, Any], paper: str = "A4", *, appendix: bool = True) -> Made:
        """Page one with its appendix, or alone.

        Raises KeyError or TypeError for a document that is not of the published format, ValueError for bad JSON.
        """
        data = canonical.record_json(document)
        digest = canonical.digest(data)
        language = _language(document["content"]["lang"])
        with translation.override(language):
            job = Fit(self, page_one.build(document, Glyphs()), paper, digest, language, appendix=appendix)
            level, best = job.fit()
            behind = self._appendix(job, level, best.cut).pages if appendix else []
            pages = [*best.document.pages, *behind]
            pdf = best.document.copy(pages).write_pdf(
                pdf_variant=VARIANT,
                attachments=[self._attachment(document, data, digest, job.made)],
                custom_metadata=False,
                finisher=finish,
            )
        return Made(
            pdf=pdf,
            level=level.name,
            renders=job.renders,
            pages=len(pages),
            appendix_pages=len(behind),
            cut=tuple(sorted(best.cut)),
            missing=tuple(sorted(job.page.glyphs.missing)),
            digest=digest,
        )

    def fit(self, document: Mapping[str, Any], paper: str = "A4") -> tuple[str, int, int]:
        """Page one alone: the level's name, how many layouts it took, and the pages it has (always one)."""
        language = _language(document["content"]["lang"])
        with translation.override(language):
            job = Fit(self, page_one.build(document, Glyphs()), paper, "0" * 64, language)
            level, best = job.fit()
        return level.name, job.renders, len(best.document.pages)

    def layout(self, html: str, *sheets: str) -> Any:
        source = weasyprint.HTML(string=html, url_fetcher=self.fetcher, base_url="about:blank")
        try:
            return source.render(
                font_config=self.fonts, stylesheets=[self.css, *map(self._css, sheets)], pdf_variant=VARIANT
            )
        except FatalURLFetchingError as error:  # a BaseException, which would end the worker
            raise ValueError(str(error)) from error

    def _css(self, text: str) -> Any:
        return weasyprint.CSS(string=text, font_config=self.fonts, url_fetcher=self.fetcher)

    def _appendix(self, job: Fit, level: Level, cut: frozenset[str]) -> Any:
        values = appendix.build(job.page, level, cut)
        html = self.rest.render(Context({**values, "lang": job.language, "number": job.page.values["number"]}))
        name = _css_string(f"{job.label} · {_('appendix')}")
        count = _css_string(_("Appendix, page ")), _css_string(_(" of "))
        return self.layout(
            html,
            f"@page {{ size: {_size(job.paper)}; @bottom-left {{ content: {name} }}"
            f" @bottom-right {{ content: {count[0]} counter(page) {count[1]} counter(pages) }} }}",
        )

    def _attachment(self, document: Mapping[str, Any], data: bytes, digest: str, made: datetime) -> Any:
        number = document["record"]["number"] or "draft"
        return weasyprint.Attachment(
            string=data,
            name="record.json",
            description=f"Decision record {number} as canonical JSON (RFC 8785), SHA-256 {digest}",
            created=made,
            modified=made,
            relationship="Source",
            url_fetcher=self.fetcher,
        )


class Fit:
    """Finds the roomiest level at which page one is exactly one page, in at most five renders."""

    def __init__(
        self, renderer: Renderer, one: page_one.Page, paper: str, digest: str, language: str, *, appendix: bool = True
    ) -> None:
        self.renderer, self.page, self.paper, self.digest, self.language = renderer, one, paper, digest, language
        self.appendix = appendix
        self.made = _made(one.document)
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
        """Measure once on an endless page, predict the level, then verify on the real one."""
        endless = self.attempt(LEVELS[START], paper=f"{PAPERS[self.paper][0]}mm {ENDLESS}")
        scale = _Scale(endless.height - endless.modes, endless.modes, LEVELS[START])
        fitting: dict[int, Attempt] = {}
        refused: set[int] = set()
        guess = self._guess(scale, endless.height)
        while True:
            attempt = self._set(LEVELS[guess], scale)
            if attempt.fits:
                fitting[guess] = attempt
                if not LEVELS[guess].clamped:
                    height = attempt.height - attempt.spent - attempt.modes
                    scale = _Scale(height, endless.modes, LEVELS[guess])
                if guess == 0 or guess - 1 in refused or not self._roomy(scale, guess, attempt):
                    return LEVELS[guess], self._filled(LEVELS[guess], attempt)
                guess -= 1
            else:
                refused.add(guess)
                if guess + 1 in fitting:
                    return LEVELS[guess + 1], self._filled(LEVELS[guess + 1], fitting[guess + 1])
                if guess == len(LEVELS) - 1:
                    raise RuntimeError("The record does not fit one page at the tightest level.")
                guess = len(LEVELS) - 1 if self.renders >= MAX_RENDERS - 1 else guess + 1

    def _guess(self, scale: _Scale, height: float) -> int:
        """The roomiest level that should fit; a record that must be cut is cut the more the longer it is."""
        for index, level in enumerate(LEVELS):
            if not level.clamped and scale.at(level) <= self.room:
                return index
        first = next(index for index, level in enumerate(LEVELS) if level.clamped)
        return first if height < 1.45 * self.room else first + 1 if height < 2.2 * self.room else first + 2

    def _roomy(self, scale: _Scale, guess: int, attempt: Attempt) -> bool:
        """Whether the next roomier level has a fair chance."""
        if self.renders >= MAX_RENDERS:
            return False
        if LEVELS[guess - 1].clamped:
            return attempt.height < self.room * 0.93
        return not LEVELS[guess].clamped and scale.at(LEVELS[guess - 1]) <= self.room * 0.995

    def _set(self, level: Level, scale: _Scale) -> Attempt:
        """Set a level, with the spare height that is to be expected spent on the gaps between the blocks."""
        spare = self.room - scale.at(level) - SAFETY
        stretch = 0.0 if level.clamped or spare < SAFETY else min(STRETCH, spare / _gaps(level, 1.0))
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
        top, foot_top = anchors.get("modes"), anchors.get("foot")
        return Attempt(
            document=document,
            fits=fits,
            cut=frozenset(cut) if fits else frozenset(),
            height=float(anchors["end-of-page"][1]) - MARGIN_TOP * PX if "end-of-page" in anchors else self.room,
            modes=float(foot_top[1]) - float(top[1]) if top and foot_top else 0.0,
            spent=_gaps(level, stretch),
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
        follows = _("text that ends in “…” goes on in Appendix A") if level.clamped else _("appendix follows")
        if not self.appendix:
            follows = _("one-page edition; the whole text is in the attached record.json")
        if modes := 0 if level.modes else len(self.page.lists["modes"].rows):
            where = _("Appendix A") if self.appendix else _("record.json")
            said = ngettext("%(count)d failure mode in %(where)s", "%(count)d failure modes in %(where)s", modes)
            follows += f" · {said % {'count': modes, 'where': where}}"
        foot = _css_string(f"{self.label} · {_('page 1')} · {follows}")
        return (
            f"html {{ --gap: {level.gap + stretch:.3f}; font-size: {level.points}pt }}"
            f" @page {{ size: {paper or _size(self.paper)}; @bottom-left {{ content: {foot} }} }}"
        )

    def _filled(self, level: Level, attempt: Attempt) -> Attempt:
        """The same level once more when much height is left, now measured: a page should not huddle at its top."""
        spare = self.room - attempt.height
        spent = attempt.spent / _gaps(level, 1.0)
        if level.clamped or spare < 30 or spent >= STRETCH or self.renders >= MAX_RENDERS:
            return attempt
        wider = self.attempt(level, stretch=min(STRETCH, spent + (spare - 12) / _gaps(level, 1.0)))
        return wider if wider.fits else attempt

    def _missing_note(self) -> str:
        glyphs = self.page.glyphs
        if not glyphs.missing:
            return ""
        return _(
            "%(count)d characters (%(examples)s) are in no font of this file and print as □; record.json has them."
        ) % {"count": sum(glyphs.missing.values()), "examples": glyphs.examples()}


def _made(document: Mapping[str, Any]) -> datetime:
    """The file's date is the record's: the same record gives the same bytes on any day."""
    said = str(document["record"]["accepted_at"] or document["record"]["issued_on"] or "")
    try:
        when = datetime.fromisoformat(said.replace("Z", "+00:00"))
    except ValueError:
        return datetime(2000, 1, 1, tzinfo=UTC)
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)


def _language(said: object) -> str:
    text = str(said)
    return text.lower() if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})?", text) else "en"


def _size(paper: str) -> str:
    width, height = PAPERS[paper]
    return f"{width}mm {height}mm"


def _css_string(text: str) -> str:
    return '"' + re.sub(r'["\\\n\r\f<>]', lambda match: f"\\{ord(match[0]):x} ", text) + '"'
