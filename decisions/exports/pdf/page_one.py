"""Page one as data: what is said where, capped so that layout time is bounded, with the whole text kept aside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from decisions.base import markdown
from decisions.exports import canonical, wording
from decisions.exports.sources import marked, scored
from decisions.exports.text import clean, east_asian, plain, prose
from decisions.framework import lean_axis

from .fonts import Glyphs
from .levels import FREE, KINDS, Level

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Piece:
    """A block of text: its mark in the page, what is printed of it, and the whole for the appendix to read."""

    key: str
    label: str
    html: SafeString
    full: str
    clipped: bool
    read: Callable[[object], markdown.Node]

    @property
    def mark(self) -> SafeString:
        """An empty end mark; it is missing from the page's anchors when the block was cut before it."""
        return mark_safe(f'<span id="e-{self.key}"></span>')  # noqa: S308 - the key is made here

    def __bool__(self) -> bool:
        return bool(self.full)


@dataclass(frozen=True)
class Item:
    """One line of a list: its text, and a short note such as the owner."""

    piece: Piece
    note: str = ""
    second: Piece | None = None


@dataclass(frozen=True)
class Listed:
    """A list: what page one prints of each line, and what the appendix says of those it leaves out."""

    label: str
    kind: str
    rows: Sequence[Any]
    items: Sequence[Item]


@dataclass(frozen=True)
class Shown:
    """As much of a list as the level allows."""

    rows: Sequence[Any]
    rest: int

    @property
    def pairs(self) -> list[Sequence[Any]]:
        return [self.rows[i : i + 2] for i in range(0, len(self.rows), 2)]


@dataclass(frozen=True)
class Owner:
    name: str
    role: str
    position: str
    word: str
    note: Piece
    date: str


@dataclass
class Page:
    """Everything page one shows. `pieces` and `lists` tell the appendix what to continue."""

    glyphs: Glyphs
    document: Json
    pieces: dict[str, Piece] = field(default_factory=dict)
    lists: dict[str, Listed] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)

    def line(self, text: object, limit: int) -> str:
        """A short value on one line, cut where it is too long for its place."""
        said = self.glyphs.drawable(clean(text, limit + 1))
        return said if len(said) <= limit else said[: limit - 1] + "…"

    def piece(
        self, key: str, label: str, text: object, limit: int, read: Callable[[object], markdown.Node] = plain
    ) -> Piece:
        full = str(text or "")
        whole = markdown.line(read(full[: limit * 4]))
        shown = markdown.cut(whole, limit)
        clipped = shown != whole or len(full) > limit * 4
        piece = Piece(key, label, markdown.to_print(shown, self.glyphs.breakable), full, clipped, read)
        self.pieces[key] = piece
        return piece

    def items(self, key: str, kind: str, label: str, entries: Iterable[Item]) -> None:
        listed = list(entries)
        self.lists[key] = Listed(label, kind, listed, listed)

    def at(self, level: Level) -> dict[str, Any]:
        """The template's values at one level: lists cut to what the level allows."""
        shown: dict[str, Any] = dict(self.values)
        for key, entry in self.lists.items():
            allowed = level.items_of(entry.kind)
            shown[key] = Shown(entry.rows[:allowed], max(0, len(entry.rows) - allowed))
        shown["level"] = level
        # the class that clamps each kind of block; none where the level lets it run
        shown["n"] = {kind: f"n{level.lines_of(kind)}" if level.lines_of(kind) < FREE else "" for kind in KINDS}
        return shown

    def left_out(self, level: Level) -> list[tuple[str, list[Item]]]:
        """The list items that this level leaves to the appendix."""
        rest = []
        for key, entry in self.lists.items():
            start = 0 if key == "modes" and not level.modes else level.items_of(entry.kind)
            if entry.items[start:]:
                rest.append((entry.label, list(entry.items[start:])))
        return rest


