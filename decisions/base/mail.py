"""Mail: written with its template, then sent; one that cannot be sent never undoes what was decided."""

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.errors import MessageError
from typing import Any

from django.core.mail import EmailMessage, get_connection
from django.template.loader import render_to_string

log = logging.getLogger(__name__)
# SMTPException is an OSError; the others are addresses that were typed elsewhere and cannot be put on a letter
UNDELIVERABLE = (OSError, ValueError, LookupError, MessageError)


@dataclass(frozen=True)
class Letter:
    """A mail that is written and not sent yet; `attached` is a file's name, text and type."""

    to: str
    subject: str
    body: str
    attached: tuple[str, str, str] | None = None


PLAIN = re.compile(r"[^\W\d_][\w ,;'’“”\"()&+–—-]*")


def plain(text: str) -> str:
    """A name or title that may stand in the subject of a mail to a stranger; empty for what could be an address or a lure.

    Letters, few digits and quiet punctuation: no dots, at signs, slashes or colons, of which mail programs make links,
    no exclamation marks and no sums of money.
    """
    calm = " ".join(text.split())
    fits = len(calm) <= 80 and PLAIN.fullmatch(calm) and sum(letter.isdigit() for letter in calm) <= 4
    return calm if fits else ""


def letter(
    to: str, subject: str, template: str, context: Mapping[str, Any], attached: tuple[str, str, str] | None = None
) -> Letter:
    """Write a mail: the body from `templates/mail/`, the subject on one line."""
    body = render_to_string(f"mail/{template}.txt", dict(context))
    return Letter(to, " ".join(subject.split())[:200], body, attached)


def send(letters: Sequence[Letter]) -> list[bool]:
    """Send the letters over one connection; for each whether the mail server took it."""
    connection = get_connection()
    try:
        connection.open()
    except UNDELIVERABLE as fault:
        log.warning("The mail server cannot be reached; %s mails were not sent: %s", len(letters), type(fault).__name__)
        return [False] * len(letters)
    taken = []
    try:
        for one in letters:
            message = EmailMessage(one.subject, one.body, None, [one.to], connection=connection)
            if one.attached:
                message.attach(*one.attached)
            try:
                connection.send_messages([message])
                taken.append(True)
            except UNDELIVERABLE as fault:
                log.warning("A mail was not taken: %s", type(fault).__name__)
                taken.append(False)
    finally:
        connection.close()
    return taken
