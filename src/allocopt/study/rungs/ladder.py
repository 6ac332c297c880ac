"""The search for the best ladder.

Ladders are built from the free plan of one rung, upwards keeping what is started, downwards starting no more: from the
lowest rung, the highest, and the middle. The best of them is improved two rungs at a time while the others stay. Where
all rungs together are a small model, that is solved in one, which proves a bound on ladders; else the free bounds do.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from allocopt.solving.search import Targets
from allocopt.study.frontier.packing import unpacked
from allocopt.study.frontier.point import MOST_NODES
from allocopt.study.frontier.rounds import Frontier, Standing
from allocopt.study.keeping import Keeper
from allocopt.study.rungs.window import Steps, Window, solve_window
from allocopt.study.workers import Runner

# Nodes of a search tree for one rung or two, and how often all pairs are gone through.
NODES, SWEEPS = 600, 2
# Rungs with so many columns together are solved as one model.
FEW_COLUMNS = 20_000


@dataclass(frozen=True)
class Step:
    """A rung's plan as columns, and its objective."""

    x: str
    objective: float


@dataclass(frozen=True)
class Ladder:
    """The best ladder by place of its rungs, what no ladder can be below in the weighted sum, and how it was found."""

    steps: Mapping[int, Step]
    total: float
    bound: float
    how: str
    reached: bool = False


