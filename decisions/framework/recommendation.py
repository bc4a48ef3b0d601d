"""The recommendation: what the rule says about a room's answers, with all that explains it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from .answers import CRITERIA, Answers, Situation
from .criteria import NAMES
from .flags import raised
from .flips import Flip, flips
from .reasons import clause_sentence, reasons
from .rule import RULE_VERSION, Outcome, deciding, settle
from .text import Sentence


@dataclass(frozen=True)
class Recommendation:
    """What the rule says about one room's answers, with everything needed to explain it."""

    answers: Answers
    outcome: Outcome
    status: str
    open_criteria: tuple[str, ...]
    # what the team calls its criteria, for reasons and flips
    names: Mapping[str, Sentence | str] = field(default_factory=lambda: NAMES)

    @property
    def approach(self) -> str:
        """`rag`, `fine_tuning`, `hybrid`, `prompt_only`, `fix_first` or `undecided`."""
        return self.outcome.approach

    @property
    def path(self) -> str:
        """How the approach is taken, such as `rag_then_fine_tuning`; `depends` where open criteria still decide."""
        return self.outcome.path

    @property
    def clause(self) -> str:
        """The clause of the rule that fired; `several` where open criteria still decide."""
        return self.outcome.clause

    @property
    def phase_one(self) -> str | None:
        """What is built first, as a key; None where nothing is decided."""
        if self.path == "with_thin_retrieval":
            return "fine_tuning_with_thin_retrieval"
        return {"rag": "rag", "hybrid": "rag", "fine_tuning": "fine_tuning", "prompt_only": "prompts"}.get(
            self.approach
        )

    @property
    def backlog(self) -> str | None:
        """What waits until the pilot's figures ask for it, as a key."""
        return "fine_tuning" if self.approach == "hybrid" or self.path == "rag_then_fine_tuning" else None

    @property
    def revisit(self) -> str:
        """`monthly` or `quarterly`."""
        fast = self.answers.ways("knowledge_churn") == (-2,) or self.answers.situation.fast_changing_rules is True
        return "monthly" if fast else "quarterly"

    @cached_property
    def clause_sentence(self) -> Sentence:
        """What the clause says; while criteria are open, the clauses that could fire and what they share."""
        return clause_sentence(self.outcome, self.answers, self.open_criteria, self.names)

    @cached_property
    def fragile(self) -> tuple[Flip, ...]:
        """The flips that take one step of one settled criterion; none where the approach is open anyway."""
        if self.outcome.clause == "open_criteria":
            return ()
        single = (flip for flip in self.flips if len(flip.changes) == 1)
        return tuple(
            flip
            for flip in single
            for change in flip.changes
            if change.key in CRITERIA
            and (before := self.answers.lean(change.key)) is not None
            and abs(change.after - before) == 1
        )

    @cached_property
    def flags(self) -> tuple[str, ...]:
        """Keys of what must be looked after; flags never change the approach."""
        return raised(self.outcome, self.answers)

    @cached_property
    def reasons(self) -> tuple[Sentence, ...]:
        """Why, in sentences that name the criteria and the numbers."""
        return reasons(self.outcome, self.answers, self.open_criteria, self.names)

    @cached_property
    def flips(self) -> tuple[Flip, ...]:
        """The smallest changes that would change the approach, singles first."""
        return flips(self.answers, self.names)

    def as_dict(self) -> dict[str, Any]:
        """The output of the command: plain JSON, every sentence in the reader's language."""
        return {
            "rule_version": RULE_VERSION,
            "approach": self.approach,
            "path": self.path,
            "clause": self.clause,
            "status": self.status,
            "phase_one": self.phase_one,
            "backlog": self.backlog,
            "flags": list(self.flags),
            "open_criteria": list(self.open_criteria),
            "revisit": self.revisit,
            "reasons": [str(reason) for reason in self.reasons],
            "flips": [flip.as_dict() for flip in self.flips],
        }


def recommend(answers: Answers, names: Mapping[str, Sentence | str] = NAMES) -> Recommendation:
    """The recommendation for one room's answers, complete or not; `names` are what the team calls its criteria."""
    outcome = settle(answers)
    return Recommendation(answers, outcome, _status(outcome, answers.situation), deciding(answers), names)


def _status(outcome: Outcome, situation: Situation) -> str:
    if outcome.approach == "fix_first":
        return "stop"
    if situation.one_answer_this_week:
        return "interim"
    return "provisional" if outcome.approach == "undecided" else "final"
