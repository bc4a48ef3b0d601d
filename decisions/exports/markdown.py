"""A record as a Markdown file in the MADR 4 layout, ready to be committed beside the code it decides about."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from decisions.markup import Node, line, to_markdown

from . import canonical, wording
from . import text as typed
from .text import clean

Json = Mapping[str, Any]

_LIST = re.compile(r"([-+*]|\d+[.)]) ")
STATUS = {
    "draft": "draft",
    "in_sign_off": "proposed",
    "accepted": "accepted",
    "superseded": "superseded",
    "withdrawn": "deprecated",
}


def render_markdown(document: Json) -> str:
    """The whole record; text that people typed can neither open a heading, a list, a tag nor the front matter."""
    content = document["content"]
    parts = [
        _front_matter(document),
        f"# {plain(content['title'])}",
        *_state(document),
        f"## {_('Context and problem statement')}",
        to_markdown(typed.plain(content["decision"]["question"])),
        to_markdown(typed.plain(content["decision"]["context"])),
        f"## {_('Decision drivers')}",
        *_criteria(content),
        f"## {_('Considered options')}",
        bullets(_(text) for key, text in wording.APPROACHES.items() if key not in ("undecided", "fix_first")),
        f"## {_('Decision outcome')}",
        *_outcome(content),
        f"### {_('Consequences')}",
        *_consequences(content),
        f"### {_('Confirmation')}",
        *_confirmation(content),
        f"## {_('Sign-off')}",
        *_signed(document),
        f"## {_('More information')}",
        *_more(document),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def file_name(document: Json) -> str:
    """`0001-answer-support-questions-from-retrieval-first.md`, as MADR names its files."""
    return f"{stem(document)}.md"


def stem(document: Json) -> str:
    number = re.sub(r"\D", "", clean(document["record"]["number"], 20))
    start = number or f"draft-{int(document['content']['decision']['number'])}"
    title = slugify(clean(document["content"]["title"], 200))[:60].strip("-")
    return f"{start}-{title or 'decision'}"


def plain(text: object) -> str:
    """Typed text that is no Markdown, on one line."""
    return _one_line(typed.plain(text))


def inline(text: object) -> str:
    """Typed Markdown on one line."""
    return _one_line(typed.prose(text))


def paragraphs(text: object) -> str:
    """Typed Markdown as it stands, with its paragraphs and lists."""
    return to_markdown(typed.prose(text))


def _one_line(tree: Node) -> str:
    return to_markdown(line(tree)).replace("  \n", " ")


def bullets(entries: Iterable[str]) -> str:
    return "\n".join(re.sub(r"\n(?=.)", "\n  ", f"* {entry}") for entry in entries if entry)


def table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    titles = list(header)
    # also in code, where nothing else is escaped
    body = ["| {} |".format(" | ".join(re.sub(r"(?<!\\)\|", r"\|", cell) for cell in row)) for row in rows]
    return "\n".join([f"| {' | '.join(titles)} |", f"|{'---|' * len(titles)}", *body]) if body else ""


def _front_matter(document: Json) -> str:
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
    return "\n".join(
        ["---", *(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()), "---"]
    )


def _state(document: Json) -> list[str]:
    record = document["record"]
    said = plain(wording.word(wording.STATES, record["state"]))
    number = clean(record["number"], 20)
    line = f"**{said}** · {plain(number)} · " if number else f"**{said}** · "
    line += _("revision %(revision)s, %(day)s") % {
        "revision": record["revision"],
        "day": plain(wording.day(record["issued_on"])),
    }
    extra = []
    if record["supersedes"]:
        extra.append(_("Supersedes %(number)s.") % {"number": plain(record["supersedes"])})
    if record["superseded_by"]:
        extra.append(_("Superseded by %(number)s.") % {"number": plain(record["superseded_by"])})
    if record.get("withdrawn_because"):
        extra.append(_("Withdrawn because: %(why)s") % {"why": inline(record["withdrawn_because"])})
    return [line, *extra]


def _criteria(content: Json) -> list[str]:
    return [
        table(
            (_("Criterion"), _("Group’s lean"), _("Ballots"), _("Why")),
            (
                (
                    plain(criterion["name"]),
                    wording.lean(criterion),
                    str(len(criterion["ballots"])),
                    inline(criterion["why"]),
                )
                for criterion in content["criteria"]
            ),
        )
    ]


def _outcome(content: Json) -> list[str]:
    chosen = _("Chosen: **%(approach)s**") % {"approach": plain(wording.word(wording.APPROACHES, content["approach"]))}
    scope = plain(content["scope"])
    parts = [f"{chosen}, {scope}." if scope else f"{chosen}.", paragraphs(content["rationale"])]
    if content["approach"] != content["recommended_approach"]:
        parts.append(
            _("This departs from the framework, which recommends %(approach)s.")
            % {"approach": plain(wording.word(wording.APPROACHES, content["recommended_approach"]))}
        )
    parts.append(
        _("Recommendation: %(status)s (%(clause)s).")
        % {
            "status": plain(wording.word(wording.STATUSES, content["recommendation_status"])),
            "clause": plain(wording.word(wording.CLAUSES, content["clause"])),
        }
    )
    parts.append(bullets(plain(reason) for reason in content["reasons"]))
    if content["risk_summary"]:
        parts.append(f"**{_('The risk we take:')}** {inline(content['risk_summary'])}")
    fallback = content["fallback"]
    if fallback["label"] or fallback["text"]:
        label = f" {plain(fallback['label'])}." if fallback["label"] else ""
        said = paragraphs(fallback["text"])
        gap = "\n\n" if _LIST.match(said) else " "
        parts.append(f"**{_('Fallback:')}**{label}{gap}{said}".rstrip())
    for title, key in ((_("Phase one"), "phase_one"), (_("Backlog"), "backlog"), (_("Guardrails"), "guardrails")):
        if content[key]:
            parts += [f"### {title}", bullets(paragraphs(text) for text in content[key])]
    return parts


def _consequences(content: Json) -> list[str]:
    risks = [
        _("Risk accepted: %(text)s (%(owner)s)")
        % {"text": inline(risk["text"]), "owner": plain(risk["owner"]) or _("no owner")}
        for risk in content["risks"]
    ]
    modes = [
        f"{inline(mode['text'])}{' → ' + inline(mode['mitigation']) if mode['mitigation'] else ''}"
        for mode in content["failure_modes"]
    ]
    return [bullets(risks), f"#### {_('Failure modes and what is done about them')}" if modes else "", bullets(modes)]


def _confirmation(content: Json) -> list[str]:
    metrics = table(
        (_("Metric"), _("Gate"), _("Stop"), _("Sample"), _("When")),
        (
            tuple(
                plain(value)
                for value in (
                    metric["name"],
                    wording.threshold(metric["gate"]),
                    wording.threshold(metric["stop"]),
                    metric["sample"],
                    metric["when"],
                )
            )
            for metric in content["metrics"]
        ),
    )
    assumptions = [
        f"{inline(entry['text'])} ({', '.join(part for part in (plain(entry['owner']), plain(entry['check_by'])) if part)})"
        if entry["owner"] or entry["check_by"]
        else inline(entry["text"])
        for entry in content["assumptions"]
    ]
    flips = [f"{inline(flip['signal'])} → {inline(flip['then'])}" for flip in content["flip_signals"]]
    revisit = content["revisit"]
    when = plain(wording.day(revisit["on"])) if revisit["on"] else inline(revisit["none_because"]) or _("no date")
    triggers = "; ".join(inline(text) for text in revisit["triggers"])
    return [
        metrics,
        f"#### {_('Assumptions')}" if assumptions else "",
        bullets(assumptions),
        f"#### {_('Signals that flip this decision')}" if flips else "",
        bullets(flips),
        f"**{_('Revisit:')}** {when}"
        + (_("; sooner, when: %(triggers)s") % {"triggers": triggers} if triggers else ""),
    ]


def _signed(document: Json) -> list[str]:
    return [
        table(
            (_("Owner"), _("Role"), _("Position"), _("Note"), _("Date")),
            (
                (
                    plain(entry["name"]),
                    plain(wording.word(wording.ROLES, entry["role"])),
                    plain(wording.word(wording.POSITIONS, entry["position"])),
                    inline(entry["note"]),
                    plain(wording.day(entry["at"])) if entry["at"] else "",
                )
                for entry in document["sign_offs"]
            ),
        )
        or _("Nobody has been asked to sign yet.")
    ]


def _more(document: Json) -> list[str]:
    record, framework, anchor = document["record"], document["content"]["framework"], document["anchor"]
    url = clean(record["url"], 400)
    told = [
        f"{_('Live record:')} <{url}>" if re.fullmatch(r"https?://[^\s<>]+", url) else "",
        _("Framework: %(name)s %(version)s, rule %(rule)s")
        % {
            "name": plain(framework["name"]),
            "version": plain(framework["version"]),
            "rule": plain(framework["rule_version"]),
        },
        f"{_('Signed content, SHA-256:')} `{clean(record['content_hash'], 64)}`" if record["content_hash"] else "",
    ]
    if anchor:
        told.append(
            _("Log %(log)s, entry %(sequence)s, head %(head)s")
            % {
                "log": plain(anchor["log"]),
                "sequence": anchor["sequence"],
                "head": f"`{re.sub('[^0-9a-f]', '', str(anchor['head']))}`",
            }
        )
    return [bullets(told)]
