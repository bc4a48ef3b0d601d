"""A record's document as PDF: page one fitted to exactly one page, the appendix, the attached record.json.

Imports WeasyPrint, so only the worker process may import this module; see `pdf_worker`.
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
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher

from . import appendix, canonical, page
from .fonts import Glyphs
from .levels import LEVELS, MARGIN_BOTTOM, MARGIN_SIDE, MARGIN_TOP, PAPERS, START, Level
from .pdf_finish import finish

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
VARIANT = "pdf/a-3a"
MAX_RENDERS = 5
PX = 96 / 25.4  # CSS pixels a millimetre
STRETCH = 1.5  # the most that spare height may widen the gaps
NAVY = "#12304f"


class NoFetcher(URLFetcher):  # type: ignore[misc]
    """Refuses everything, files and data: addresses included, and stops the render rather than skip silently."""

    def __init__(self) -> None:
        super().__init__(timeout=1, allowed_protocols=(), allow_redirects=False, fail_on_errors=True)

    def fetch(self, url: str, headers: Any = None) -> Any:
        raise FatalURLFetchingError(f"The record may not load {url[:120]}")


@dataclass(frozen=True)
class Attempt:
    """One layout of page one at a level; `height` is what it used, in CSS pixels."""

    document: Any
    fits: bool
    cut: frozenset[str]
    height: float


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
        self.css = self._css((TEMPLATES / "decisions" / "print" / "print.css").read_text(encoding="utf-8"))
        engine = Engine(
            dirs=[str(TEMPLATES)],
            libraries={
                "i18n": "django.templatetags.i18n",
                "l10n": "django.templatetags.l10n",
                "print_tags": "decisions.templatetags.print_tags",
            },
            autoescape=True,
        )
        self.page_one = engine.get_template("decisions/print/record.html")
        self.rest = engine.get_template("decisions/print/appendix.html")

    def render(self, document: Mapping[str, Any], paper: str = "A4") -> Made:
        """Raises KeyError or TypeError for a document that is not of the published format, ValueError for bad JSON."""
        data = canonical.record_json(document)
        digest = canonical.digest(data)
        language = _language(document["content"]["lang"])
        with translation.override(language):
            job = _Fit(self, page.build(document, Glyphs()), paper, digest, language)
            level, best = job.fit()
            behind = self._appendix(job, level, best.cut)
            pages = [*best.document.pages, *behind.pages]
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
            appendix_pages=len(behind.pages),
            cut=tuple(sorted(best.cut)),
            missing=tuple(sorted(job.page.glyphs.missing)),
            digest=digest,
        )

    def layout(self, html: str, *sheets: str) -> Any:
        source = weasyprint.HTML(string=html, url_fetcher=self.fetcher, base_url="about:blank")
        return source.render(
            font_config=self.fonts, stylesheets=[self.css, *map(self._css, sheets)], pdf_variant=VARIANT
        )

    def _css(self, text: str) -> Any:
        return weasyprint.CSS(string=text, font_config=self.fonts, url_fetcher=self.fetcher)

    def _appendix(self, job: _Fit, level: Level, cut: frozenset[str]) -> Any:
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


class _Fit:
    """Finds the roomiest level at which page one is exactly one page, in at most five renders."""

    def __init__(self, renderer: Renderer, one: page.Page, paper: str, digest: str, language: str) -> None:
        self.renderer, self.page, self.paper, self.digest, self.language = renderer, one, paper, digest, language
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
        tried: dict[int, Attempt] = {}
        best: int | None = None
        first, last = 0, len(LEVELS) - 1  # the answer lies in first..last
        guess = START
        while True:
            attempt = tried[guess] = self.attempt(LEVELS[guess])
            if attempt.fits:
                best = last = guess
            else:
                first = guess + 1
            if best is not None and first >= best:
                break
            if best is None and guess == len(LEVELS) - 1:
                raise RuntimeError("The record does not fit one page at the tightest level.")
            if self.renders >= MAX_RENDERS - 1:
                if best is not None:
                    break
                guess = len(LEVELS) - 1
                continue
            guess = self._predict(tried, first, last, best)
        if LEVELS[best].clamped:
            return LEVELS[best], tried[best]
        return LEVELS[best], self._stretched(LEVELS[best], tried[best])

    def attempt(self, level: Level, stretch: float = 0.0) -> Attempt:
        self.renders += 1
        values = self.page.at(level)
        html = self.renderer.page_one.render(
            Context(
                {
                    **values,
                    "lang": self.language,
                    "qr": self.qr,
                    "digest": canonical.grouped(self.digest),
                    "made": self.made.strftime("%Y-%m-%dT%H:%M:%SZ"),
                    "missing_note": self._missing_note(),
                }
            )
        )
        follows = _("text that ends in “…” goes on in Appendix A") if level.clamped else _("appendix follows")
        foot = _css_string(f"{self.label} · {_('page 1')} · {follows}")
        document = self.renderer.layout(
            html,
            f"html {{ --gap: {level.gap + stretch:.3f}; font-size: {level.points}pt }}"
            f" @page {{ size: {_size(self.paper)}; @bottom-left {{ content: {foot} }} }}",
        )
        anchors = document.pages[0].anchors
        fits = len(document.pages) == 1 and "end-of-page" in anchors
        marks = set(re.findall(r'<span id="e-([^"]+)"></span>', html))
        cut = {key for key in marks if f"e-{key}" not in anchors or self.page.pieces[key].clipped}
        return Attempt(document, fits, frozenset(cut) if fits else frozenset(), self._height(document))

    def _height(self, document: Any) -> float:
        """The height used, in all, over as many pages as it took."""
        used = 0.0
        for sheet in document.pages:
            mark = sheet.anchors.get("end-of-page")
            if mark:
                return used + float(mark[1]) - MARGIN_TOP * PX
            used += self.room
        return used

    def _predict(self, tried: Mapping[int, Attempt], first: int, last: int, best: int | None) -> int:
        """The next level to try: text's height goes with the square of its size, nearly; clamped levels are halved."""
        known = min(tried, key=lambda index: abs(tried[index].height - self.room))
        free = [index for index in range(first, last + 1) if index not in tried and not LEVELS[index].clamped]
        for index in free:
            scale = (LEVELS[index].points / LEVELS[known].points) ** 1.8 * (
                LEVELS[index].gap / LEVELS[known].gap
            ) ** 0.12
            if tried[known].height * scale <= self.room * 1.004:
                return index
        top = last if best is None else best - 1
        clamped = [index for index in range(first, top + 1) if LEVELS[index].clamped and index not in tried]
        if clamped:
            return clamped[(len(clamped) - 1) // 2]
        return top

    def _stretched(self, level: Level, attempt: Attempt) -> Attempt:
        """Spend spare height on the gaps between the blocks, so that a short record does not huddle at the top."""
        spare = self.room - attempt.height
        if spare < 30 or self.renders >= MAX_RENDERS:
            return attempt
        per_unit = 5.2 * level.points * 96 / 72
        wider = self.attempt(level, stretch=min(STRETCH, (spare - 10) / per_unit))
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


__all__ = ["MARGIN_SIDE", "Made", "NoFetcher", "Renderer"]
