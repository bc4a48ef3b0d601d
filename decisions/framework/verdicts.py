"""The same rule asked another way: role by role, and with and without the explainability requirement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .answers import CRITERIA, Answers, Situation
from .criteria import NAMES, ROLES
from .recommendation import Recommendation, recommend
from .text import Sentence, _
from .words import APPROACH_NAMES, PATH_NAMES, ROLE_NAMES

# role -> criterion -> the scores that this role's seats cast
Ballots = Mapping[str, Mapping[str, Sequence[int]]]


@dataclass(frozen=True, slots=True)
class RoleVerdict:
    """What the rule would have said to one role's ballots alone, in the same situation."""

    role: str
    recommendation: Recommendation
    same_as_room: bool

    @property
    def text(self) -> Sentence:
        """`Security alone would have said hybrid (...)`."""
        it = self.recommendation
        who = ROLE_NAMES.get(self.role, self.role)
        if it.approach == "undecided":
            return _(
                "For %(role)s alone the answer would be open: %(which)s would decide it.",
                role=who,
                which=tuple(it.names[key] for key in it.open_criteria),
            )
        return _(
            "For %(role)s alone the answer would be %(approach)s (%(path)s).",
            role=who,
            approach=APPROACH_NAMES[it.approach],
            path=PATH_NAMES[it.path],
        )


def by_role(
    ballots: Ballots,
    situation: Situation,
    room: Recommendation | None = None,
    names: Mapping[str, Sentence | str] = NAMES,
) -> tuple[RoleVerdict, ...]:
    """The verdict of each role that cast a ballot.

    Seats of one role that differ on a criterion count as contested with their scores: nothing is averaged.
    """
    verdicts = []
    for role in sorted(ballots, key=lambda role: (ROLES.index(role) if role in ROLES else len(ROLES), role)):
        cast = {key: tuple(ballots[role].get(key, ())) for key in CRITERIA}
        if not any(cast.values()):
            continue
        answers = Answers(
            leans={key: scores[0] if len(set(scores)) == 1 else None for key, scores in cast.items()},
            contested={key: scores for key, scores in cast.items() if len(set(scores)) > 1},
            situation=situation,
        )
        verdict = recommend(answers, names)
        verdicts.append(RoleVerdict(role, verdict, room is not None and verdict.approach == room.approach))
    return tuple(verdicts)


@dataclass(frozen=True, slots=True)
class ExplainabilityEffect:
    """What the explainability requirement changes: the recommendation with it and without it."""

    required: bool
    with_it: Recommendation
    without_it: Recommendation

    @property
    def changes_approach(self) -> bool:
        """Whether the approach turns on it."""
        return self.with_it.approach != self.without_it.approach

    @property
    def text(self) -> Sentence:
        """What the switch did, or would do."""
        values = {
            "with_it": _named(self.with_it),
            "without_it": _named(self.without_it),
        }
        if self.with_it.outcome == self.without_it.outcome:
            return _("The answer is %(with_it)s whether or not answers must be explainable.", **values)
        if self.required:
            return _(
                "Because answers must be explainable this is %(with_it)s; otherwise it would be %(without_it)s.",
                **values,
            )
        return _("If answers had to be explainable this would be %(with_it)s instead of %(without_it)s.", **values)


def _named(it: Recommendation) -> Sentence:
    return _("%(approach)s (%(path)s)", approach=APPROACH_NAMES[it.approach], path=PATH_NAMES[it.path])


def explainability_effect(answers: Answers, names: Mapping[str, Sentence | str] = NAMES) -> ExplainabilityEffect:
    """What the switch changed, or would change, for these answers."""
    return ExplainabilityEffect(
        bool(answers.situation.explainability_required),
        recommend(answers.with_situation(explainability_required=True), names),
        recommend(answers.with_situation(explainability_required=False), names),
    )
