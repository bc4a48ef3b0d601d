"""Where each line of a record comes from: said in an act, written by somebody, or proposed by us and touched by nobody."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from decisions.exports.sources import LISTS, PROPOSED, SINGLE, Source, lines_of, sources_of
from decisions.records.content import Content

# follows from the answers by the rule, and nobody chose otherwise
RULE: Final[Source] = {**PROPOSED, "kind": "rule"}
# a place that waits: an owner who is not named, a criterion that nobody answered
OPEN: Final[Source] = {**PROPOSED, "kind": "open"}


def said(by: str, act: str, at: str = "") -> Source:
    """Said by somebody in an act of the workshop."""
    return {"kind": "said", "by": by, "act": act, "at": at}


def written(by: str, at: str, act: str = "wrote") -> Source:
    """Written by somebody; `kept` for a proposal that they took over as it stood."""
    return {"kind": "written", "by": by, "act": act, "at": at}


def begin(content: Content, origin: Mapping[str, Source | Callable[[Any], Source]]) -> None:
    """Give a fresh content its sources: `origin` names those of keys that were given, everything else is proposed."""
    made = {}
    for key in (*SINGLE, *LISTS):
        source = origin.get(key, PROPOSED)
        made[key] = [
            _or_open(key, line, source(line) if callable(source) else source) for line in lines_of(content, key)
        ]
    content["provenance"] = made


def trace(
    before: Content,
    after: Content,
    *,
    fresh: Source,
    proposed: Mapping[str, list[Source]],
    kept: Mapping[str, Collection[int]] | None = None,
) -> None:
    """Give a changed content its sources: a line that stood before keeps its own, every other one is `fresh`.

    `proposed` holds the keys that proposals for new answers have filled, with their sources. `kept` says which lines of a
    key somebody wants as they were proposed; there a proposal that is not named is one again.
    """
    made = {}
    for key in (*SINGLE, *LISTS):
        if key in proposed:
            made[key] = proposed[key]
            continue
        stood = list(zip(lines_of(before, key), sources_of(before, key), strict=True))
        made[key] = []
        for place, line in enumerate(lines_of(after, key)):
            found = next((pair for pair in stood if pair[0] == line), None)
            if found:
                stood.remove(found)
            source = found[1] if found else fresh
            if found and kept is not None and key in kept and is_ours(source):
                source = _kept(source, fresh) if place in kept[key] else PROPOSED
            made[key].append(_or_open(key, line, source))
    if sources_of(before, "approach") == [RULE]:
        made["approach"] = [RULE if after["approach"] == after["recommended_approach"] else fresh]
    after["provenance"] = made


def is_ours(source: Mapping[str, str]) -> bool:
    """Whether the words are ours: proposed, or kept as they were proposed."""
    return source["kind"] == "proposed" or source["act"] == "kept"


def proposals(content: Mapping[str, Any], keys: Collection[str]) -> int:
    """How many lines under these keys nobody has touched."""
    traced = (key for key in (*SINGLE, *LISTS) if key in keys)
    return sum(source["kind"] == "proposed" for key in traced for source in sources_of(content, key))


def _kept(source: Source, fresh: Source) -> Source:
    return source if source["act"] == "kept" else {**fresh, "act": "kept"}


def _or_open(key: str, line: Any, source: Source) -> Source:
    waits = (key == "criteria" and line["state"] == "unanswered") or (key == "owners" and not line["name"])
    return OPEN if waits else source
