"""Writing a record: begin a draft, change one section of it, keep every state as a revision."""

import uuid
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from decisions.base.errors import Conflict
from decisions.base.permissions import require_editor_of
from decisions.exports.sources import PROPOSED, lines_of
from decisions.ledger.canonical import new_salt, utc
from decisions.models import Decision, Record, RecordState, User
from decisions.records import content as parts
from decisions.records import prefill, provenance
from decisions.records.acceptance import accepted_record
from decisions.records.base import WRITABLE, back_to_draft, locked, name_of, put, version_of
from decisions.team_framework import acts as frameworks


class SectionConflict(Conflict):
    """Somebody saved this section in the meantime; carries their version, so that neither is lost."""

    def __init__(self, section: str, theirs: Mapping[str, Any], version: int, by: str) -> None:
        super().__init__(_("%(name)s saved this section while you were editing it.") % {"name": by or _("Someone")})
        self.section, self.theirs, self.version, self.by = section, theirs, version, by


class SignOffBegun(Conflict):
    """The owners were asked while somebody wrote: saving would void signatures that they do not know of."""

    def __init__(self) -> None:
        super().__init__(_("Sign-off started while you were editing."))


@transaction.atomic
def draft(
    *,
    decision: Decision,
    readings: Mapping[str, Any],
    by: User | None = None,
    workshop_ref: uuid.UUID | None = None,
    kept: list[str] | None = None,
) -> Record:
    """A record drafted from a room's readings; the room's earlier draft takes new readings instead of doubling.

    The caller has checked that `by` may do this: the room knows its facilitators, this module does not. Sections that
    were edited by hand and so keep their words are added to `kept`.
    """
    Decision.objects.select_for_update().get(pk=decision.pk)
    first = prefill.from_readings(decision, readings, today=timezone.localdate())
    minutes = prefill.minutes(readings.get("minutes"))
    earlier = (
        workshop_ref and Record.objects.filter(decision=decision, workshop_ref=workshop_ref, state__in=WRITABLE).first()
    )
    if earlier:
        context = parts.text(prefill.context_of(decision, readings))
        origin = prefill.origins(readings, name_of(by))
        contacts = prefill.contacts(readings.get("owners"))
        return _take_readings(earlier, first, minutes, by, context, origin, contacts, [] if kept is None else kept)
    return _begin(
        decision=decision,
        given=first,
        framework=prefill.framework_head(readings.get("framework")),
        by=by,
        workshop_ref=workshop_ref,
        minutes=minutes,
        contacts=prefill.contacts(readings.get("owners")),
        context=prefill.context_of(decision, readings),
        origin=prefill.origins(readings, name_of(by)),
    )


@transaction.atomic
def draft_without_workshop(*, decision: Decision, approach: str, title: str = "", by: User) -> Record:
    """A draft for people who know the answer already: defaults for the approach, leans to be typed in."""
    require_editor_of(decision.team_id, by)
    given = prefill.for_approach(decision, parts.clean("approach", approach), today=timezone.localdate())
    typed = provenance.written(name_of(by), utc(timezone.now()))
    origin = {"approach": typed}
    if title.strip():
        given["title"], origin["title"] = title, typed
    head = frameworks.framework_of(decision.team_id).head()
    return _begin(decision=decision, given=given, framework=head, by=by, origin=origin)


def _begin(
    *,
    decision: Decision,
    given: Mapping[str, Any],
    framework: Mapping[str, str],
    by: User | None,
    workshop_ref: uuid.UUID | None = None,
    minutes: list[dict[str, str]] | None = None,
    contacts: dict[str, Any] | None = None,
    context: str | None = None,
    origin: Mapping[str, Any] | None = None,
    earlier: parts.Content | None = None,
) -> Record:
    """A new draft; its lines come from `origin`, or from the text of an `earlier` record."""
    accepted = accepted_record(decision.pk)
    replaces = accepted if accepted and not Record.objects.filter(supersedes=accepted).exists() else None
    head = {
        "salt": new_salt(),
        "team": parts.line(decision.team.name, 120),
        "lang": "en",
        "decision": {
            "number": decision.number,
            "title": parts.line(decision.title, 160),
            "question": parts.line(decision.question, 400),
            "context": parts.text(decision.context if context is None else context),
        },
        "framework": dict(framework),
    }
    record = Record(
        team=decision.team,
        decision=decision,
        created_by=by,
        workshop_ref=workshop_ref,
        minutes=minutes or [],
        owner_contacts=contacts or {},
        supersedes=replaces,
        revision=0,
    )
    content = parts.assemble(head, given)
    if earlier is None:
        provenance.begin(content, origin or {})
    else:
        provenance.trace(earlier, content, fresh=PROPOSED, proposed={})
    put(record, content, section="", by=name_of(by))
    return record


@transaction.atomic
def begin_replacement(*, record: Record, by: User) -> Record:
    """A new draft that starts from an accepted record's text and names it; the one that exists, if there is one."""
    record = locked(record)
    require_editor_of(record.team_id, by)
    if record.state != RecordState.ACCEPTED:
        raise Conflict(_("You can only replace an accepted record."))
    existing = Record.objects.filter(supersedes=record).first()
    if existing:
        return existing
    revisit, today = record.content["revisit"], timezone.localdate()
    if revisit["on"] and revisit["on"] <= today.isoformat():
        # a text that is often begun on the day of its revisit must not be overdue when it is accepted
        revisit = {**revisit, "on": prefill.next_day(revisit["cadence"], today)}
    replacement = _begin(
        decision=record.decision,
        given={**record.content, "revisit": revisit},
        framework=prefill.framework_head(record.content["framework"]),
        by=by,
        contacts=record.owner_contacts,
        earlier=record.content,
    )
    if record.workshop_ref:
        # the readings are that workshop's still: nobody types over what a room has said
        replacement.workshop_ref = record.workshop_ref
        replacement.save()
    return replacement


