"""Fill in a page's form as a browser does: every field with what it shows."""

import re
from html.parser import HTMLParser

from django.urls import reverse


class _Form(HTMLParser):
    """Collects the fields of the first form after an element with the wanted id."""

    def __init__(self, inside: str) -> None:
        super().__init__()
        self.inside, self.found, self.form, self.done = inside, not inside, False, False
        self.values: dict[str, str] = {}
        self.select = self.area = self.template = None

    def handle_starttag(self, tag, attrs):
        given = {name: value if value is not None else "" for name, value in attrs}
        self.found = self.found or given.get("id") == self.inside
        if self.done or not self.found:
            return
        if tag == "template":
            self.template = True
        if self.template:
            return
        if tag == "form":
            self.form = True
        name = given.get("name")
        if not self.form or not name:
            if tag == "option" and self.select and ("selected" in given or self.select not in self.values):
                self.values[self.select] = given.get("value", "")
            return
        if tag == "input":
            kind = given.get("type", "text")
            if kind in {"checkbox", "radio"}:
                if "checked" in given:
                    self.values[name] = given.get("value", "on")
            elif kind != "file":
                self.values[name] = given.get("value", "")
        elif tag == "select":
            self.select = name
        elif tag == "textarea":
            self.area = name
            self.values[name] = ""

    def handle_data(self, data):
        if self.area and not self.template and not self.done:
            self.values[self.area] += data

    def handle_endtag(self, tag):
        if tag == "template":
            self.template = None
        elif tag == "select":
            self.select = None
        elif tag == "textarea" and self.area:
            self.values[self.area] = self.values[self.area].removeprefix("\n")
            self.area = None
        elif tag == "form" and self.form:
            self.done = True


def form_in(page: str, inside: str = "") -> dict[str, str]:
    """Name -> value of the first form on the page, or the first one after the element with that id."""
    reader = _Form(inside)
    reader.feed(page)
    return {name: value for name, value in reader.values.items() if name != "csrfmiddlewaretoken"}


def address(record, section):
    """Where a section of a record is written."""
    return reverse("decisions:record_section", args=[record.team.slug, record.pk, section])


def section_form(client, record, section):
    """What that section's form holds on its own page."""
    return form_in(client.get(address(record, section)).content.decode(), section)


HTMX = {"HX-Request": "true"}


def opened(client, record, section):
    """What the form holds when it is opened on the paper."""
    return form_in(client.get(address(record, section), headers=HTMX).content.decode(), section)


def save(client, record, section, typed, **more):
    """Send the form that is open on the paper, as htmx does."""
    return client.post(address(record, section), typed, headers=HTMX, **more)


def partials(answer):
    """Selector -> what takes its place on the page."""
    parts = re.findall(r'<hx-partial hx-target="([^"]+)"[^>]*>(.*?)</hx-partial>', answer.content.decode(), re.DOTALL)
    assert len(parts) == len(dict(parts)), "a place is filled twice"
    return dict(parts)
