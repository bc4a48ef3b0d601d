"""Whoever adds or rewords a criterion finds every place here: a new one that names a criterion has to join the list."""

import re

from decisions.framework.criteria import CRITERIA
from decisions.framework.words import APPROACH_NAMES, APPROACH_TITLES, CLAUSE_NAMES, LEAN_NAMES, PATH_NAMES
from decisions.models import Approach
from tests.test_conventions import ROOT, name, tracked
from workshops.models import Role

PLACES = {
    "decisions/framework/answers.py": "its key and its place among the five",
    "decisions/framework/criteria.py": "its words: question, ends, anchors, evidence, signals, page of the guide",
    "decisions/framework/defaults.py": "the signals and metrics that a record begins with",
    "decisions/framework/flags.py": "what it warns of",
    "decisions/framework/flips.py": "an address in a docstring",
    "decisions/framework/reasons.py": "why behaviour comes first",
    "decisions/framework/recommendation.py": "fast knowledge has its decision revisited every month",
    "decisions/framework/rule.py": "the clauses that ask for it by name",
    "decisions/framework/starting_points.py": "what usually holds in a common case",
    "decisions/framework/table.py": "its axis of the look-up table behind the flips",
    "decisions/exports/record.schema.json": "its key in the record of format v1, which never changes",
    "decisions/templatetags/shell_tags.py": "the picture on the landing page",
    "workshops/demo/stories.toml": "the stories of the demo",
}
CODE = (".py", ".html", ".svg", ".js", ".css", ".json", ".toml")


def test_every_place_that_names_a_criterion_is_listed():
    keys = [criterion.key for criterion in CRITERIA]
    found = {
        name(path)
        for path in tracked(*CODE)
        if name(path).startswith(("config/", "decisions/", "workshops/", "templates/", "static/"))
        and "/migrations/" not in name(path)
        and any(key in path.read_text(encoding="utf-8") for key in keys)
    }
    assert found == set(PLACES)


def test_every_criterion_has_a_page_of_the_guide():
    content = ROOT / "decisions/framework/content"
    assert not [criterion.key for criterion in CRITERIA if not (content / f"{criterion.guide}.md").exists()]


# Words that also head a column, name an end of the axis or a status; roles, too, so they are held by their labels.
NAMED_ELSEWHERE = {"rag", "fine_tuning", "fix_first", "open"}


def test_leans_roles_approaches_and_paths_are_spelled_in_the_framework_alone():
    tables = (APPROACH_NAMES, APPROACH_TITLES, CLAUSE_NAMES, LEAN_NAMES, PATH_NAMES)
    words = {str(word) for table in tables for key, word in table.items() if key not in NAMED_ELSEWHERE}
    spelled = re.compile(rf"""\b(?:__?|noop)\(["'](?:{"|".join(map(re.escape, words))})["']\)""", re.IGNORECASE)
    found = {
        f"{name(path)}: {match[0]}"
        for path in tracked(".py")
        if name(path).startswith(("config/", "decisions/", "workshops/"))
        and not name(path).startswith("decisions/framework/")
        and "/migrations/" not in name(path)
        for match in spelled.finditer(path.read_text(encoding="utf-8"))
    }
    assert not found
    assert [str(label) for label in Role.labels] == ["Product", "Security", "Data", "Engineering", "Legal", "Other"]
    labels = ["RAG", "Fine-tuning", "Hybrid", "Prompts only", "Fix first", "Undecided"]
    assert [str(label) for label in Approach.labels] == labels