def fewest_windows(rungs: int) -> int:
    """The tasks of the first ladders, whatever they come to."""
    last = rungs - 1
    return last * len({0, last // 2, last})


class Building:
    """Builds the ladder on a frontier whose points are solved; `weights` by place."""

    def __init__(
        self,
        frontier: Frontier,
        standings: Sequence[Standing],
        weights: Sequence[float],
        keeper: Keeper,
        run: Runner,
    ) -> None:
        self.frontier, self.standings, self.weights = frontier, standings, weights
        self.keeper, self.run = keeper, run
        self.places = [place for place, standing in enumerate(standings) if standing.plan]
        self.free = {
            place: Step(record.x, record.objective)
            for place, record in frontier.records.items()
            if place in self.places
        }
        self.bound = math.fsum(weights[place] * standings[place].bound for place in self.places)

    def ladder(self) -> Ladder:
        """The best ladder over the rungs that have a plan at all, of which there must be one."""
        best = self._best_chain()
        if not self._reached(best):
            best = self._joint(best) if self._is_small() else self._swept(best)
        return replace(best, reached=self._reached(best))

    def _reached(self, ladder: Ladder) -> bool:
        options = self.frontier.options
        gap_avoided = options.gap_avoided if options.is_loss else None
        nobody = sum(self.weights[place] * self.standings[place].loss_if_nobody_acts for place in self.places)
        return Targets(options.gap, gap_avoided, nobody, None).reached(ladder.total, ladder.bound)

    def _is_small(self) -> bool:
        return len(unpacked(self.free[self.places[0]].x)) * len(self.places) <= FEW_COLUMNS

    def _total(self, steps: Mapping[int, Step]) -> float:
        return math.fsum(self.weights[place] * step.objective for place, step in steps.items())

    def _best_chain(self) -> Ladder:
        """The best of the ladders from the lowest rung, the middle and the highest."""
        last = len(self.places) - 1
        chains = {start: {self.places[start]: self.free[self.places[start]]} for start in sorted({0, last // 2, last})}
        for far in range(1, last + 1):
            self.keeper.course.say(
                f"ladders from the lowest, the middle and the highest rung: {far} of {last} rungs away"
            )
            tasks = {self._name(start, place): task for start, place, task in self._next(chains, far)}
            done = self.keeper.run(self.run, solve_window, tasks, Steps)
            for start, chain in chains.items():
                for at in (start - far, start + far):
                    steps = done.get(self._name(start, self.places[at])) if 0 <= at <= last else None
                    if steps is not None and steps.xs:
                        chain[self.places[at]] = Step(steps.xs[0], steps.objectives[0])
                    elif steps is not None and at > start:  # a plan of less money is one of more
                        chain[self.places[at]] = chain[self.places[at - 1]]
        whole = {start: chain for start, chain in chains.items() if len(chain) == len(self.places)}
        start = min(whole, key=lambda each: (self._total(whole[each]), each))
        name = self.frontier.names[self.places[start]]
        return self._as_ladder(whole[start], self.bound, f"from rung {name}")

    def _as_ladder(self, steps: Mapping[int, Step], bound: float, how: str) -> Ladder:
        """A rung that fares worse than the one below takes the plan of that one, which starts less."""
        held: dict[int, Step] = {}
        for place, step in sorted(steps.items()):
            before = next(reversed(held.values()), step)
            held[place] = before if before.objective < step.objective else step
        total = self._total(held)
        return Ladder(held, total, min(bound, total), how)

    def _name(self, start: int, place: int) -> str:
        return f"from-{self.frontier.names[self.places[start]]}-rung-{self.frontier.names[place]}"

    def _next(self, chains: Mapping[int, Mapping[int, Step]], far: int) -> Iterator[tuple[int, int, Window]]:
        """The rungs so far above and below where each chain starts, next to one that it has."""
        for start, chain in chains.items():
            for side in (-1, 1):
                at = start + side * far
                if not 0 <= at < len(self.places) or self.places[at - side] not in chain:
                    continue
                place, neighbour = self.places[at], chain[self.places[at - side]].x
                starts = ((self.free[place].x,), (neighbour,)) if side > 0 else ((self.free[place].x,),)
                window = self._window([place], starts, NODES)
                yield start, place, replace(window, below=neighbour) if side > 0 else replace(window, above=neighbour)

    def _window(self, places: Sequence[int], starts: tuple[tuple[str, ...], ...], nodes: int) -> Window:
        """These rungs with nothing around them."""
        records = self.frontier.records
        return Window(
            ground=self.frontier.ground,
            cities=tuple(self.frontier.cities[place] for place in places),
            weights=tuple(self.weights[place] if len(places) > 1 else 1.0 for place in places),
            below="",
            above="",
            starts=starts,
            lines=max((records[place] for place in self.places), key=lambda record: len(record.levels)),
            known=math.fsum((self.weights[p] if len(places) > 1 else 1.0) * self.standings[p].bound for p in places),
            nodes=nodes,
        )

    def _swept(self, ladder: Ladder) -> Ladder:
        """Two rungs at a time, the pairs that share none side by side, until nothing is gained."""
        for sweep in range(SWEEPS):
            before = ladder.total
            for parity in (0, 1):
                self.keeper.course.say(
                    f"pairs of rungs, round {2 * sweep + parity + 1}: the ladder comes to {ladder.total:,.0f}"
                )
                ladder = self._pairs(ladder, sweep, range(parity, len(self.places) - 1, 2))
            if ladder.total >= before or self._reached(ladder):
                break
        return ladder

    def _pairs(self, ladder: Ladder, sweep: int, firsts: Sequence[int]) -> Ladder:
        steps = dict(ladder.steps)
        tasks = {f"pair-{sweep + 1}-{self.frontier.names[self.places[at]]}": self._pair(steps, at) for at in firsts}
        done = self.keeper.run(self.run, solve_window, tasks, Steps)
        for at, found in zip(firsts, done.values(), strict=True):
            pair = self.places[at : at + 2]
            new = {p: Step(x, value) for p, x, value in zip(pair, found.xs, found.objectives, strict=False)}
            if len(new) == len(pair) and self._total(new) < self._total({p: steps[p] for p in pair}):
                steps |= new
        return self._as_ladder(steps, ladder.bound, f"{ladder.how}, then pairs")

    def _pair(self, steps: Mapping[int, Step], at: int) -> Window:
        pair = self.places[at : at + 2]
        window = self._window(pair, (tuple(steps[place].x for place in pair),), NODES)
        below = steps[self.places[at - 1]].x if at > 0 else ""
        above = steps[self.places[at + 2]].x if at + 2 < len(self.places) else ""
        return replace(window, below=below, above=above)

    def _joint(self, ladder: Ladder) -> Ladder:
        """All rungs as one model, from the best ladder so far."""
        self.keeper.course.say(f"all rungs as one model: the ladder comes to {ladder.total:,.0f}")
        start = (tuple(ladder.steps[place].x for place in self.places),)
        tasks = {"joint": self._window(self.places, start, MOST_NODES)}
        found = self.keeper.run(self.run, solve_window, tasks, Steps)["joint"]
        bound = max(ladder.bound, found.bound)
        steps = {p: Step(x, value) for p, x, value in zip(self.places, found.xs, found.objectives, strict=False)}
        if len(steps) == len(self.places) and self._total(steps) < ladder.total:
            return self._as_ladder(steps, bound, "all rungs as one model")
        return self._as_ladder(ladder.steps, bound, f"{ladder.how}, proved on all rungs as one model")
