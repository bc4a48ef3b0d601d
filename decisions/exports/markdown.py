"""A record as a Markdown file in the MADR 4 layout, ready to be committed beside the code it decides about."""

import json
import re
from collections.abc import Mapping
from typing import Any

from django.template.loader import render_to_string
from django.utils.text import slugify
from django.utils.translation import gettext as _

from decisions.base.markdown import to_markdown
from decisions.framework.words import APPROACH_TITLES

from . import canonical, wording
from .sources import by_part, marked, scored
from .text import clean, prose

Json = Mapping[str, Any]

STATUS = {
    "draft": "draft",
    "in_sign_off": "proposed",
    "accepted": "accepted",
    "superseded": "superseded",
    "withdrawn": "deprecated",
}


def render_markdown(document: Json) -> str:
    """The whole record; text that people typed can neither open a heading, a list, a tag nor the front matter."""
    front = _front_matter(document)
    document = marked(document)
    record, content = document["record"], document["content"]
    url, fallback = clean(record["url"], 400), to_markdown(prose(content["fallback"]["text"]))
    plans = ((_("Phase one"), "phase_one"), (_("Backlog"), "backlog"), (_("Guardrails"), "guardrails"))
    values = {
        **document,
        "front": front,
        "criteria": scored(content),
        "sources": by_part(content),
        "options": [text for key, text in APPROACH_TITLES.items() if key not in ("undecided", "fix_first")],
        # what begins with a list cannot stand behind a word
        "fallback": ("\n\n" if re.match(r"(?:[-+*]|\d+[.)]) ", fallback) else " " * bool(fallback)) + fallback,
        "answers": wording.answers(content["situation"]),
        "plans": [(title, content[key]) for title, key in plans],
        "url": url if re.fullmatch(r"https?://[^\s<>]+", url) else "",
    }
    return as_file(render_to_string("decisions/exports/record.md", values))


def as_file(text: str) -> str:
    """What a template of Markdown gives, with one blank line where its tags left several."""
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def stem(document: Json) -> str:
    """`0001-answer-support-questions-from-retrieval-first`, as MADR names its files."""
    number = re.sub(r"\D", "", clean(document["record"]["number"], 20))
    start = number or f"draft-{int(document['content']['decision']['number'])}"
    title = slugify(clean(document["content"]["title"], 200))[:60].strip("-")
    return f"{start}-{title or 'decision'}"


def _front_matter(document: Json) -> list[str]:
    record, content = document["record"], document["content"]
    status = STATUS.get(str(record["state"]), "draft")
    if status == "superseded" and record["superseded_by"]:
        status = f"superseded by {clean(record['superseded_by'], 20)}"
    people = {clean(entry["name"], 120): None for entry in document["sign_offs"]}
    consulted = {clean(entry["name"], 120): None for entry in content["attendees"]}
    values: dict[str, Any] = {
        "status": status,
        "date": clean(record["issued_on"], 20),
        "decision-makers": [name for name in people if name],
        "consulted": [name for name in consulted if name and name not in people],
        "number": clean(record["number"], 20),
        "revision": record["revision"],
        "approach": clean(content["approach"], 40),
        "revisit": clean(content["revisit"]["on"], 20),
        "content-hash": clean(record["content_hash"], 64),
        "record-sha256": canonical.digest(canonical.record_json(document)),
    }
    # JSON is YAML, and its strings cannot be mistaken for anything else
    return [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
