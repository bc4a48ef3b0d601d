"""A team's Atom feed: what was decided and what went live, for readers that cannot sign in."""

import json
from datetime import datetime
from typing import Any

from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.translation import gettext as _

from decisions.base.links import public_address, public_link
from decisions.base.typed_text import UNPRINTABLE
from decisions.models import LogEntry, Team

SIZE = 50


def _clean(line: object) -> str:
    return UNPRINTABLE.sub(" ", str(line))


def atom(team: Team, feed_url: str) -> str:
    """The newest SIZE entries of the log as Atom; what XML cannot hold is left out."""
    home = public_link("decisions:log", team.slug)
    feed = Atom1Feed(
        title=_clean(_("Decisions · %(team)s") % {"team": team.name}),
        link=home,
        description=_("Decisions made, and what went live."),
        feed_url=feed_url,
        feed_guid=public_address(f"/t/{team.slug}/"),
    )
    rows = LogEntry.objects.filter(log__team=team).select_related("decision").order_by("-sequence")[:SIZE]
    for row in rows:
        at = datetime.fromisoformat(row.at)
        payload = _payload(row)
        feed.add_item(
            title=_clean(_title(row)),
            link=_link(team, row, payload) or home,
            # readers are told that a summary is HTML: what somebody typed must not become some
            description=escape(_clean(_detail(payload))),
            pubdate=at,
            updateddate=at,
            unique_id=f"urn:sha256:{row.entry_hash}",
            author_name=_clean(row.actor),
        )
    return feed.writeString("utf-8")


def _title(row: LogEntry) -> str:
    known = {
        "record.accepted": _("Record accepted"),
        "record.superseded": _("Record superseded"),
        "record.withdrawn": _("Record withdrawn"),
        "configuration.live": _("Live"),
        "configuration.proposed": _("Proposed"),
        "configuration.rolled_back": _("Rolled back"),
        "configuration.ended": _("Ended"),
        "complaint.attached": _("Complaint linked"),
        "pilot.noted": _("Pilot results added"),
    }
    title = known.get(row.type, row.type)
    return f"{title}: {row.decision.title}" if row.decision else title


def _payload(row: LogEntry) -> dict[str, Any]:
    """What the entry says; nothing once it was erased."""
    found = json.loads(row.payload) if row.payload else {}
    return found if isinstance(found, dict) else {}


def _link(team: Team, row: LogEntry, payload: dict[str, Any]) -> str:
    """The entry's own page where it has one, else its decision's."""
    if row.decision is None:
        return ""
    place = {"slug": team.slug, "number": row.decision.number}
    if row.type.startswith("configuration.") and payload.get("id"):
        return public_link("decisions:trail_entry", **place, entry_id=payload["id"])
    return public_link("decisions:decision", **place)


def _detail(payload: dict[str, Any]) -> str:
    parts = (payload.get("environment"), payload.get("number"), payload.get("summary") or payload.get("title"))
    return " · ".join(str(part) for part in parts if part)
