"""The next lever: what to change first after a pilot or an incident. The first row that matches gives it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from .answers import AnswerError, keys_of, shown
from .text import Sentence, _

NOW: Final = ("rag", "fine_tuning", "hybrid")
LEVERS: Final[Mapping[str, Sentence]] = {
    "build_eval_first": _("build the evaluation set first"),
    "fix_prompt_tools_or_model": _("fix the prompt, the tools or the model"),
    "fix_chunking_filters_hybrid_search_reranker": _("fix chunking, filters, hybrid search or the reranker"),
    "add_rag": _("add RAG"),
    "strengthen_rag": _("strengthen RAG"),
    "add_fine_tuning": _("add fine-tuning"),
    "keep_and_revisit": _("keep what you have and revisit"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What a pilot or an incident showed; `grounded_ok` is None where nobody looked."""

    eval_exists: bool = True
    grounded_ok: bool | None = None
    style_or_structure_bad: bool = False
    hallucinates: bool = False
    stale_within_weeks: bool = False
    fluent_but_wrong: bool = False
    right_passage_ignored: bool = False
    retrieval_wrong: bool = False


OBSERVED: Final[Mapping[str, Sentence]] = {
    "eval_exists": _("There is an evaluation set."),
    "grounded_ok": _("Answers are based on passages that support them."),
    "style_or_structure_bad": _("Style or structure is wrong."),
    "hallucinates": _("It invents facts."),
    "stale_within_weeks": _("It is out of date within weeks."),
    "fluent_but_wrong": _("It reads well and is wrong."),
    "right_passage_ignored": _("The right passage was retrieved, and ignored."),
    "retrieval_wrong": _("The wrong passages were retrieved, or none."),
}


@dataclass(frozen=True, slots=True)
class NextLever:
    """What to change first, and why."""

    key: str
    reason: Sentence

    def as_dict(self) -> dict[str, str]:
        """The output of the command."""
        return {"next_lever": self.key, "reason": str(self.reason)}


def next_lever(now: str, observed: Observed) -> NextLever:
    """The first thing to change about what runs now (`rag`, `fine_tuning` or `hybrid`)."""
    if not observed.eval_exists:
        return NextLever(
            "build_eval_first",
            _("There is no evaluation set, so any second technique would be a guess. Lock one, then measure again."),
        )
    if observed.right_passage_ignored:
        return NextLever(
            "fix_prompt_tools_or_model",
            _(
                "The right passage was there and the model didn't use it. Work on the prompt, the tool schema or the "
                "choice of model before you touch the index."
            ),
        )
    if observed.retrieval_wrong:
        return NextLever(
            "fix_chunking_filters_hybrid_search_reranker",
            _(
                "The wrong passages came back. Work on chunk borders, metadata filters, keyword search beside vectors, "
                "or a reranker."
            ),
        )
    if observed.hallucinates or observed.stale_within_weeks or observed.fluent_but_wrong:
        return _grounding(now)
    if now == "rag" and observed.grounded_ok and observed.style_or_structure_bad:
        return NextLever(
            "add_fine_tuning",
            _(
                "Facts are grounded but style or structure is wrong. That's what fine-tuning is for, once it has a "
                "budget."
            ),
        )
    return NextLever("keep_and_revisit", _keep(now, observed))


def _grounding(now: str) -> NextLever:
    if now == "fine_tuning":
        return NextLever(
            "add_rag",
            _(
                "The fine-tuned model lacks facts or has old ones. Give it evidence through retrieval. More training "
                "won't help."
            ),
        )
    return NextLever(
        "strengthen_rag",
        _(
            "Facts are missing or old even with retrieval. Strengthen it (fresher index, better coverage, answers only "
            "from passages) before any more training."
        ),
    )


def _keep(now: str, observed: Observed) -> Sentence:
    if observed.style_or_structure_bad and now != "rag":
        return _(
            "Style or structure is wrong even though the model is fine-tuned. You don't need another technique. Check "
            "the training examples and the output schema, and revisit on the agreed date."
        )
    if observed.style_or_structure_bad:
        return _(
            "Style or structure is wrong, but no one has shown that the facts are grounded. Check that first, because "
            "fine-tuning would polish wrong answers."
        )
    if observed.grounded_ok is False:
        return _(
            "Answers aren't grounded, but you ticked no cause. Find out whether the wrong passage came back or the "
            "model ignored the right one, then ask again."
        )
    return _("Nothing here calls for another technique. Keep what you have and revisit on the agreed date.")


def parse_lever(raw: object) -> tuple[str, Observed]:
    """What runs now and what was observed, from decoded JSON; raises AnswerError naming the first wrong field."""
    given = keys_of(raw, "input", allowed=("now", "observed"), prefix="")
    if "now" not in given:
        raise AnswerError("now", f"is missing; it must be one of {', '.join(NOW)}")
    now = given["now"]
    if not isinstance(now, str) or now not in NOW:
        raise AnswerError("now", f"must be one of {', '.join(NOW)}, not {shown(now)}")
    values: dict[str, bool | None] = {}
    for key, value in keys_of(given.get("observed", {}), "observed", allowed=tuple(OBSERVED)).items():
        may_be_null = key == "grounded_ok"
        if not isinstance(value, bool) and not (value is None and may_be_null):
            wanted = "true, false or null" if may_be_null else "true or false"
            raise AnswerError(f"observed.{key}", f"must be {wanted}, not {shown(value)}")
        values[key] = value
    return now, Observed(**values)  # type: ignore[arg-type]
