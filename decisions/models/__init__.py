"""What is decided and what stands."""

from .decision import Decision, DecisionTag
from .ledger import LogEntry, LogHead
from .record import (
    Archive,
    ArchiveState,
    Position,
    Record,
    RecordRevision,
    RecordState,
    SectionPresence,
    ShareLink,
    SignOff,
)
from .revisit import Revisit
from .standing import Approach, Standing, StandingOwner, Status
from .team import Invitation, Membership, Team, TeamRole
from .user import User

__all__ = [
    "Archive",
    "ArchiveState",
    "Approach",
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
    "SectionPresence",
    "ShareLink",
    "SignOff",
    "Standing",
    "StandingOwner",
    "Status",
    "Team",
    "TeamRole",
    "User",
]
