"""Webhooks: events are noted with what caused them, and a worker sends them, signed and with patience.

They are signed as Standard Webhooks are, so that receivers find a verifier in every language. Its package for Python
judges the signatures in the tests; here it would save two lines, and it signs text only.
"""

import base64
import hmac
import http.client
import json
import random
import secrets
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.db.models.signals import post_save
from django.utils import timezone
from django.utils.translation import gettext as _

from decisions.base import audit
from decisions.base.errors import Conflict
from decisions.base.links import public_link
from decisions.base.permissions import require_owner_of
from decisions.models import (
    AuditAct,
    Decision,
    Delivery,
    IdempotentAnswer,
    LogEntry,
    Revisit,
    Team,
    User,
    Webhook,
    WebhookEvent,
    WebhookShape,
)

from .outgoing_http import AddressRefused, check_address, post

WAITS = (30, 120, 600, 3_600, 10_800, 21_600, 43_200, 86_400)  # seconds before each further try; then it is given up
LEASE = timedelta(minutes=3)  # how long a worker has to send what it took: longer than a whole batch can last
KEPT = timedelta(days=30)
MOST = 20  # webhooks a team
AT_ONCE = 4
PREFIX = "whsec_"
BATCH = 2 * AT_ONCE  # taken together; a slow receiver delays no more than these


@transaction.atomic
def add(*, team: Team, url: str, shape: str, events: Sequence[str], by: User) -> Webhook:
    """A new webhook with its signing secret."""
    require_owner_of(team, by)
    if team.webhooks.filter(ended_at=None).count() >= MOST:
        raise Conflict(_("This team has reached its webhook limit. Delete one first."))
    return Webhook.objects.create(
        team=team,
        url=check_address(url),
        shape=shape,
        events=sorted(set(events)),
        secret=PREFIX + base64.b64encode(secrets.token_bytes(32)).decode(),
        created_by=by,
    )


@transaction.atomic
def end(*, team: Team, webhook_id: int, by: User) -> None:
    """Nothing is sent there any more; what was on its way is dropped."""
    require_owner_of(team, by)
    for webhook in team.webhooks.filter(pk=webhook_id, ended_at=None):
        webhook.ended_at = timezone.now()
        webhook.save(update_fields=["ended_at"])
        audit.note(team, AuditAct.WEBHOOK_ENDED, by=by, detail=webhook.host)
    Delivery.objects.filter(webhook_id=webhook_id, webhook__team=team, delivered_at=None, given_up_at=None).update(
        given_up_at=timezone.now(), last_result="ended"
    )


def note(team_id: int, event: str, subject: str, payload: dict[str, Any]) -> None:
    """Put an event on its way to every webhook that asked for it; in the transaction of what caused it."""
    hooks = [hook for hook in Webhook.objects.filter(team_id=team_id, ended_at=None) if event in hook.events]
    Delivery.objects.bulk_create(
        [Delivery(webhook=hook, event=event, subject=subject[:80], payload=payload) for hook in hooks],
        ignore_conflicts=True,
    )


def _decision_data(decision: Decision | None) -> dict[str, Any]:
    if decision is None:
        return {}
    url = public_link("decisions:decision", decision.team.slug, decision.number)
    return {"decision": {"number": decision.number, "title": decision.title, "url": url}}


def _on_log_entry(sender: type, instance: LogEntry, created: bool = False, raw: bool = False, **more: Any) -> None:
    if not created or raw:
        return
    about = {"record.accepted": WebhookEvent.ACCEPTED}.get(instance.type)
    if instance.type.startswith("configuration."):
        about = WebhookEvent.ENTRY_ADDED
    if about is None:
        return
    team_id = instance.log.team_id
    payload = json.loads(instance.payload)
    keys = ("id", "number", "title", "approach", "kind", "environment", "live_from", "summary", "supersedes")
    said = {key: payload[key] for key in keys if payload.get(key)}
    said |= _decision_data(instance.decision)
    said["anchor"] = {"log": instance.log.name, "sequence": instance.sequence, "head": instance.entry_hash}
    note(team_id, about, f"entry:{instance.sequence}", said)
    if about == WebhookEvent.ACCEPTED and payload.get("supersedes"):
        said = {**said, "number": payload["supersedes"], "superseded_by": payload.get("number")}
        note(team_id, WebhookEvent.SUPERSEDED, f"entry:{instance.sequence}", said)


def follow() -> None:
    """Listen to the log: what it says is what others are told."""
    post_save.connect(_on_log_entry, sender=LogEntry, dispatch_uid="webhooks-LogEntry")


def note_due_revisits(today: date) -> int:
    """Put every revisit that is due on its way, each once; how many are due."""
    teams = Webhook.objects.filter(ended_at=None).values("team")
    due = Revisit.objects.filter(due_on__lte=today, held_at=None, decision__team__in=teams).order_by("pk")
    count = 0
    for row in due.select_related("decision__team", "record").iterator(chunk_size=500):
        count += 1
        said = {"number": row.record.label, "due_on": row.due_on.isoformat() if row.due_on else ""}
        said |= _decision_data(row.decision)
        note(row.decision.team_id, WebhookEvent.REVISIT_DUE, f"revisit:{row.pk}:{row.due_on}", said)
    return count


