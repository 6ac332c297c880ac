"""A better plan of a covering problem: around one station after the other, the nearest ones are decided anew.

What is left to decide is a small covering problem with the other stations as they are. Its rows of odd sets mostly
prove at once that nothing better is there; else a small tree looks for it (partial optimization under special
intensification conditions: Taillard and Voss 2002). A plan found this way is a start, never a bound.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from allocopt.solver import LiveModel
from allocopt.solver.arrays import Floats
from allocopt.solving.cover.as_arrays import as_arrays, as_columns
from allocopt.solving.cover.odd_sets import SLIGHT
from allocopt.solving.cover.regions import Whole, how_far_apart, whole_of
from allocopt.solving.cover.relaxed import Relaxation
from allocopt.solving.covering import Problem
from allocopt.solving.same_rows import same_rows

# Of the stations that are free, those of the plan are decided anew that are nearer than the farthest by this, which is
# less than two are apart that have no group in common.
INSIDE = 0.8
# A small tree has so many nodes at most, which is the same on every machine.
NODES = 20
# How far stations are from one is kept for many, up to so many numbers in all.
MOST_KEPT = 10**7
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
    _far: dict[np.int64, Floats] = field(init=False, default_factory=dict)

    def better(self, taken: Whole, free: Sequence[int]) -> Whole:
        """A plan that misses no more than that of these stations; around each so many, the nearest, are free to be
        taken: first few, and then more."""
        for many in free:
            if many <= self.most_free:
                taken = self._place_by_place(taken, many)
        return taken

    @property
    def most_free(self) -> int:
        """Where more than a quarter of all are free, the whole problem is as soon solved."""
        return self.problem.reached.shape[1] // 4

    def nearest(self, station: np.int64, many: int) -> Whole:
        """So many stations that are nearest to one, with all that are as near as the last of them."""
        far = self._far_from(station)
        return np.flatnonzero(far <= _farthest(far, many))

    def nearest_first(self, stations: Whole, station: np.int64) -> Whole:
        """These in the order of how far they are from one."""
        return stations[np.argsort(self._far_from(station)[stations], kind="stable")]

    def among(self, free: Whole, taken: Whole, kept: Whole) -> Whole | None:
        """The plan of those kept and of the best of those free, which hold those that are taken now; None where nothing
        better is found."""
        rest, stations = _rest(self.problem, kept, free, taken)
        now = np.searchsorted(stations, taken)
        missed = missed_by(rest, now)
        live = LiveModel(as_arrays(rest, [whole_of(rest.reached)]), threads=self.threads, interrupted=self.stop)
        found = self._better(live, rest, now, missed - self.near)
        if live.was_interrupted and not self.stop():  # Ctrl-C, which nobody but the solver has seen
            raise KeyboardInterrupt
        if found is None:
            return None
        chosen = np.flatnonzero(found[: len(stations)] > 0.5)
        better = missed_by(rest, chosen) < missed - self.near + LEAST * missed
        return np.sort(np.concatenate([kept, stations[chosen]])) if better else None

    def one_more(self, taken: Whole, many: int) -> list[Whole]:
        """Around each station of a plan, those taken of so many, the nearest, where one more may be: first what brings
        most, and none that has a station of one before."""
        more = self.with_one_more()
        gain = wanted(self.problem, taken)
        found = list[tuple[float, Whole]]()
        for station in taken:
            free = self.nearest(station, many)
            new = free[gain[free].argmax()]
            if gain[new] > 0 and not self.stop():
                inside = np.isin(taken, free)
                plan = np.append(taken, new)
                better = more.among(free, np.sort(np.append(taken[inside], new)), taken[~inside])
                plan = np.sort(plan) if better is None else better
                found.append((missed_by(self.problem, plan), np.intersect1d(plan, free)))
        return _apart_from_another(near for _, near in sorted(found, key=lambda each: each[0]))

    def with_one_more(self) -> Anew:
        """The search for plans of one station more."""
        return replace(self, problem=replace(self.problem, p=self.problem.p + 1))

    def holding(self, held: Whole, taken: Whole) -> tuple[Anew, Whole]:
        """The search among all that hold some stations: for the best others, of which it knows those of a plan; and
        the stations it speaks of."""
        others = np.setdiff1d(taken, held)
        while len(others) > self.problem.p - len(held):
            others = one_fewer(self.problem, others, held)
        rest, stations = _rest(self.problem, held, np.setdiff1d(np.arange(self.problem.reached.shape[1]), held), others)
        return replace(self, problem=rest), stations

    def _place_by_place(self, taken: Whole, many: int) -> Whole:
        """The plan decided anew around each of its stations, and again around all that are near what changes."""
        left = np.ones(self.problem.reached.shape[1], dtype=bool)
        while len(waiting := taken[left[taken]]) and not self.stop():
            found = self._decided(taken, waiting[0], many)
            left[waiting[0]] = False
            if found is not None:
                taken = found
                left[self.nearest(waiting[0], many)] = True
        return taken

    def _decided(self, taken: Whole, station: np.int64, many: int) -> Whole | None:
        """The plan with those of its stations that are near one decided anew; None where nothing better is found."""
        far = self._far_from(station)
        farthest = _farthest(far, many)
        inside = far[taken] <= farthest - INSIDE
        return self.among(np.flatnonzero(far <= farthest), taken[inside], taken[~inside]) if inside.any() else None

    def _better(self, live: LiveModel, rest: Problem, now: Whole, enough: float) -> Floats | None:
        """A plan of a small problem that may miss less than `enough`; None where there is none, or none is found."""
        relaxation = Relaxation(rest, live, self.deadline, self.stop)
        relaxation.tighten(enough, enough, SLIGHT)
        if relaxation.missed >= enough or relaxation.result is None:
            return None
        relaxation.narrow(enough)
        start = as_columns(rest, [whole_of(rest.reached)], now)
        return live.solve(
            start=start, nodes=NODES, plain=True, deadline=self.deadline, absolute_gap=self.near, second_look=False
        ).x

    def _far_from(self, station: np.int64) -> Floats:
        """How far all stations are from one; infinitely where no groups lead there."""
        if station not in self._far:
            if len(self._far) * self.problem.reached.shape[1] > MOST_KEPT:
                self._far.clear()
            self._far[station] = dijkstra(self._apart, directed=False, indices=[station])[0]
        return self._far[station]

    @cached_property
    def _apart(self) -> csr_array:
        return how_far_apart(self.problem.reached)


def _farthest(far: Floats, many: int) -> float:
    """How far the nearest so many stations are at most; a little more than all where no more are in reach at all."""
    in_reach = np.sort(far[np.isfinite(far)])
    return float(in_reach[many - 1]) if many < len(in_reach) else float(in_reach[-1]) + INSIDE


def _apart_from_another(plans: Iterable[Whole]) -> list[Whole]:
    """Of each that have a station in common the first."""
    apart = list[Whole]()
    for plan in plans:
        if not any(len(np.intersect1d(plan, before)) for before in apart):
            apart.append(plan)
    return apart


def missed_by(problem: Problem, taken: Whole) -> float:
    return float(problem.weight[problem.reaching(taken) == 0].sum())


def one_fewer(problem: Problem, taken: Whole, held: Whole) -> Whole:
    """Stations that are taken beside those held, without the one that is needed least."""
    fewer = [np.delete(taken, each) for each in range(len(taken))]
    return min(fewer, key=lambda some: missed_by(problem, np.concatenate([held, some])))


def wanted(problem: Problem, taken: Whole) -> Floats:
    """By station, how much it reaches of what these do not."""
    return np.asarray(problem.reached.T @ np.where(problem.reaching(taken) == 0, problem.weight, 0.0))


def _rest(problem: Problem, kept: Whole, free: Whole, taken: Whole) -> tuple[Problem, Whole]:
    """The problem of taking free stations beside those kept, and its stations: groups that the same of them reach are
    one, those covered wherever another must be are none, and of two stations one of which reaches all that the other
    does, one is left out. Those taken now stay."""
    held = problem.reaching(kept) > 0
    near = csr_array(problem.reached[np.flatnonzero(~held)][:, free])
    some = np.diff(near.indptr) > 0
    near, weight = _merged(csr_array(near[some]), problem.weight[~held][some])
    now = np.searchsorted(free, taken)
    near, weight = _without_implied(near, weight, missed_by(Problem(near, weight, problem.p), now))
    stay = np.union1d(_not_outdone(near), now)
    near = csr_array(near[:, stay])
    near.sort_indices()
    return Problem(near, weight, problem.p - len(kept)), free[stay]


def _merged(near: csr_array, weight: Floats) -> tuple[csr_array, Floats]:
    """One group for all that the same stations reach."""
    near.sort_indices()
    group = same_rows(near)
    first = np.unique(group, return_index=True)[1]
    return csr_array(near[first]), np.bincount(group, weights=weight).astype(np.float64)


def _without_implied(near: csr_array, weight: Floats, missed: float) -> tuple[csr_array, Floats]:
    """Without the groups that are covered wherever another one is that weighs as much as all that is missed: no better
    plan leaves that one out."""
    must = np.flatnonzero(weight >= missed)
    common = csr_array(near[must] @ near.T).tocoo()
    all_of_them = common.data == np.diff(near.indptr)[must][common.row]
    implied = common.col[all_of_them & (must[common.row] != common.col)]
    stay = np.setdiff1d(np.arange(len(weight)), implied)
    return csr_array(near[stay]), weight[stay]


def _not_outdone(near: csr_array) -> Whole:
    """Stations of which no other reaches all the same groups and more, nor the same and comes first."""
    common = csr_array(near.T @ near).tocoo()
    many = np.asarray(near.sum(axis=0)).ravel()
    one, other = common.row, common.col
    outdone = (common.data == many[one]) & ((many[other] > many[one]) | ((many[other] == many[one]) & (other < one)))
    return np.setdiff1d(np.flatnonzero(many > 0), one[outdone])
