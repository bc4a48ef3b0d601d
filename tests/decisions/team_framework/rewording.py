"""Wordings and starting points for the stories of a team that says it its own way."""

from decisions.team_framework import acts as frameworks
from decisions.team_framework.forms import FrameworkForm

OWN = {
    "name": "How Helio decides",
    "criteria": {
        "knowledge_churn": {
            "name": "Shelf life",
            "question": "When does an answer go off?",
            "rag_end": "By Friday.",
            "anchors": {"-2": "Before lunch."},
        }
    },
    "questions": [
        {"key": "region", "question": "Which regions use it?", "help": "EU & UK", "kind": "text"},
        {"key": "works_council", "question": "Has the works council seen it?", "kind": "yes_no"},
        {"key": "desk", "question": "Which desk?", "kind": "choice", "choices": ["Billing", "Returns"]},
    ],
    "hidden": ["room_question:tune_the_retriever", "situation:clean_task_data", "starting_point:healthcare"],
}
POINT = {
    "name": "Returns desk",
    "summary": "Answers about returns.",
    "title": "Returns assistant",
    "question": "How does it know this week's rules for returns?",
    "context": "Rules for returns change with every campaign.",
    "emphasis": {"knowledge_churn": "Count the campaigns of a year."},
    "guides": ["knowledge-churn"],
    "situation": {"documents_drive": True},
    "tier": "customer",
    "metrics": ["tool_errors"],
    "gates": {"task_completion": [">= 77 %", "< 66 %"]},
    "assumptions": [{"text": "Campaign pages carry a last day.", "role": "data"}],
}


def reworded(cast, raw=OWN, *, seen=0, why="Plain words"):
    """The team's first version."""
    return frameworks.save(team=cast.team, raw=raw, seen=seen, why=why, by=cast.felix)


def typed(team_id, **changes):
    """What a browser sends when somebody opens the form and changes these fields."""
    newest = frameworks.newest(team_id)
    form = FrameworkForm(framework=frameworks.framework_of(team_id), seen=newest.number if newest else 0)
    sent = {}
    for name in form.fields:
        value = form[name].value()
        sent[name] = value if isinstance(value, list) else "" if value is None else str(value)
    return {**sent, "act": "save", **changes}