def sentence(event: str, payload: dict[str, Any]) -> str:
    """The event for people."""
    title = (payload.get("decision") or {}).get("title", "")
    words = {
        WebhookEvent.ACCEPTED: _("%(number)s accepted: %(title)s"),
        WebhookEvent.SUPERSEDED: _("%(number)s superseded: %(title)s"),
        WebhookEvent.ENTRY_ADDED: _("New configuration entry for “%(title)s”: %(summary)s"),
        WebhookEvent.REVISIT_DUE: _("Revisit due on %(due_on)s: %(title)s"),
    }[WebhookEvent(event)]
    values = {"number": "", "summary": "", "due_on": "", **payload, "title": title}
    return words % values


def body_of(delivery: Delivery) -> bytes:
    """What is sent, by the webhook's shape."""
    text = sentence(delivery.event, delivery.payload)
    url = (delivery.payload.get("decision") or {}).get("url", "")
    shape = delivery.webhook.shape
    if shape == WebhookShape.SLACK:
        safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        data: dict[str, Any] = {"text": f"{safe} <{url}|Groundwork>" if url else safe}
    elif shape == WebhookShape.TEAMS:
        card: dict[str, Any] = {
            "type": "AdaptiveCard",
            "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
            "version": "1.4",
            # runs are shown as they are; a TextBlock would read Markdown into titles and ids
            "body": [{"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text}]}],
        }
        if url:
            card["actions"] = [{"type": "Action.OpenUrl", "title": "Groundwork", "url": url}]
        data = {
            "type": "message",
            "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", "content": card}],
        }
    else:
        data = {
            "format": "groundwork/webhook/v1",
            "id": str(delivery.public_id),
            "event": delivery.event,
            "at": delivery.created_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "text": text,
            "data": delivery.payload,
        }
    return json.dumps(data, ensure_ascii=False).encode("utf-8", "replace")


def signature(secret: str, message: str, moment: int, body: bytes) -> str:
    """`v1,<Base64>`: HMAC-SHA256 over `<id>.<unix time>.<body>`, so that an old message cannot be sent again.

    The key is what the secret says in Base64 after its prefix. Earlier secrets are 64 hex digits without one: read as
    Base64, as every verifier reads them, they are good keys as they stand.
    """
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return "v1," + base64.b64encode(hmac.digest(key, f"{message}.{moment}.".encode() + body, "sha256")).decode()


@dataclass(frozen=True)
class Outcome:
    """What came of one try."""

    is_delivered: bool
    is_gone: bool
    said: str


def send(delivery: Delivery) -> Outcome:
    """One try; never raises for what the other side does."""
    body, moment, message = body_of(delivery), int(time.time()), str(delivery.public_id)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Groundwork-Webhook/1",
        "Groundwork-Event": delivery.event,
        "Webhook-Id": message,
        "Webhook-Timestamp": str(moment),
        "Webhook-Signature": signature(delivery.webhook.secret, message, moment, body),
    }
    try:
        status = post(delivery.webhook.url, body, headers)
    except AddressRefused as refused:
        return Outcome(False, False, str(refused)[:200])
    except (OSError, http.client.HTTPException) as fault:
        return Outcome(False, False, (str(fault) or type(fault).__name__)[:200])
    return Outcome(200 <= status < 300, status == 410, f"HTTP {status}")


def _take(now: datetime, most: int) -> list[Delivery]:
    # Taken by moving the next try ahead: a second worker leaves these alone, and a worker that dies loses nothing.
    with transaction.atomic():
        due = Delivery.objects.filter(delivered_at=None, given_up_at=None, next_try_at__lte=now)
        due = due.filter(webhook__ended_at=None).order_by("next_try_at", "pk")
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True, of=("self",))
        rows = list(due.select_related("webhook")[:most])
        Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(
            attempts=F("attempts") + 1, next_try_at=now + LEASE
        )
        for row in rows:
            row.attempts += 1
        return rows


def deliver_due(most: int = BATCH) -> int:
    """Send what is due, a few at a time; how many tries were made."""
    rows = _take(timezone.now(), most)
    if not rows:
        return 0
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        outcomes = list(pool.map(send, rows))
    for row, outcome in zip(rows, outcomes, strict=True):
        _keep(row, outcome)
    return len(rows)


def _keep(row: Delivery, outcome: Outcome) -> None:
    now = timezone.now()
    row.last_result = outcome.said
    if outcome.is_delivered:
        row.delivered_at = now
    elif outcome.is_gone or row.attempts > len(WAITS):
        row.given_up_at = now
    else:
        wait = WAITS[row.attempts - 1]
        row.next_try_at = now + timedelta(seconds=wait * random.uniform(1, 1.2))  # noqa: S311 (spreads load, guards nothing)
    row.save(update_fields=["last_result", "delivered_at", "given_up_at", "next_try_at"])
    if outcome.is_gone:
        Webhook.objects.filter(pk=row.webhook_id, ended_at=None).update(ended_at=now)


def tidy_up() -> None:
    """Forget deliveries and kept answers that nobody needs any more."""
    before = timezone.now() - KEPT
    Delivery.objects.filter(created_at__lt=before).exclude(delivered_at=None, given_up_at=None).exclude(
        event=WebhookEvent.REVISIT_DUE  # these rows say that it was told already
    ).delete()
    IdempotentAnswer.objects.filter(at__lt=timezone.now() - IdempotentAnswer.KEPT).delete()


__all__ = ["AddressRefused", "add", "check_address", "deliver_due", "end", "follow", "note_due_revisits", "tidy_up"]