def build(document: Json, glyphs: Glyphs) -> Page:
    """Lay out a record's document as page one. Needs Django's translations, nothing else of Django."""
    document = marked(document)
    page = Page(glyphs, document)
    glyphs.survey(document)
    content = document["content"]
    # names of Chinese characters alone are Japanese in a record with kana
    page.values["han"] = east_asian(canonical.record_json(document).decode())
    _head(page, document["record"], content)
    _choice(page, content)
    _criteria(page, content)
    _evaluation(page, content)
    _plan(page, content)
    _owners(page, document)
    _revisit(page, document)
    return page


def _head(page: Page, record: Json, content: Json) -> None:
    number = page.line(record["number"], 20)
    state = str(record["state"])
    done = sum(1 for s in page.document["sign_offs"] if s["position"] != "pending")
    everyone = len(page.document["sign_offs"])
    successor = page.line(record["superseded_by"], 20)
    banner = {
        "draft": _("Draft. Not a decision yet: the owners have not been asked to sign it."),
        "in_sign_off": _(
            "In sign-off. %(done)d of %(everyone)d owners have answered; it does not count before it is accepted."
        )
        % {"done": done, "everyone": everyone},
        "superseded": _("Superseded by %(successor)s. Kept for the trail; do not act on this page.")
        % {"successor": successor}
        if successor
        else _("Superseded. Kept for the trail; do not act on this page."),
        "withdrawn": _("Withdrawn. Kept for the trail; do not act on this page."),
    }.get(state, "")
    page.values |= {
        "number": number or _("Decision %(number)s") % {"number": content["decision"]["number"]},
        "numbered": bool(number),
        "revision": record["revision"],
        "team": page.line(content["team"], 40),
        "state": state if state in wording.STATES else "draft",
        "state_word": wording.word(wording.STATES, state),
        "date": page.line(wording.day(record["issued_on"]), 20),
        "supersedes": page.line(record["supersedes"], 20),
        "banner": banner,
        "withdrawn": page.piece("withdrawn", _("Why it was withdrawn"), record.get("withdrawn_because"), 400, prose),
        "title": page.piece("title", _("Title"), content["title"], 220),
        "long_title": len(clean(content["title"], 300)) > 62,
        "question": page.piece("question", _("Question"), content["decision"]["question"], 500),
        "framework": page.line(content["framework"]["name"], 50),
        "rule_version": page.line(content["framework"]["rule_version"], 12),
    }


def _choice(page: Page, content: Json) -> None:
    approach, recommended = str(content["approach"]), str(content["recommended_approach"])
    status = str(content["recommendation_status"])
    ballots = [ballot for criterion in content["criteria"] for ballot in criterion["ballots"]]
    roles = {str(ballot["role"]) for ballot in ballots}
    clause = wording.word(wording.CLAUSES, content["clause"])
    if approach == recommended:
        follows = _("Follows the framework: %(clause)s.") % {"clause": clause}
    else:
        follows = _("Departs from the framework, which says %(approach)s: %(clause)s.") % {
            "approach": wording.word(wording.SHORT_APPROACHES, recommended),
            "clause": clause,
        }
    page.values |= {
        "approach": approach if approach in wording.APPROACHES else "undecided",
        "approach_word": wording.word(wording.APPROACHES, approach),
        "scope": page.piece("scope", _("Scope"), content["scope"], 220),
        "rationale": page.piece("rationale", _("Why"), content["rationale"], 1500, prose),
        "risk": page.piece("risk", _("The risk, in one sentence"), content["risk_summary"], 420, prose),
        "fallback_label": page.piece("fallback-label", _("Fallback"), content["fallback"]["label"], 160),
        "fallback": page.piece("fallback", _("Fallback"), content["fallback"]["text"], 700, prose),
        "follows": follows,
        "departs": approach != recommended,
        "status": status if status in wording.STATUSES else "provisional",
        "status_word": wording.word(wording.STATUSES, status, limit=20),
        "path_word": wording.word(wording.PATHS, content["path"]) if content["path"] not in ("none", "") else "",
        "ballots": _("%(count)d from %(roles)s")
        % {
            "count": len(ballots),
            "roles": ngettext("%(count)d role", "%(count)d roles", len(roles)) % {"count": len(roles)},
        }
        if ballots
        else _("none"),
    }


