"""What only one viewer may see: the own ballots."""

from dataclasses import dataclass

from decisions.framework.criteria import Criterion
from workshops import words
from workshops.models import Ballot, Confidence


@dataclass(frozen=True)
class Target:
    """One of the five scores on a ballot."""

    score: int
    label: str
    text: str
    chosen: bool

    @property
    def side(self) -> str:
        return "rag" if self.score < 0 else "ft" if self.score > 0 else "either"


@dataclass(frozen=True)
class OwnRound:
    """An open round with the viewer's own ballot in it, if any."""

    criterion: Criterion
    round_id: int
    number: int
    ballot: Ballot | None
    is_frozen: bool = False  # what is cast stays as it is

    @property
    def targets(self) -> tuple[Target, ...]:
        """The five scores to choose from, with what each means here."""
        chosen = self.ballot.score if self.ballot else None
        return tuple(
            Target(score, words.lean_words(score), str(self.criterion.anchors[score]), score == chosen)
            for score in (-2, -1, 0, 1, 2)
        )

    @property
    def evidence(self) -> tuple[str, ...]:
        """What would count as evidence here."""
        return tuple(str(line) for line in self.criterion.evidence)

    @property
    def confidences(self) -> list[tuple[str, str]]:
        return [(str(value), str(label)) for value, label in Confidence.choices]

    @property
    def confidence(self) -> str:
        return self.ballot.confidence if self.ballot else Confidence.FAIRLY.value

    @property
    def reason(self) -> str:
        return self.ballot.reason if self.ballot else ""

    @property
    def lean_words(self) -> str:
        return words.lean_words(self.ballot.score) if self.ballot else ""

    @property
    def is_cast(self) -> bool:
        return self.ballot is not None


@dataclass(frozen=True)
class OwnBoard:
    """What only this viewer may see: the own ballots of rounds that are open, and of the one on screen."""

    public_id: str
    is_observer: bool
    phase: str
    rounds: tuple[OwnRound, ...]
    revealed: Ballot | None  # the own ballot in the round on screen, once it is revealed
    missed: bool = False  # whether that round was revealed before this viewer had voted

    @property
    def looks(self) -> tuple[object, ...]:
        """What the fragment shows that differs from viewer to viewer of one room."""
        shown = (one.ballot for one in self.rounds)
        return (
            self.is_observer,
            self.missed,
            self.revealed and self.revealed.score,
            *(ballot and (ballot.score, ballot.confidence, ballot.reason) for ballot in shown),
        )

    @property
    def revealed_words(self) -> str:
        return words.lean_words(self.revealed.score) if self.revealed else ""
