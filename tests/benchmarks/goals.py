"""The goals, and whether a run met them. The floor is the one of 400 bytes with the same coalescing."""

from dataclasses import dataclass, field

from tests.benchmarks.load import Result
from tests.benchmarks.rows import BYTES, DATABASE_MS, P99_ABOVE_FLOOR, ROWS, TWO_PROCESSES

OURS = "this product"


@dataclass
class Goals:
    """Collects (what, goal, value, met) and shows them at the end."""

    rows: list[tuple[str, str, str, bool]] = field(default_factory=list)

    def at_most(self, what: str, value: float, limit: float, unit: str = "") -> None:
        self.rows.append((what, f"<= {limit:g}{unit}", f"{value:.2f}{unit}", value <= limit))

    def at_least(self, what: str, value: float, limit: float, unit: str = "") -> None:
        self.rows.append((what, f">= {limit:g}{unit}", f"{value:.2f}{unit}", value >= limit))

    def holds(self, what: str, goal: str, value: str, met: bool) -> None:
        self.rows.append((what, goal, value, met))

    def not_slower(self, what: str, ours: float, before: dict[str, float], unit: str = " ms") -> None:
        """Against each other checkout that was measured in this run; a tenth is noise."""
        for name, theirs in before.items():
            self.at_most(f"{what}, {theirs:.4g}{unit} in {name}", ours / theirs, 1.1, "x")

    def of_rows(self, results: dict[str, dict[str, Result]]) -> None:
        """The goals that compare contestants of one row."""
        for row in ROWS:
            found = results.get(row.name, {})
            ours, floor = found.get(OURS), found.get(f"floor of {OURS}")
            if ours is None or floor is None or not ours.acknowledged or not floor.acknowledged:
                continue
            if row.p50 is not None:
                self.at_most(f"{row.name}: p50", ours.at(50) / floor.at(50), row.p50, "x floor")
            if row.arrivals == "random":
                self.at_most(f"{row.name}: p99 above the floor's", ours.at(99) - floor.at(99), P99_ABOVE_FLOOR, " ms")
            if row.cpu is not None:
                self.at_most(f"{row.name}: web CPU a vote", ours.web_cpu / floor.web_cpu, row.cpu, "x floor")
            self.at_most(f"{row.name}: PostgreSQL's CPU a vote", ours.database_cpu, DATABASE_MS, " ms")
            for audience, most in BYTES.items():
                self.at_most(f"{row.name}: bytes a vote, {audience}", ours.bytes[audience], most)
            one = results.get("20x10", {}).get(OURS)
            if row.webs > 1 and one is not None:
                self.at_most(f"{row.name}: p50 against one process", ours.at(50) / one.at(50), TWO_PROCESSES, "x")
            for other in row.others:
                if (theirs := found.get(other)) is not None and theirs.acknowledged:
                    ahead = ours.at(50) < theirs.at(50)
                    self.holds(f"{row.name}: ahead of {other}", "p50", f"{theirs.at(50) / ours.at(50):.1f}x", ahead)
        all_ours = [one for found in results.values() for one in found.values() if one.who == OURS]
        if all_ours:
            self.at_most("lost and refused in all rows", sum(one.lost + one.refused for one in all_ours), 0)
            self.at_most("screens with wrong content at the end", sum(one.wrong for one in all_ours), 0)

    def show(self) -> None:
        print(f"\n{'goal':58}{'wanted':>16}{'measured':>18}")
        for what, goal, value, met in self.rows:
            print(f"{what:58}{goal:>16}{value:>18}   {'met' if met else 'MISSED'}")
        missed = sum(not met for *_rest, met in self.rows)
        print(f"\n{len(self.rows) - missed} of {len(self.rows)} goals met")