def _criteria(page: Page, content: Json) -> None:
    rows: list[dict[str, Any]] = []
    roles: set[str] = set()
    tally = Counter[str]()
    for index, criterion in enumerate(scored(content)):
        lean = criterion["lean"] if criterion["state"] == "settled" else None
        side = "open" if lean is None else "rag" if lean < 0 else "fine_tuning" if lean > 0 else "either"
        tally[side] += 1
        name = page.piece(f"criterion-{index}", _("Criterion"), criterion["name"], 120)
        axis = lean_axis.from_document({**criterion, "name": page.line(criterion["name"], 80)})
        roles.update(dot.role for dot in axis.dots)
        rows.append({"name": name, "axis": axis, "word": wording.lean(criterion), "side": side})
    page.lists["criteria"] = Listed(_("Criteria"), "criteria", rows, [Item(row["name"], row["word"]) for row in rows])
    page.values["legend"] = [
        {
            "axis": lean_axis.shape_path(mark.shape, 5.4),
            "colour": mark.colour,
            "letter": mark.letter,
            "word": lean_axis.role_word(role),
        }
        for role, mark in lean_axis.ROLE_MARKS.items()
        if role in roles
    ]
    sides = (
        ("rag", _("%(count)d RAG")),
        ("either", _("%(count)d either")),
        ("fine_tuning", _("%(count)d tuning")),
        ("open", _("%(count)d open")),
    )
    page.values["leans"] = ", ".join(text % {"count": tally[side]} for side, text in sides if tally[side])


def _evaluation(page: Page, content: Json) -> None:
    rows = []
    for index, metric in enumerate(content["metrics"]):
        key = f"metric-{index}"
        label = page.line(metric["name"], 60)
        how = ", ".join(part for part in (clean(metric["sample"]), clean(metric["when"])) if part)
        rows.append(
            {
                "name": page.piece(key, _("Metric"), metric["name"], 160),
                "gate": page.piece(f"{key}-gate", f"{label} · {_('Gate')}", wording.threshold(metric["gate"]), 60),
                "stop": page.piece(f"{key}-stop", f"{label} · {_('Stop')}", wording.threshold(metric["stop"]), 60),
                "how": page.piece(f"{key}-how", f"{label} · {_('Sample and when')}", how, 160),
            }
        )
    page.lists["metrics"] = Listed(
        _("Evaluation"),
        "metrics",
        rows,
        [
            Item(
                row["name"],
                "; ".join(
                    part
                    for part in (
                        f"{_('gate')} {row['gate'].full}" if row["gate"] else "",
                        f"{_('stop')} {row['stop'].full}" if row["stop"] else "",
                        row["how"].full,
                    )
                    if part
                ),
            )
            for row in rows
        ],
    )


def _repairs(page: Page, content: Json) -> Iterable[Item]:
    """What is fixed first, each with who does it and by when."""
    for i, row in enumerate(content.get("repairs") or ()):
        by = _("by %(day)s") % {"day": wording.day(row["by"])} if row["by"] else _("no day yet")
        note = f"{page.line(row['owner'] or _('nobody yet'), 40)}, {by}"
        yield Item(page.piece(f"repairs-{i}", _("Fix first"), row["text"], 360, prose), note)


