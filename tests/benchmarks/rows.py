"""The rows of the table: how many rooms of how many people, how many votes a second, and how they arrive."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One load, and who is held against it besides the product and the floor of 400 bytes."""

    name: str
    rooms: int
    people: int
    rate: float  # votes a second in all
    arrivals: str = "even"  # even, random or once: everybody's first vote, nothing of it ever drawn
    webs: int = 1
    payload_floor: bool = False  # a second floor with as many bytes as the product's pushes
    others: tuple[str, ...] = ()
    p50: float | None = None  # the goals, against the floor of 400 bytes
    cpu: float | None = None


PEERS = ("django-eventstream", "channels in memory", "channels on Redis")
# the product itself, its screens told by other means
OTHER_WAYS = {"poke, then fetch": "poke", "polling every 2 s": "poll"}
ROWS = (
    Row("20x10", 20, 10, 50, payload_floor=True, others=(*PEERS, *OTHER_WAYS), p50=7, cpu=7),
    Row("1x60", 1, 60, 15, payload_floor=True, p50=4, cpu=4.5),
    Row("1x200", 1, 200, 50, payload_floor=True, others=PEERS[:2], p50=1.4, cpu=4.5),
    Row("20x10-fast", 20, 10, 200, payload_floor=True, p50=9),
    Row("20x10-random", 20, 10, 50, "random"),
    Row("1x60-random", 1, 60, 15, "random"),
    Row("1x200-random", 1, 200, 50, "random"),
    Row("20x10-first", 20, 10, 50, "once"),
    Row("1x60-first", 1, 60, 15, "once"),
    Row("20x10-two", 20, 10, 50, webs=2),
)
P99_ABOVE_FLOOR = 6.0  # ms, of random arrivals
DATABASE_MS = 1.0  # a vote
BYTES = {"participant": 1_200, "facilitator": 2_200}
TWO_PROCESSES = 1.5  # times one: ids of votes go on the bus
