"""What is decided and what stands."""

from .decision import Decision, DecisionTag
from .ledger import LogEntry, LogHead
from .record import Position, Record, RecordRevision, RecordState, SignOff
from .revisit import Revisit
from .team import Invitation, Membership, Team, TeamRole
from .user import User

__all__ = [
    "Decision",
    "DecisionTag",
    "Invitation",
    "LogEntry",
    "LogHead",
    "Membership",
    "Position",
    "Record",
    "RecordRevision",
    "RecordState",
    "Revisit",
    "SignOff",
    "Team",
    "TeamRole",
    "User",
]
