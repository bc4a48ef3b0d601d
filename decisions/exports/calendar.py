"""The revisit of an accepted record as a calendar file (iCalendar, RFC 5545), to be put among one's appointments."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from icalendar import Alarm, Calendar, Event

from decisions.base.markdown import line, to_text

from .text import clean, prose

WARNING = timedelta(days=7)  # before the day, so that there is time to call the people together


def revisit_calendar(document: Mapping[str, Any]) -> bytes | None:
    """An all-day event with a reminder a week before; None for a record that does not stand or names no day.

    The same record gives the same bytes and the same UID, so a second import moves the event instead of doubling it.
    """
    record, content = document["record"], document["content"]
    if record["state"] != "accepted" or not content["revisit"]["on"]:
        return None
    title = clean(f"{record['number']} {content['title']}", 200)
    summary = _("Revisit %(record)s") % {"record": title}
    day = date.fromisoformat(content["revisit"]["on"])
    event = Event()
    event.add("uid", f"{record['content_hash']}@groundwork")
    event.add("dtstamp", datetime.fromisoformat(record["accepted_at"]))
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("summary", summary)
    event.add("transp", "TRANSPARENT")
    triggers = [f"- {to_text(line(prose(text)))}" for text in content["revisit"]["triggers"]]
    said = [_("Sooner, if:"), *triggers] if triggers else []
    event.add("description", "\n".join([*said, record["url"]]))
    event.add("url", record["url"])
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", summary)
    alarm.add("trigger", -WARNING)
    event.add_component(alarm)
    calendar = Calendar()
    calendar.add("prodid", "-//Groundwork//Decision record//EN")
    calendar.add("version", "2.0")
    calendar.add_component(event)
    return bytes(calendar.to_ical())
