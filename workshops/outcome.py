"""The outcome: what the rule says of the room's answers, and all that explains it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from decisions.framework.answers import Answers
from decisions.framework.criteria import CRITERIA, NAMES, Criterion
from decisions.framework.defaults import flip_signal_suggestions, risk_choices
from decisions.framework.flags import FLAGS
from decisions.framework.recommendation import Recommendation, recommend
from decisions.framework.text import Sentence
from decisions.framework.told import answer_lines, told
from decisions.framework.verdicts import ExplainabilityEffect, RoleVerdict, by_role, explainability_effect
from decisions.framework.words import APPROACH_NAMES, PATH_NAMES
from workshops.models import Workshop
from workshops.readings import answers_of, framework_in, last_rounds, revealed_scores
from workshops.tally import Dot, shown_as


@dataclass(frozen=True)
class OutcomeView:
    """The recommendation with everything the outcome page shows."""

    recommendation: Recommendation
    answers: Answers
    approach_name: str
    path_name: str
    clause_sentence: str
    roles: tuple[RoleVerdict, ...]
    explainability: ExplainabilityEffect
    signals: tuple[dict[str, str], ...]  # flip signals to choose from, the nearest first
    risks: tuple[dict[str, Any], ...]  # risks to choose from, with whether the approach brings them
    criteria: tuple[Criterion, ...] = CRITERIA  # with the measurable signals that would move each

    @property
    def approach(self) -> str:
        return self.recommendation.approach

    @property
    def open_names(self) -> list[str]:
        """Names of the criteria that still decide it."""
        return [str(self.recommendation.names[key]) for key in self.recommendation.open_criteria]

    @property
    def answered(self) -> list[tuple[str, str]]:
        """Each question about the situation with its answer, or that nobody was asked and what was counted."""
        return [(str(asked), str(said)) for asked, said, _line in answer_lines(told(self.answers))]

    @property
    def flag_lines(self) -> list[str]:
        """What must be looked after, in sentences."""
        return [str(FLAGS[flag]) for flag in self.recommendation.flags]


def outcome_view(
    answers: Answers,
    roles: tuple[RoleVerdict, ...] = (),
    *,
    names: Mapping[str, Sentence | str] = NAMES,
    criteria: tuple[Criterion, ...] = CRITERIA,
) -> OutcomeView:
    """The view of any answers: the room's own, or a what-if that changes nothing."""
    result = recommend(answers, names)
    return OutcomeView(
        recommendation=result,
        answers=answers,
        approach_name=str(APPROACH_NAMES[result.approach]),
        path_name=str(PATH_NAMES.get(result.path, result.path)),
        clause_sentence=str(result.clause_sentence),
        roles=roles,
        explainability=explainability_effect(answers, names),
        signals=tuple(flip_signal_suggestions(result)),
        risks=tuple(risk_choices(result.outcome)),
        criteria=criteria,
    )


def outcome_of(workshop: Workshop, dots: Mapping[int, list[Dot]]) -> OutcomeView:
    """The outcome of the room as it stands: latest rounds, revealed ballots, situation."""
    rounds = last_rounds(workshop)
    answers = answers_of(workshop, rounds, revealed_scores(workshop))
    latest = {key: dots.get(one.pk, []) for key, one in rounds.items()}
    cast: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    hidden: set[str] = set()  # a role that the room may not tell apart on one criterion has no verdict of its own
    for criterion, found in latest.items():
        seen = shown_as(found, workshop.shown)
        hidden |= {dot.role for dot in found} - {dot.role for dot in seen}
        for dot in seen:
            cast[dot.role][criterion].append(dot.score)
    for role in hidden | {""}:
        cast.pop(role, None)
    framework = framework_in(workshop)
    verdicts = by_role(cast, answers.situation, recommend(answers, framework.names), framework.names)
    return outcome_view(answers, verdicts, names=framework.names, criteria=framework.criteria)
