"""Names for people: approaches, paths, clauses, statuses, roles and the questions about the situation."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from .text import Sentence, _

APPROACH_NAMES: Final[Mapping[str, Sentence]] = {
    "rag": _("RAG"),
    "fine_tuning": _("fine-tuning"),
    "hybrid": _("hybrid"),
    "prompt_only": _("prompts only"),
    "fix_first": _("fix first"),
    "undecided": _("undecided"),
}
# as the page and the Markdown file head their choice
APPROACH_TITLES: Final[Mapping[str, Sentence]] = {
    "rag": _("Retrieval-augmented generation (RAG)"),
    "fine_tuning": _("Fine-tuning"),
    "hybrid": _("Hybrid: fine-tuned behaviour over retrieval"),
    "prompt_only": _("Prompts only"),
    "fix_first": _("Fix first"),
    "undecided": _("Undecided"),
}
PATH_NAMES: Final[Mapping[str, Sentence]] = {
    "none": _("nothing to build yet"),
    "prompt_only": _("keep the prompted base model"),
    "rag_only": _("RAG on its own"),
    "rag_then_fine_tuning": _("RAG first, fine-tuning in the backlog"),
    "hybrid": _("retrieval first, then fine-tuned behaviour on top"),
    "hybrid_rag_first": _("retrieval with citations first, then fine-tuned behaviour on top"),
    "with_thin_retrieval": _("fine-tuned behaviour with a thin layer of retrieval"),
    "fine_tuning_only": _("fine-tuned behaviour on its own"),
    "evaluate_first": _("evaluate fine-tuning in a pilot before committing to it"),
    "baseline_and_pilot": _("prompted baseline and pilot"),
    "interim": _("an interim default until the open questions are settled"),
    "open": _("open"),
    "depends": _("the path depends on the open criteria"),
}
# the sentence of the rule behind each clause, for the outcome page
CLAUSE_SENTENCES: Final[Mapping[str, Sentence]] = {
    "fix_first": _("Something other than the model comes first. Fix that, then score again."),
    "prompt_baseline": _("A prompted base model already meets the bar, so neither technique has to be built."),
    "majority_rag": _("More than two criteria lean RAG. Start with RAG. You can add fine-tuning later."),
    "behaviour_with_knowledge": _(
        "Consistent behaviour matters most, but churn, audit or sensitivity leans RAG. Fine-tune the behaviour and "
        "keep the knowledge in retrieval."
    ),
    "behaviour_thin_retrieval": _(
        "Consistent behaviour matters most and nothing pulls the knowledge toward RAG, but answers depend on "
        "documents. Fine-tune, with a thin layer of retrieval."
    ),
    "behaviour_only": _("Consistent behaviour matters most and sources matter less. Fine-tune."),
    "behaviour_and_sources": _(
        "Consistent behaviour matters most and sources matter too. Build a hybrid, with retrieval and citations first."
    ),
    "knowledge_changes": _("Behaviour doesn't come first and the knowledge keeps changing. Start with RAG."),
    "sources_decide": _(
        "Behaviour doesn't come first, and sources or documents decide what a good answer is. Start with RAG."
    ),
    "evaluate_fine_tuning": _(
        "The task or most criteria lean fine-tuning, but behaviour doesn't come first. Evaluate fine-tuning."
    ),
    "no_lean": _("Nothing leans far enough. Keep a prompted baseline and run a pilot."),
    "open_criteria": _("What is still open could change the answer."),
    "several": _("Whichever way the open criteria go, the approach is the same."),
}
# each clause as the condition that it is, to follow "if"
CLAUSE_NAMES: Final[Mapping[str, Sentence]] = {
    "fix_first": _("a simpler fix comes before any model work"),
    "prompt_baseline": _("a prompted base model already meets the bar"),
    "majority_rag": _("three or more criteria lean RAG"),
    "behaviour_with_knowledge": _("behaviour dominates, and the knowledge still moves"),
    "behaviour_thin_retrieval": _("behaviour dominates, documents still matter"),
    "behaviour_only": _("behaviour dominates, documents matter less"),
    "behaviour_and_sources": _("behaviour and sources both matter"),
    "knowledge_changes": _("the knowledge changes often"),
    "sources_decide": _("sources or documents decide"),
    "evaluate_fine_tuning": _("the task is stable enough to evaluate fine-tuning"),
    "no_lean": _("no criterion leans clearly"),
    "several": _("every open answer leads to the same approach"),
    "open_criteria": _("open criteria still decide it"),
}
STATUS_NAMES: Final[Mapping[str, Sentence]] = {
    "final": _("final"),
    "provisional": _("provisional: sign-off waits for the open criteria"),
    "interim": _("interim: one answer this week"),
    "stop": _("stop: fix first"),
}
STATUS_TITLES: Final[Mapping[str, Sentence]] = {
    "final": _("Final"),
    "provisional": _("Provisional"),
    "interim": _("Interim"),
    "stop": _("Fix first"),
}
LEAN_NAMES: Final[Mapping[int, Sentence]] = {
    -2: _("strongly RAG"),
    -1: _("leans RAG"),
    0: _("either way"),
    1: _("leans fine-tuning"),
    2: _("strongly fine-tuning"),
}
ROLE_NAMES: Final[Mapping[str, Sentence]] = {
    "product": _("product"),
    "security": _("security"),
    "data": _("data"),
    "engineering": _("engineering"),
    "legal": _("legal"),
    "other": _("other"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SituationQuestion:
    """One question about the situation: how it is asked, why, and what it would take for the answer to change."""

    key: str
    question: Sentence
    help: Sentence
    # how a changed answer reads inside "If ..., the approach becomes ..."
    if_true: Sentence
    if_false: Sentence
    # what follows from each answer, as the room is told while it chooses
    then_true: Sentence
    then_false: Sentence
    # a measurable sign that the answer has become true, or false
    signal_true: Sentence | None = None
    signal_false: Sentence | None = None
    # whether it can change the approach, or only raises flags
    decides: bool = False


SITUATION: Final[tuple[SituationQuestion, ...]] = (
    SituationQuestion(
        key="prompt_baseline_sufficient",
        question=_("Was a prompted base model tried and measured, and does it already meet the bar?"),
        help=_("Only a measured result counts. A good demo is not one."),
        if_true=_("a measured, prompted base model already meets the bar"),
        if_false=_("the prompted base model no longer meets the bar"),
        then_true=_("Then prompts are enough, and the record says so."),
        then_false=_("Then the five criteria decide."),
        signal_true=_("The prompted baseline passes every gate on the locked evaluation set."),
        signal_false=_("The prompted baseline fails a gate on the locked evaluation set."),
        decides=True,
    ),
    SituationQuestion(
        key="behaviour_dominates",
        question=_("Does consistent behaviour matter more here than anything else?"),
        help=_("Tone, format, steps, labels. If you skip this, it follows from task stability."),
        if_true=_("consistent behaviour came first"),
        if_false=_("consistent behaviour did not come first"),
        then_true=_("Then it's fine-tuning or a hybrid, unless three criteria lean RAG."),
        then_false=_("Then behaviour counts only through task stability."),
        signal_true=_("More than half of the rejected answers are rejected for form or tone, not for facts."),
        signal_false=_("Fewer than one rejected answer in ten is rejected for form or tone."),
        decides=True,
    ),
    SituationQuestion(
        key="sources_matter",
        question=_("Will people want to see the sources behind an answer?"),
        help=_("If you skip this, they matter when audit and trust leans RAG."),
        if_true=_("sources mattered"),
        if_false=_("sources did not matter"),
        then_true=_("Then fine-tuning alone is ruled out."),
        then_false=_("Then sources don't count, whatever audit and trust says."),
        signal_true=_("Users open the sources of at least one answer in ten, or ask for them."),
        signal_false=_("For a quarter no one opens or asks for a source."),
        decides=True,
    ),
    SituationQuestion(
        key="documents_drive",
        question=_("Do documents decide what a right answer is?"),
        help=_("Policies, manuals, tickets, a catalogue: if the document says otherwise, the answer is wrong."),
        if_true=_("documents decided what a right answer is"),
        if_false=_("documents did not decide what a right answer is"),
        then_true=_("Then retrieval stays part of the answer."),
        then_false=_("Then retrieval is needed only where the scores say so."),
        signal_true=_("Graders need a document to judge more than half of the evaluation set."),
        signal_false=_("Graders need no document to judge nine answers in ten."),
        decides=True,
    ),
    SituationQuestion(
        key="explainability_required",
        question=_("Do legal or public relations require that answers can be explained?"),
        help=_(
            "They're worried about a black box. If yes, audit and trust counts as RAG and sources matter. Votes stay "
            "visible."
        ),
        if_true=_("answers had to be explainable"),
        if_false=_("answers did not have to be explainable"),
        then_true=_("Audit and trust then counts as RAG, and sources matter."),
        then_false=_("Then the scores count as they are."),
        signal_true=_("Legal, public relations or a regulator asks in writing for answers that can be explained."),
        signal_false=_("Legal and public relations confirm in writing that no explanation is needed."),
        decides=True,
    ),
    SituationQuestion(
        key="one_answer_this_week",
        question=_("Do you need an answer this week, even if criteria are still open?"),
        help=_("You get a default with an interim record, a log of assumptions, and two signals that would change it."),
        if_true=_("one answer were needed this week"),
        if_false=_("there were time to settle what is open"),
        then_true=_("Open criteria then lead to a default, with two signals that would change it."),
        then_false=_("Open criteria that matter then leave the outcome undecided."),
        decides=True,
    ),
    SituationQuestion(
        key="training_capacity_short",
        question=_("Are you short of GPUs or machine-learning staff?"),
        help=_(
            "If yes, vendor-hosted fine-tuning under a strict data agreement is better than a cluster you can't "
            "maintain."
        ),
        if_true=_("training capacity were short"),
        if_false=_("training capacity were there"),
        then_true=_("Then a vendor hosts any fine-tuning, under a strict data agreement."),
        then_false=_("Then you can train in house."),
    ),
    SituationQuestion(
        key="update_owner",
        question=_("Is there a named person to keep a fine-tuned model up to date?"),
        help=_("Without one, fine-tuning stays blocked."),
        if_true=_("someone owned the model's updates"),
        if_false=_("no one owned the model's updates"),
        then_true=_("Then no missing owner blocks fine-tuning."),
        then_false=_("Then fine-tuning stays blocked until someone owns updates."),
    ),
    SituationQuestion(
        key="labelled_examples",
        question=_("Are there labelled examples of the task?"),
        help=_("Labelling and evaluation are what budgets forget most often."),
        if_true=_("labelled examples existed"),
        if_false=_("there were no labelled examples"),
        then_true=_("Then fine-tuning needn't wait for labels."),
        then_false=_("Then fine-tuning waits, and labelling goes into the budget."),
    ),
    SituationQuestion(
        key="clean_task_data",
        question=_("Is the task data clean enough to distil a smaller model from?"),
        help=_("It matters where speed decides on a repetitive task."),
        if_true=_("clean task data existed"),
        if_false=_("there were no clean task data"),
        then_true=_("Then you can measure a smaller, distilled model where speed matters."),
        then_false=_("Then you collect clean task data before you distil."),
    ),
    SituationQuestion(
        key="evaluation_set_locked",
        question=_("Is there a locked, labelled evaluation set?"),
        help=_("Without one, building it is phase zero."),
        if_true=_("an evaluation set were locked"),
        if_false=_("no evaluation set were locked"),
        then_true=_("Then the pilot can measure from day one."),
        then_false=_("Then building one is phase zero."),
    ),
    SituationQuestion(
        key="content_owner",
        question=_("Does a named person keep the content fresh?"),
        help=_("Retrieval serves what is in the index, old or new."),
        if_true=_("someone owned the content"),
        if_false=_("no one owned the content"),
        then_true=_("Then retrieval has someone who keeps it fresh."),
        then_false=_("Then you name that person before launch."),
    ),
    SituationQuestion(
        key="fast_changing_rules",
        question=_("Do regulations or catalogues move fast here?"),
        help=_("If yes, you revisit the decision monthly instead of quarterly."),
        if_true=_("rules or catalogues moved fast"),
        if_false=_("rules and catalogues moved slowly"),
        then_true=_("Then you revisit the decision monthly."),
        then_false=_("Then you revisit the decision quarterly."),
    ),
)
SITUATION_BY_KEY: Final[Mapping[str, SituationQuestion]] = {item.key: item for item in SITUATION}
PRE_CHECK_CHANGES: Final[Mapping[bool, Sentence]] = {
    True: _("one of the four things to fix first was the real problem"),
    False: _("everything on the fix-first list were repaired"),
}
