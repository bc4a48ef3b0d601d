"""Page one as data: what is said where, capped so that layout time is bounded, with the whole text kept aside."""

from collections import Counter
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from decisions.exports import canonical, wording
from decisions.exports.sources import marked, scored
from decisions.exports.text import clean, east_asian, prose
from decisions.framework import lean_axis
from decisions.framework.settling import needs_reason, settled_words
from decisions.framework.words import APPROACH_NAMES, APPROACH_TITLES, CLAUSE_NAMES, PATH_NAMES, STATUS_TITLES

from .fonts import Glyphs
from .pieces import Item, Json, Listed, Owner, Page


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
        "draft": _("Draft. Not in force: sign-off has not started."),
        "in_sign_off": _("In sign-off: %(done)d of %(everyone)d owners have responded. Not in force until accepted.")
        % {"done": done, "everyone": everyone},
        "superseded": _("Superseded by %(successor)s. Kept for reference. Do not act on this page.")
        % {"successor": successor}
        if successor
        else _("Superseded. Kept for reference. Do not act on this page."),
        "withdrawn": _("Withdrawn. Kept for reference. Do not act on this page."),
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
    clause = wording.word(CLAUSE_NAMES, content["clause"])
    if approach == recommended:
        follows = _("Follows the recommendation: %(clause)s.") % {"clause": clause}
    else:
        follows = _("Differs from the recommendation, %(approach)s: %(clause)s.") % {
            "approach": wording.word(APPROACH_NAMES, recommended),
            "clause": clause,
        }
    page.values |= {
        "approach": approach if approach in APPROACH_TITLES else "undecided",
        "approach_word": wording.word(APPROACH_TITLES, approach),
        "scope": page.piece("scope", _("Scope"), content["scope"], 420),
        "rationale": page.piece("rationale", _("Why"), content["rationale"], 3000, prose),
        "risk": page.piece("risk", _("The risk, in one sentence"), content["risk_summary"], 800, prose),
        "fallback_label": page.piece("fallback-label", _("Fallback"), content["fallback"]["label"], 220),
        "fallback": page.piece("fallback", _("Fallback"), content["fallback"]["text"], 700, prose),
        "follows": follows,
        "fragile": page.piece("fragile", _("Fragile"), " ".join(content.get("fragile") or ()), 500),
        "departs": approach != recommended,
        "status": status if status in STATUS_TITLES else "provisional",
        "status_word": wording.word(STATUS_TITLES, status, limit=20),
        "path_word": wording.word(PATH_NAMES, content["path"]) if content["path"] not in ("none", "") else "",
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
        told = page.piece(
            f"criterion-{index}-told", _("Settled against ballots"), _against(criterion, lean), 600, prose
        )
        rows.append({"name": name, "axis": axis, "word": wording.lean(criterion), "side": side, "told": told})
    page.lists["criteria"] = Listed(_("Criteria"), rows, [Item(row["name"], row["word"]) for row in rows])
    page.values["legend"] = [
        {"axis": lean_axis.shape_path(mark.shape, 5.4), "mark": mark, "word": lean_axis.role_word(role)}
        for role, mark in lean_axis.ROLE_MARKS.items()
        if role in roles
    ]
    sides = (
        ("rag", _("%(count)d RAG")),
        ("either", _("%(count)d either way")),
        ("fine_tuning", _("%(count)d fine-tuning")),
        ("open", _("%(count)d open")),
    )
    # an answer that came before the criteria, and the metrics of a stop, are no empty tables
    page.values["scored"] = any(c["ballots"] or c["state"] != "unanswered" for c in content["criteria"])
    page.values["earlier"] = any(criterion.get("earlier") for criterion in content["criteria"])
    page.values["stopped"] = content["recommendation_status"] == "stop"
    page.values["leans"] = ", ".join(text % {"count": tally[side]} for side, text in sides if tally[side])


def _against(criterion: Json, lean: int | None) -> str:
    """Who settled a criterion against its ballots, and why; "" where the ballots say the same."""
    scores = [ballot["score"] for ballot in criterion["ballots"]]
    if lean is None or not criterion["settled_by"] or not needs_reason(lean, scores):
        return ""
    told = str(settled_words(clean(criterion["settled_by"], 80), lean, scores, criterion["why"]))
    return f"{told[:1].upper()}{told[1:]} {criterion['why']}"


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
    items = []
    for row in rows:
        limits = ((_("gate"), row["gate"]), (_("stop"), row["stop"]))
        told = [*(f"{word} {piece.full}" for word, piece in limits if piece), row["how"].full]
        items.append(Item(row["name"], "; ".join(part for part in told if part)))
    page.lists["metrics"] = Listed(_("Evaluation"), rows, items)


def _plan(page: Page, content: Json) -> None:
    fixes = []
    for row in content.get("repairs") or ():
        by = _("by %(day)s") % {"day": wording.day(row["by"])} if row["by"] else _("no date yet")
        fixes.append((row["text"], f"{page.line(row['owner'] or _('no one yet'), 40)}, {by}"))
    page.typed("repairs", _("Fix first"), fixes)
    for key, label in (("phase_one", _("Phase one")), ("backlog", _("Backlog")), ("guardrails", _("Guardrails"))):
        page.typed(key, label, [(text, "") for text in content[key]])
    assumptions = []
    for entry in content["assumptions"]:
        check = _("check by %(day)s") % {"day": wording.day(entry["check_by"])} if entry["check_by"] else ""
        owner = page.line(entry["owner"], 24)
        assumptions.append((entry["text"], ", ".join(part for part in (owner, page.line(check, 40)) if part)))
    page.typed("assumptions", _("Assumptions"), assumptions)
    page.typed(
        "risks", _("Risks accepted"), [(risk["text"], page.line(risk["owner"], 24)) for risk in content["risks"]]
    )
    modes = [(mode["text"], mode["mitigation"]) for mode in content["failure_modes"]]
    page.pairs("modes", _("Failure modes"), modes, 300, 300)
    flips = [(flip["signal"], flip["then"]) for flip in content["flip_signals"]]
    page.pairs("flips", _("Flip signals"), flips, 600, 400)


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
            said = _("Signed an earlier version. That signature no longer counts. ")
            position, note = "pending", said + str(note or "")
        owners.append(
            Owner(
                name=page.line(entry["name"], 70),
                role=page.line(wording.role(entry["role"]), 40),
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
        owners,
        [Item(o.note, ", ".join(part for part in (o.name, o.role, o.word, o.date) if part)) for o in owners],
    )


def _revisit(page: Page, document: Json) -> None:
    record, content = document["record"], document["content"]
    revisit, anchor = content["revisit"], document["anchor"]
    page.values["accepted_by"] = page.line(record["accepted_by"], 120) if record["accepted_at"] else ""
    page.values["accepted_at"] = wording.moment(record["accepted_at"])
    page.values["revisit_on"] = page.line(wording.day(revisit["on"]), 20) if revisit["on"] else ""
    page.values["revisit_none"] = page.piece("revisit-none", _("No revisit"), revisit["none_because"], 160, prose)
    cadence = wording.word(wording.CADENCES, revisit["cadence"]) if revisit["cadence"] in wording.CADENCES else ""
    page.values["cadence"] = (_("%(text)s (proposed)") % {"text": cadence}) if revisit.get("is_proposed") else cadence
    page.typed("triggers", _("Sooner, if"), [(text, "") for text in revisit["triggers"]], 300)
    url = clean(record["url"], 400)
    page.values["url"] = url if url.startswith(("https://", "http://")) and len(url) <= 300 else ""
    page.values["link"] = page.values["url"] if url.startswith("https://") else ""
    page.values["signed_hash"] = canonical.grouped(clean(record["content_hash"], 64))
    head = anchor and canonical.grouped(clean(anchor["head"], 64))
    page.values["anchor"] = anchor and {**anchor, "log": page.line(anchor["log"], 40), "head": head}
