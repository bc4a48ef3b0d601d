"""What went live after the support copilot's record was accepted."""

from datetime import datetime

from decisions.models import Decision, User


def log_support_copilot(decision: Decision, people: dict[str, User], start: datetime) -> None:
    """A pilot, the switch to production, and one rollback."""
