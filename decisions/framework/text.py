"""Sentences for people: written once in English, shown in any language, without importing a web framework."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias, Union

Value: TypeAlias = Union[str, int, "Sentence", tuple["Value", ...]]


def _english(message: str) -> str:
    return message


_translate: Callable[[str], str] = _english


def translate_with(translate: Callable[[str], str]) -> Callable[[str], str]:
    """Let `translate` (gettext of the web layer, say) give every message from now on; returns what did so before."""
    global _translate
    before, _translate = _translate, translate
    return before


@dataclass(frozen=True, slots=True)
class Sentence:
    """A message and the values it names; `str()` gives it in the reader's language at that moment."""

    message: str
    values: tuple[tuple[str, Value], ...] = ()

    def __str__(self) -> str:
        text = _translate(self.message)
        return text % {name: _shown(value) for name, value in self.values} if self.values else text

    def __contains__(self, part: str) -> bool:
        return part in str(self)


def _(message: str, **values: Value) -> Sentence:
    """Write `_("%(count)s lean RAG", count=3)`: the short name is the one that message extraction looks for."""
    return Sentence(message, tuple(values.items()))


def _shown(value: Value) -> str:
    if isinstance(value, tuple):
        return listed(value)
    return str(value)


def listed(values: tuple[Value, ...]) -> str:
    """`a, b and c`."""
    words = [_shown(value) for value in values]
    if len(words) < 2:
        return "".join(words)
    return str(_("%(several)s and %(last)s", several=", ".join(words[:-1]), last=words[-1]))


def signed(lean: int) -> str:
    """A lean as it is written on a board: -2, -1, 0, +1, +2."""
    return f"{lean:+d}" if lean else "0"
