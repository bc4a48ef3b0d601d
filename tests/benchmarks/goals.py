"""The goals, and whether a run met them."""

from dataclasses import dataclass, field

from tests.benchmarks.load import Result


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

    def of_scenarios(self, results: dict[tuple[str, str], Result]) -> None:
        """The goals that compare contestants of one scenario."""

        def ratio(name: str, percent: float) -> float:
            return results[name, "this product"].at(percent) / results[name, "floor"].at(percent)

        if ("1x60", "this product") in results:
            self.at_most("1 x 60 at 15/s, last screen p50", ratio("1x60", 50), 3, "x floor")
            self.at_most("1 x 60 at 15/s, last screen p99", ratio("1x60", 99), 3, "x floor")
            ours, floor = results["1x60", "this product"], results["1x60", "floor"]
            self.at_most(
                "1 x 60 at 15/s, CPU per 1,000 delivered", ours.cpu_a_thousand / floor.cpu_a_thousand, 4.5, "x floor"
            )
        if ("20x10", "this product") in results:
            self.at_most("20 x 10 at 50/s, last screen p50", ratio("20x10", 50), 5.5, "x floor")
            ours = results["20x10", "this product"]
            for other in ("poke, then fetch", "polling every 2 s"):
                if ("20x10", other) in results:
                    theirs = results["20x10", other].at(50)
                    self.holds(
                        f"20 x 10, ahead of {other}", "ahead", f"{theirs / ours.at(50):.1f}x", ours.at(50) < theirs
                    )
            if ("20x10", "two processes") in results:
                two = results["20x10", "two processes"].at(50) / ours.at(50)
                self.at_most("two processes against one, p50", two, 1.3, "x")
        if ("1x200", "this product") in results:
            self.at_most("1 x 200 at 50/s, last screen p50", ratio("1x200", 50), 1.4, "x floor")
        if ("20x10 fast", "this product") in results:
            fast = results["20x10 fast", "this product"]
            self.at_most("20 x 10 at 200/s, last screen p50", fast.at(50), 50, " ms")
            self.at_most("20 x 10 at 200/s, lost", fast.lost, 0)
        ours = [result for (_name, who), result in results.items() if who in {"this product", "two processes"}]
        if ours:
            self.at_most("lost updates in all runs of the product", sum(result.lost for result in ours), 0)
            self.at_most("screens with wrong content at the end", sum(result.wrong for result in ours), 0)

    def show(self) -> None:
        print(f"\n{'goal':52}{'wanted':>16}{'measured':>16}")
        for what, goal, value, met in self.rows:
            print(f"{what:52}{goal:>16}{value:>16}   {'met' if met else 'MISSED'}")