@transaction.atomic
def edit(
    *,
    record: Record,
    section: str,
    changes: Mapping[str, Any],
    version: int,
    by: User,
    contacts: Mapping[str, Any] | None = None,
    kept: Mapping[str, Collection[int]] | None = None,
    as_draft: bool = False,
) -> Record:
    """Save one section on top of the version that was read; voids the signatures of a record in sign-off.

    `kept` names the lines, by their place under each key, that `by` wants as they were proposed; `as_draft` says that they
    took it for a draft. Raises NotAllowed, SectionConflict when somebody saved the section
    since, SignOffBegun when the owners were asked since, Conflict when the record is frozen.
    """
    record = locked(record)
    require_editor_of(record.team_id, by)
    if record.state not in WRITABLE:
        raise Conflict(_("This record is locked. Write a replacement instead."))
    keys = parts.SECTIONS[section]
    if section == "criteria" and record.workshop_ref:
        raise Conflict(_("These results come from a workshop. To change them, score again there."))
    update = {key: parts.clean(key, changes[key]) for key in keys if key in changes}
    content = {**record.content, **update}
    if section == "criteria":
        names = prefill.names_in(content["criteria"])
        before, now = record.content["situation"], {"by": name_of(by), "at": f"{timezone.now():%Y-%m-%dT%H:%M:%SZ}"}
        acts = {
            key: before[key] if before[key]["value"] == said["value"] else now
            for key, said in content["situation"].items()
        }
        content.update(prefill.verdict(prefill.answers_of(content), names, acts))
    also = []
    if section in {"criteria", "decision"}:
        proposed = prefill.follow(record.decision, record.content, answered := dict(content))
        # what stands in the form that was just saved stays as it stands there
        also = [key for key in proposed if key not in keys]
        content.update({key: answered[key] for key in also})
    provenance.trace(
        record.content,
        content,
        fresh=provenance.written(name_of(by), utc(timezone.now())),
        proposed={key: [PROPOSED] * len(lines_of(content, key)) for key in also},
        kept=kept,
    )
    new_contacts = record.owner_contacts if contacts is None else dict(contacts)
    same_text = content == record.content
    is_stale = version != version_of(record, section)
    same_words = {**content, "provenance": None} == {**record.content, "provenance": None}
    if new_contacts == record.owner_contacts and (same_text or (is_stale and same_words)):
        # a form that was sent before its own keeping came back takes nothing back, and there is nothing to lose
        return record
    if is_stale:
        theirs = {key: record.content[key] for key in keys}
        last = record.revisions.filter(section=section).order_by("-number").first()
        raise SectionConflict(section, theirs, version_of(record, section), last.by if last else "")
    if as_draft and record.state == RecordState.IN_SIGN_OFF:
        raise SignOffBegun
    record.owner_contacts = new_contacts
    _stop_sign_off(record, by)
    if same_text:
        record.section_versions = {**record.section_versions, section: version_of(record, section) + 1}
        record.save()
    else:
        put(record, content, section=section, by=name_of(by), also=_sections_of(also))
    return record


def _sections_of(keys: Iterable[str]) -> set[str]:
    """The sections in which these keys of the content are written."""
    return {section for key in keys for section, written in parts.SECTIONS.items() if key in written}


def _stop_sign_off(record: Record, by: User | None) -> None:
    """An edit takes the record out of sign-off: signatures hold for one exact text only."""
    if record.state == RecordState.IN_SIGN_OFF:
        why = _("%(name)s edited the record.") % {"name": name_of(by) or _("the workshop")}
        minute = _("Edited the record: all signatures cancelled, returned to draft")
        back_to_draft(record, by=by, why=why, minute=minute)


def _take_readings(
    record: Record,
    first: Mapping[str, Any],
    minutes: list[dict[str, str]],
    by: User | None,
    context: str,
    origin: Mapping[str, Any],
    contacts: dict[str, Any],
    kept: list[str],
) -> Record:
    """The room scored again: its new readings replace the old ones; what people wrote since stays, and is named."""
    record = locked(record)
    keys = (
        "criteria",
        "situation",
        "path",
        "clause",
        "recommendation_status",
        "recommended_approach",
        "reasons",
        "flags",
        "fragile",
    )
    content = {**record.content, **{key: parts.clean(key, first.get(key)) for key in keys}}
    content["decision"] = {**content["decision"], "context": context}
    content["repairs"] = parts.clean(
        "repairs", prefill.repairs(prefill.answers_of(content), content.get("repairs", ()))
    )
    if record.content["approach"] == record.content["recommended_approach"]:
        content["approach"] = content["recommended_approach"]
    taken = prefill.handed_over(record.content, first, origin, kept)
    content.update(taken)
    follows = content["approach"] == content["recommended_approach"]
    also = prefill.follow(record.decision, record.content, content, first if follows else None)
    now = dict(content)
    provenance.begin(now, origin)
    provenance.trace(
        record.content,
        content,
        fresh=origin["repairs"],
        proposed={key: now["provenance"][key] for key in ("criteria", *also, *taken)},
    )
    own = [line for line in record.minutes if line not in minutes and line.get("of") == "record"]
    record.minutes = [*minutes, *own]
    if "owners" in taken:
        record.owner_contacts = contacts
    if content != record.content:
        _stop_sign_off(record, by)
        put(record, content, section="criteria", by=name_of(by), also=_sections_of([*also, *taken]))
    else:
        record.save()
    return record
