"""A team's Atom feed: what was decided and what went live, for readers that cannot sign in."""

import json
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from decisions.models import LogEntry, Team
from decisions.text import UNPRINTABLE

SIZE = 50


def _clean(line: object) -> str:
    return UNPRINTABLE.sub(" ", str(line))


def atom(team: Team, feed_url: str) -> str:
    """The newest SIZE entries of the log as Atom; what XML cannot hold is left out."""
    home = settings.PUBLIC_URL + reverse("decisions:log", kwargs={"slug": team.slug})
    feed = Atom1Feed(
        title=_clean(_("Decisions of %(team)s") % {"team": team.name}),
        link=home,
        description=_("What was decided, and what went live."),
        feed_url=feed_url,
        feed_guid=f"{settings.PUBLIC_URL}/t/{team.slug}/",
    )
    rows = LogEntry.objects.filter(log__team=team).select_related("decision").order_by("-sequence")[:SIZE]
    for row in rows:
        at = datetime.fromisoformat(row.at)
        link = home
        if row.decision:
            place = {"slug": team.slug, "number": row.decision.number}
            link = settings.PUBLIC_URL + reverse("decisions:decision", kwargs=place)
        feed.add_item(
            title=_clean(_title(row)),
            link=link,
            description=_clean(_detail(row)),
            pubdate=at,
            updateddate=at,
            unique_id=f"urn:sha256:{row.entry_hash}",
            author_name=_clean(row.actor),
        )
    return feed.writeString("utf-8")


def _title(row: LogEntry) -> str:
    known = {
        "record.accepted": _("Record accepted"),
        "record.withdrawn": _("Record withdrawn"),
        "configuration.live": _("Live"),
        "configuration.proposed": _("Proposed"),
        "configuration.rolled_back": _("Rolled back"),
        "configuration.ended": _("Ended"),
        "complaint.attached": _("Complaint attached"),
        "pilot.noted": _("Pilot noted"),
    }
    title = known.get(row.type, row.type)
    return f"{title}: {row.decision.title}" if row.decision else title


def _detail(row: LogEntry) -> str:
    try:
        payload = json.loads(row.payload)
    except ValueError:
        return ""
    parts = (payload.get("environment"), payload.get("number"), payload.get("summary") or payload.get("title"))
    return " · ".join(str(part) for part in parts if part)
