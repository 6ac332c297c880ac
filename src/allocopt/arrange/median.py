"""Exact reduction of the p-median problem before it is modelled: bound it, then drop what no better plan can use.

Lagrangian relaxation of "every site has one post" (Narula, Ogbu and Samuelsson 1977; Beasley 1993): for any prices λ
of the sites,

    L(λ) = Σ_s λ[s] + the p smallest of ρ,    ρ[p] = Σ_s min(0, cost[p,s] − λ[s])

is a bound. Prices follow the subgradient (Held, Wolfe and Crowder 1974); the p posts of a bound are a plan, bettered by
interchange (Teitz and Bart 1968; Whitaker 1983). With U the cost of the best plan, a post or a pair of post and site
whose use would lift the bound beyond U stands in no better plan and is dropped; what the best plan uses is kept, so
that the least cost stays the same. Where all costs are whole, a better plan costs at least one less. At last each post
is in or out: where a small search tree with the same bounds (Land and Doig 1960) leaves no room for a better plan, only
the best plan's pairs stay.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from allocopt_models.beats import Beats

Floats = NDArray[np.float64]
Posts = NDArray[np.int64]

# Rounds of the subgradient: for the whole problem, with one post forced in, and at a node of the search tree.
MOST_ROUNDS, PROBING_ROUNDS, NODE_ROUNDS = 600, 120, 80
# The search tree is given up after so many nodes.
MOST_NODES = 400
# Its step shrinks to this share after so many rounds without a better bound.
SHRINK, PATIENT_ROUNDS, SMALLEST_STEP = 0.6, 15, 1e-4
# Sums of whole numbers up to this are exact enough.
MOST_WHOLE = 1e12
# What lifts the bound above the best plan by more than this, relative, is dropped: rounding cannot have done it.
MARGIN = 1e-9
NOBODY = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class _Bound:
    """L(λ) at some prices: its value, the reduced costs ρ of the posts, and the posts it takes."""

    prices: Floats
    value: float
    reduced: Floats
    chosen: Posts


@dataclass
class _Plan:
    """The best plan found: its posts and its cost; by how much at least another must differ to be better."""

    posts: Posts
    cost: float
    step: float

    @property
    def better_from(self) -> float:
        """No plan that is better costs more than this, which lies below the plan's own cost by far more than rounding
        may have done to whole costs, and otherwise by as little as it may have done."""
        return self.cost - max(self.step, MARGIN * max(abs(self.cost), 1.0))

    def better(self, cost: Floats, posts: Posts) -> None:
        """Take these posts, after interchange, if they cost less."""
        found = _interchange(cost, posts)
        value = float(cost[found].min(axis=0).sum())
        if value < self.cost:
            self.posts, self.cost = found, value


def reduce_median(beats: Beats) -> Beats:
    """The same beats without the pairs of post and site, and the posts, that no plan better than the best found uses.

    For beats with a number of posts, neither balanced nor contiguous, where only response time counts and all posts
    are open; every post must reach every site, otherwise the beats stay as they are.
    """
    posts, sites = list(beats.sites_of), list(beats.posts_of)
    if beats.number is None or beats.most_people is not None or beats.neighbours is not None:
        return beats
    if len(beats.minutes) < len(posts) * len(sites) or beats.number >= len(posts):
        return beats
    cost = np.array([[beats.people[s] * beats.minutes[p, s] for s in sites] for p in posts])
    kept = pairs_to_keep(cost, beats.number)
    if kept is None:
        return beats
    pairs = np.argwhere(kept)
    return replace(beats, minutes={(posts[p], sites[s]): beats.minutes[posts[p], sites[s]] for p, s in pairs.tolist()})


def pairs_to_keep(cost: Floats, number: int) -> NDArray[np.bool_] | None:
    """Which pairs of post and site must stay: what a better plan may use, and what the best plan found uses. None where
    that plan leaves a post without a site, for then it is no plan: a post that answers has one."""
    plan = _Plan(np.zeros(0, dtype=np.int64), np.inf, _step(cost))
    plan.better(cost, _spread(cost, number))
    kept = _of_better_plans(cost, number, plan)
    if len(np.unique(cost[plan.posts].argmin(axis=0))) < number:
        return None
    kept[plan.posts] |= cost[plan.posts] <= cost[plan.posts].min(axis=0)
    return kept


def _of_better_plans(cost: Floats, number: int, plan: _Plan) -> NDArray[np.bool_]:
    """The pairs that a better plan may use: by the bound of the whole, then post by post, at last by a search tree.
    Fewer posts than the number make no plan."""
    first = np.sort(cost, axis=0)[: number + 1].mean(axis=0)
    top = _climb(cost, number, first, plan, MOST_ROUNDS, betters_plan=True)
    kept = _lift(cost, top) <= _room(plan, top)
    for post in np.setdiff1d(np.flatnonzero(kept.any(axis=1)), plan.posts):
        left = np.flatnonzero(kept.any(axis=1))
        if len(left) >= number:
            at = np.searchsorted(left, [post])
            forced = _climb(cost[left], number, top.prices, plan, PROBING_ROUNDS, forced=at)
            kept[post] &= _room(plan, forced) >= 0
    left = np.flatnonzero(kept.any(axis=1))
    if len(left) >= number:
        top = _climb(cost[left], number, top.prices, plan, MOST_ROUNDS)
        kept[left] &= _lift(cost[left], top) <= _room(plan, top)
        left = np.flatnonzero(kept.any(axis=1))
    if len(left) < number or _nothing_is_better(cost, number, left, top.prices, plan):
        kept[:] = False
    return kept


def _nothing_is_better(cost: Floats, number: int, posts: Posts, prices: Floats, plan: _Plan) -> bool:
    """Whether a search tree of a few nodes proves that no choice of these posts beats the plan by more than rounding;
    where it finds a better plan, it is taken."""
    nodes = [(posts, NOBODY, prices)]
    for _ in range(MOST_NODES):
        if not nodes:
            return True
        left, inside, prices = nodes.pop()
        node = _climb(cost[left], number, prices, plan, NODE_ROUNDS, forced=np.searchsorted(left, inside))
        if node.value > plan.better_from:
            continue
        left = left[_entering(node) <= _room(plan, node)]  # those that are chosen are always among them
        if number in (len(left), len(inside)):
            plan.better(cost, left if len(left) == number else inside)
            continue
        post = _most_wanted(cost, left, inside, node.prices)
        nodes.append((np.setdiff1d(left, [post]), inside, node.prices))
        nodes.append((left, np.sort(np.append(inside, post)), node.prices))
    return False


def _most_wanted(cost: Floats, left: Posts, inside: Posts, prices: Floats) -> int:
    """The post that is neither in nor out yet and saves most at these prices."""
    undecided = np.setdiff1d(left, inside)
    return int(undecided[np.minimum(cost[undecided] - prices, 0.0).sum(axis=1).argmin()])


def _room(plan: _Plan, bound: _Bound) -> float:
    """How far the bound may rise and a plan still be better; a little more, for rounding."""
    rounding = 2 * MARGIN * max(abs(plan.cost), 1.0)
    return plan.better_from - bound.value + rounding


def _step(cost: Floats) -> float:
    """Plans of whole costs differ by a whole number: by more than half of one, whatever rounding did to their sums."""
    return 0.5 if (cost == np.round(cost)).all() and cost.max(axis=0).sum() < MOST_WHOLE else 0.0


def _climb(
    cost: Floats,
    number: int,
    prices: Floats,
    plan: _Plan,
    rounds: int,
    *,
    forced: Posts = NOBODY,
    betters_plan: bool = False,
) -> _Bound:
    """The highest bound that the subgradient finds from these prices, `forced` being in, until it meets the plan's
    cost; where all posts are there, it may better the plan on the way."""
    top = bound = _bound(cost, prices, number, forced)
    step, waited = 2.0, 0
    for _ in range(rounds):
        slope = 1.0 - (cost[bound.chosen] < bound.prices).sum(axis=0)
        norm = float((slope**2).sum())
        if norm == 0.0 or step < SMALLEST_STEP or top.value > plan.better_from:
            break
        rise = step * max(1.02 * plan.cost - bound.value, 0.0) / norm
        bound = _bound(cost, bound.prices + rise * slope, number, forced)
        waited += 1
        if bound.value > top.value:
            top, waited = bound, 0
            if betters_plan:
                plan.better(cost, bound.chosen)
        elif waited >= PATIENT_ROUNDS:
            bound, step, waited = top, step * SHRINK, 0
    return top


def _bound(cost: Floats, prices: Floats, number: int, forced: Posts) -> _Bound:
    reduced = np.minimum(cost - prices, 0.0).sum(axis=1)
    order = reduced.copy()
    order[forced] = -np.inf
    chosen = np.argpartition(order, number - 1)[:number]
    return _Bound(prices, float(prices.sum() + reduced[chosen].sum()), reduced, chosen)


def _lift(cost: Floats, bound: _Bound) -> Floats:
    """By how much the bound rises when a pair of post and site must be used."""
    return np.asarray(_entering(bound)[:, None] + np.maximum(cost - bound.prices, 0.0))


def _entering(bound: _Bound) -> Floats:
    """By how much the bound rises when a post must be used."""
    entering = np.maximum(bound.reduced - bound.reduced[bound.chosen].max(), 0.0)
    entering[bound.chosen] = 0.0
    return np.asarray(entering)


def _spread(cost: Floats, number: int) -> Posts:
    """A first plan: post after post, each the one that saves most."""
    nearest = np.full(cost.shape[1], np.inf)
    chosen: list[int] = []
    for _ in range(number):
        left = np.minimum(cost, nearest).sum(axis=1)
        left[chosen] = np.inf
        chosen.append(int(left.argmin()))
        nearest = np.minimum(nearest, cost[chosen[-1]])
    return np.array(chosen, dtype=np.int64)


def _interchange(cost: Floats, chosen: Posts) -> Posts:
    """Swap a post of the plan for one outside as long as that saves."""
    chosen = chosen.copy()
    while True:
        near = np.sort(cost[chosen], axis=0)[:2]
        first = cost[chosen].argmin(axis=0)
        second = near[1] if len(chosen) > 1 else np.full(cost.shape[1], np.inf)
        # By post outside and post inside: sites of the one that leaves go to the newcomer or their second.
        stays = np.minimum(cost, near[0])
        leaves = np.minimum(cost, second) - stays
        after = stays.sum(axis=1)[:, None] + leaves @ (first[:, None] == np.arange(len(chosen)))
        post, place = np.unravel_index(int(after.argmin()), after.shape)
        if after[post, place] >= near[0].sum() * (1 - 1e-12) - 1e-12:
            return chosen
        chosen[place] = post
