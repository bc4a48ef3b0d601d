"""A record's document as PDF: page one fitted to exactly one page, the appendix, the attached record.json.

Imports WeasyPrint, so only the worker process may import this module; see `worker`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import weasyprint
from django.template import Context, Engine
from django.utils import translation
from django.utils.translation import gettext as _
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher

from .. import canonical
from . import appendix, page_one
from .finish import finish
from .fit import Fit, css_string, size
from .fonts import Glyphs
from .levels import Level

TEMPLATES = Path(__file__).resolve().parents[3] / "templates"
VARIANT = "pdf/a-3a"


class NoFetcher(URLFetcher):  # type: ignore[misc]
    """Refuses everything, files and data: addresses included, and stops the render rather than skip silently."""

    def __init__(self) -> None:
        super().__init__(timeout=1, allowed_protocols=(), allow_redirects=False, fail_on_errors=True)

    def fetch(self, url: str, headers: Any = None) -> Any:
        raise FatalURLFetchingError(f"The record may not load {url[:120]}")


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
        name = css_string(f"{job.label} · {_('appendix')}")
        count = css_string(_("Appendix, page ")), css_string(_(" of "))
        return self.layout(
            html,
            f"@page {{ size: {size(job.paper)}; @bottom-left {{ content: {name} }}"
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


def _language(said: object) -> str:
    text = str(said)
    return text.lower() if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})?", text) else "en"
