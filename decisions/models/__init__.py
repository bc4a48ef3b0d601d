"""What is decided and what stands."""

from .api import ApiToken, FeedAddress, IdempotentAnswer, Scope
from .audit import AuditAct, AuditEvent, KnownPerson
from .decision import Decision, DecisionTag
from .framework import FrameworkVersion, OwnStartingPoint
from .ledger import LogEntry, LogHead, RowHash
from .pilot import Pilot, PilotResult, PilotVerdict
from .record import (
    Archive,
    ArchiveState,
    Position,
    Proof,
    Record,
    RecordRevision,
    RecordState,
    SectionPresence,
    ShareLink,
    SignOff,
)
from .revisit import Revisit
from .summary import Approach, DecisionSummary, Status, SummaryOwner
from .team import Invitation, InvitationMail, Membership, Team, TeamRole
from .trail import Complaint, Configuration, ConfigurationKind, TrailField
from .user import User
from .webhook import Delivery, Webhook, WebhookEvent, WebhookShape
