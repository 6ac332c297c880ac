"""A better plan of a covering problem: around one station after the other, the nearest ones are decided anew; then
with one more of them here and one less there.

What is left to decide is a small covering problem with the other stations as they are. Its rows of odd sets mostly
prove at once that nothing better is there; else a small tree looks for it (partial optimization under special
intensification conditions: Taillard and Voss 2002). A plan found this way is a start, never a bound.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from allocopt.solver import LiveModel
from allocopt.solver.arrays import Floats
from allocopt.solving.cover.as_arrays import as_arrays, as_columns
from allocopt.solving.cover.odd_sets import SLIGHT
from allocopt.solving.cover.regions import Region, Whole, how_far_apart
from allocopt.solving.cover.relaxed import Relaxation
from allocopt.solving.covering import Problem

# So many stations, the nearest, are free to be taken, at first and at last; and where much is still open.
FREE, MORE_FREE = (250, 400), (250, 400, 750)
# Those of the plan among them are decided anew that are nearer than the farthest by this, which is less than two are
# apart that have no group in common.
INSIDE = 0.8
# A small tree has so many nodes at most, which is the same on every machine.
NODES = 20
# Plans differ where one misses less by more than this share.
LEAST = 1e-9


@dataclass(frozen=True)
class Anew:
    """The search; what betters a plan by less than `near` is let be."""

    problem: Problem
    near: float
    threads: int | None
    deadline: float | None
    stop: Callable[[], bool]

    def better(self, taken: Whole, free: Sequence[int] = FREE) -> Whole:
        """A plan that misses no more than that of these stations; so many are free to be taken, one after the other.
        Where that is more than a quarter of all, the whole problem is as soon solved."""
        free = [many for many in free if 4 * many <= self.problem.reached.shape[1]]
        while free and not self.stop():
            before = self._missed(taken)
            taken = self._moved(self._place_by_place(taken, free), free[0])
            if self._missed(taken) > before - max(self.near, LEAST * before):
                break
        return taken

    def _place_by_place(self, taken: Whole, free: Sequence[int]) -> Whole:
        for many in free:
            in_vain = np.zeros(self.problem.reached.shape[1], dtype=bool)
            while len(left := taken[~in_vain[taken]]) and not self.stop():
                far = self._far(left[0])
                found = self._decided(taken, far, many, 0, self.near)
                if found is None:
                    in_vain[left[0]] = True
                else:
                    in_vain[far <= _farthest(far, many)] = False
                    taken = found
        return taken

    def _moved(self, taken: Whole, many: int) -> Whole:
        """The plan with one station more at one place and one less at another, where that is better."""
        now, spare = self._missed(taken), len(taken) < self.problem.p
        more = [np.union1d(taken, self._most_wanted(taken)), *self._with(taken, many, 1, self.near)]
        most_gained = max(now - self._missed(plan) for plan in more)
        fewer = [taken] if spare else self._with(taken, many, -1, self.near - most_gained)
        both = [np.union1d(np.intersect1d(m, f), np.setdiff1d(np.union1d(m, f), taken)) for m in more for f in fewer]
        return min([taken, *(plan for plan in both if len(plan) <= self.problem.p)], key=self._missed)

    def _most_wanted(self, taken: Whole) -> np.int64:
        """The station that reaches most of what is missed, wherever it is."""
        missed = np.asarray(self.problem.reached[:, taken].sum(axis=1)).ravel() == 0
        return (self.problem.reached.T @ np.where(missed, self.problem.weight, 0.0)).argmax()

    def _with(self, taken: Whole, many: int, change: int, least: float) -> list[Whole]:
        """Plans of so many stations more, around one station after the other, that are better by `least`."""
        around = (self._decided(taken, self._far(s), many, change, least) for s in taken if not self.stop())
        return [plan for plan in around if plan is not None]

    def _decided(self, taken: Whole, far: Floats, many: int, change: int, least: float) -> Whole | None:
        """The plan with those of its stations that are near decided anew, so many more of them; None where that is not
        better by `least`, or not found to be."""
        farthest = _farthest(far, many)
        inside = far[taken] <= farthest - INSIDE
        nearest, others = taken[inside], taken[~inside]
        if not len(nearest):
            return None
        rest, stations = _rest(self.problem, others, np.flatnonzero(far <= farthest), nearest, len(nearest) + change)
        now = np.searchsorted(stations, nearest)
        missed = missed_by(rest, now)
        everywhere = [Region(np.arange(len(stations)), ())]
        live = LiveModel(as_arrays(rest, everywhere), threads=self.threads, interrupted=self.stop)
        found = self._better(live, rest, everywhere, now if change >= 0 else None, missed - least)
        if live.was_interrupted and not self.stop():  # Ctrl-C, which nobody but the solver has seen
            raise KeyboardInterrupt
        if found is None:
            return None
        chosen = np.flatnonzero(found[: len(stations)] > 0.5)
        better = missed_by(rest, chosen) < missed - least + LEAST * missed
        return np.sort(np.concatenate([others, stations[chosen]])) if better else None

    def _better(
        self, live: LiveModel, rest: Problem, everywhere: list[Region], now: Whole | None, enough: float
    ) -> Floats | None:
        """A plan of a small problem that may miss less than `enough`; None where there is none, or none is found."""
        relaxation = Relaxation(rest, live, self.deadline, self.stop)
        relaxation.tighten(enough, enough, SLIGHT)
        if relaxation.missed >= enough or relaxation.result is None:
            return None
        relaxation.narrow(enough)
        start = None if now is None else as_columns(rest, everywhere, now)
        return live.solve(start=start, nodes=NODES, deadline=self.deadline, absolute_gap=self.near, second_look=False).x

    def _far(self, station: np.int64) -> Floats:
        """How far all stations are from one; infinitely where no groups lead there."""
        far: Floats = dijkstra(self._apart, directed=False, indices=[station])[0]
        return far

    @cached_property
    def _apart(self) -> csr_array:
        return how_far_apart(self.problem.reached)

    def _missed(self, taken: Whole) -> float:
        return missed_by(self.problem, taken)


def _farthest(far: Floats, many: int) -> float:
    """How far the nearest so many stations are at most; a little more than all where no more are in reach at all."""
    in_reach = np.sort(far[np.isfinite(far)])
    return float(in_reach[many - 1]) if many < len(in_reach) else float(in_reach[-1]) + INSIDE


def missed_by(problem: Problem, taken: Whole) -> float:
    reached = np.asarray(problem.reached[:, taken].sum(axis=1)).ravel()
    return float(problem.weight[reached == 0].sum())


def _rest(problem: Problem, others: Whole, free: Whole, nearest: Whole, p: int) -> tuple[Problem, Whole]:
    """The problem of taking `p` free stations where the others are taken, and its stations: groups that the same of
    them reach are one, and of two stations one of which reaches all that the other does, one is left out. The nearest
    ones stay."""
    held = np.asarray(problem.reached[:, others].sum(axis=1)).ravel() > 0
    near = csr_array(problem.reached[np.flatnonzero(~held)][:, free])
    some = np.diff(near.indptr) > 0
    near, weight = _merged(csr_array(near[some]), problem.weight[~held][some])
    kept = np.union1d(_not_outdone(near), np.searchsorted(free, nearest))
    near = csr_array(near[:, kept])
    near.sort_indices()
    return Problem(near, weight, p), free[kept]


def _merged(near: csr_array, weight: Floats) -> tuple[csr_array, Floats]:
    """One group for all that the same stations reach."""
    near.sort_indices()
    known: dict[bytes, int] = {}
    keys = (near.indices[near.indptr[g] : near.indptr[g + 1]].tobytes() for g in range(near.shape[0]))
    group = np.array([known.setdefault(key, len(known)) for key in keys], dtype=np.int64)
    first = np.unique(group, return_index=True)[1]
    return csr_array(near[first]), np.bincount(group, weights=weight).astype(np.float64)


def _not_outdone(near: csr_array) -> Whole:
    """Stations of which no other reaches all the same groups and more, nor the same and comes first."""
    common = csr_array(near.T @ near).tocoo()
    many = np.asarray(near.sum(axis=0)).ravel()
    one, other = common.row, common.col
    outdone = (common.data == many[one]) & ((many[other] > many[one]) | ((many[other] == many[one]) & (other < one)))
    return np.setdiff1d(np.flatnonzero(many > 0), one[outdone])