def _plan(page: Page, content: Json) -> None:
    first = page.values["first"] = _("Fix first") if content.get("repairs") else _("Phase one")
    for key, label in (("phase_one", first), ("backlog", _("Backlog")), ("guardrails", _("Guardrails"))):
        page.items(
            key,
            "list",
            label,
            [
                *(_repairs(page, content) if key == "phase_one" else ()),
                *(Item(page.piece(f"{key}-{i}", label, text, 360, prose)) for i, text in enumerate(content[key])),
            ],
        )
    label = _("Assumptions")
    assumptions = []
    for i, entry in enumerate(content["assumptions"]):
        owner = page.line(entry["owner"], 24)
        check = _("check by %(day)s") % {"day": wording.day(entry["check_by"])} if entry["check_by"] else ""
        note = ", ".join(part for part in (owner, page.line(check, 40)) if part)
        assumptions.append(Item(page.piece(f"assumptions-{i}", label, entry["text"], 360, prose), note))
    page.items("assumptions", "list", label, assumptions)
    label = _("Risks accepted")
    page.items(
        "risks",
        "list",
        label,
        [
            Item(page.piece(f"risks-{i}", label, risk["text"], 360, prose), page.line(risk["owner"], 24))
            for i, risk in enumerate(content["risks"])
        ],
    )
    label = _("Failure modes and what is done about them")
    page.items(
        "modes",
        "modes",
        label,
        [
            Item(
                page.piece(f"modes-{i}", label, mode["text"], 240, prose),
                second=page.piece(f"modes-{i}-then", label, mode["mitigation"], 240, prose),
            )
            for i, mode in enumerate(content["failure_modes"])
        ],
    )
    label = _("Signals that flip this decision")
    flips = [
        Item(
            page.piece(f"flip-{i}", label, flip["signal"], 380, prose),
            second=page.piece(f"flip-{i}-then", label, flip["then"], 260, prose),
        )
        for i, flip in enumerate(content["flip_signals"])
    ]
    page.items("flips", "flips", label, flips)


_ORDER = {"dissent": 0, "agree_with_condition": 1, "pending": 2, "agree": 3}


def _owners(page: Page, document: Json) -> None:
    signed = document["record"]["content_hash"]
    entries = list(document["sign_offs"]) or [
        {**owner, "position": "pending", "note": "", "at": None, "content_hash": ""}
        for owner in document["content"]["owners"]
    ]
    owners = []
    for index, entry in enumerate(entries):
        position, note = str(entry["position"]), entry["note"]
        stale = position != "pending" and entry["content_hash"] and entry["content_hash"] != signed
        if stale:
            position, note = "pending", _("Signed an earlier text; that signature no longer counts. ") + str(note or "")
        owners.append(
            Owner(
                name=page.line(entry["name"], 70),
                role=page.line(wording.word(wording.ROLES, entry["role"]), 40),
                position=position if position in wording.POSITIONS else "pending",
                word=wording.word(wording.POSITIONS, position, limit=24),
                note=page.piece(f"note-{index}", _("Note"), note, 500, prose),
                date=page.line(wording.day(entry["at"]), 20) if entry["at"] and not stale else "–",
            )
        )
    if len(owners) > 4:  # a dissent is never the one that is left to the appendix
        owners.sort(key=lambda owner: _ORDER[owner.position])
    page.lists["owners"] = Listed(
        _("Sign-off"),
        "signoffs",
        owners,
        [Item(o.note, ", ".join(part for part in (o.name, o.role, o.word, o.date) if part)) for o in owners],
    )


def _revisit(page: Page, document: Json) -> None:
    record, content = document["record"], document["content"]
    revisit, anchor = content["revisit"], document["anchor"]
    page.values["revisit_on"] = page.line(wording.day(revisit["on"]), 20) if revisit["on"] else ""
    page.values["revisit_none"] = page.piece("revisit-none", _("No revisit"), revisit["none_because"], 160, prose)
    cadence = wording.word(wording.CADENCES, revisit["cadence"]) if revisit["cadence"] in wording.CADENCES else ""
    page.values["cadence"] = (_("%(text)s (proposed)") % {"text": cadence}) if revisit.get("is_proposed") else cadence
    page.items(
        "triggers",
        "triggers",
        _("Sooner, when"),
        [
            Item(page.piece(f"triggers-{i}", _("Sooner, when"), text, 160, prose))
            for i, text in enumerate(revisit["triggers"])
        ],
    )
    url = clean(record["url"], 400)
    page.values["url"] = url if url.startswith(("https://", "http://")) and len(url) <= 300 else ""
    page.values["link"] = page.values["url"] if url.startswith("https://") else ""
    page.values["signed_hash"] = canonical.grouped(clean(record["content_hash"], 64))
    page.values["anchor"] = (
        {
            "log": page.line(anchor["log"], 40),
            "sequence": anchor["sequence"],
            "head": canonical.grouped(clean(anchor["head"], 64)),
        }
        if anchor
        else None
    )
