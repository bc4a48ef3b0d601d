"""Answers in short: leans in the order of the five criteria, and whatever is true of the situation."""

from decisions.framework.answers import CRITERIA, Answers, Situation

CONTESTED_VOTES = tuple[int, ...]


def answers(*leans: int | CONTESTED_VOTES | None, **situation) -> Answers:
    """`answers(-1, 0, 2, None, (-1, 1), documents_drive=True)`: a tuple is the votes of a contested criterion."""
    given = dict(zip(CRITERIA, leans or (0,) * 5, strict=True))
    return Answers(
        leans={key: None if isinstance(lean, tuple) else lean for key, lean in given.items()},
        contested={key: lean for key, lean in given.items() if isinstance(lean, tuple)},
        situation=Situation(**situation),
    )
