"""The steps of a walk, compiled. Plain loops over plain numbers take less time to compile than functions of arrays.

All swaps of a plan are weighed in every step (Resende and Werneck 2007). One misses more by

    loss[p] − gain[s] − extra[p, s]        station s comes in the place p of one that goes

where `loss` is what is missed without the one that goes, `gain` what s reaches of what is missed now, and `extra` what
s reaches of that loss, which is something only where s is near the one that goes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from allocopt.solver.arrays import Floats

Whole = NDArray[np.int64]
# The step until which a station stays away that is taken.
TAKEN = np.iinfo(np.int64).max


class Lists(NamedTuple):
    """So many lists of numbers in a row, list k from `first[k]` up to `first[k + 1]`."""

    first: Whole
    numbers: NDArray[np.int32]


class Reach(NamedTuple):
    """What stays as it is: what each group weighs, the groups of each station, the stations of each group, and the
    stations that have a group in common with each, itself among them."""

    weight: Floats
    groups: Lists
    stations: Lists
    near: Lists


class Account(NamedTuple):
    """What a step changes. By place: its station, what is missed without it, the step until which it stays. By station:
    what it reaches of what is missed, the step until which it stays away. By group: its weight now, how many stations
    reach it, and the sum of their places, which is the place where there is one."""

    taken: Whole
    loss: Floats
    stays: Whole
    gain: Floats
    away: Whole
    weight: Floats
    times: Whole
    places: Whole
    extra: Floats


@njit(nogil=True)
def come(reach: Reach, now: Account, place: int, station: int) -> float:
    """Take a station; what is missed less."""
    now.taken[place], now.away[station] = station, TAKEN
    less = 0.0
    for at in range(reach.groups.first[station], reach.groups.first[station + 1]):
        group = reach.groups.numbers[at]
        if now.times[group] == 0:
            less += reach.weight[group]
            _gains(reach, now, group, -now.weight[group])
            _loses(reach, now, place, group, now.weight[group])
        elif now.times[group] == 1:
            _loses(reach, now, now.places[group], group, -now.weight[group])
        now.times[group] += 1
        now.places[group] += place
    return less


@njit(nogil=True)
def _go(reach: Reach, now: Account, place: int) -> float:
    """Let the station of a place go; what is missed more."""
    station, more = now.taken[place], 0.0
    for at in range(reach.groups.first[station], reach.groups.first[station + 1]):
        group = reach.groups.numbers[at]
        now.times[group] -= 1
        now.places[group] -= place
        if now.times[group] == 0:
            more += reach.weight[group]
            _loses(reach, now, place, group, -now.weight[group])
            _gains(reach, now, group, now.weight[group])
        elif now.times[group] == 1:
            _loses(reach, now, now.places[group], group, now.weight[group])
    return more


@njit(nogil=True)
def _gains(reach: Reach, now: Account, group: int, weight: float) -> None:
    for at in range(reach.stations.first[group], reach.stations.first[group + 1]):
        now.gain[reach.stations.numbers[at]] += weight


@njit(nogil=True)
def _loses(reach: Reach, now: Account, place: int, group: int, weight: float) -> None:
    now.loss[place] += weight
    for at in range(reach.stations.first[group], reach.stations.first[group + 1]):
        now.extra[place, reach.stations.numbers[at]] += weight


@njit(nogil=True)
def _best_swap(reach: Reach, now: Account, step: int) -> tuple[int, int]:
    """The place of the one that goes, and the one that comes; −1 where none may."""
    gain, anywhere = np.empty(len(now.gain)), 0
    for station in range(len(gain)):
        gain[station] = -np.inf if now.away[station] > step else now.gain[station]
        if gain[station] > gain[anywhere]:
            anywhere = station
    least, where, most = np.inf, -1, -np.inf
    for place in range(len(now.taken)):
        if now.stays[place] <= step:
            brings = max(gain[anywhere], _most(gain, now.extra[place], _near(reach, now, place)))
            if now.loss[place] - brings < least:
                least, where, most = now.loss[place] - brings, place, brings
    if where < 0:
        return -1, -1
    for station in _near(reach, now, where):
        if gain[station] + now.extra[where, station] == most:
            return where, station
    return where, anywhere


@njit(nogil=True)
def _near(reach: Reach, now: Account, place: int) -> NDArray[np.int32]:
    """The stations that are near the one of a place."""
    station = now.taken[place]
    return reach.near.numbers[reach.near.first[station] : reach.near.first[station + 1]]


@njit(nogil=True, fastmath={"nnan", "nsz", "reassoc"})  # so that several stations are looked at together
def _most(gain: Floats, extra: Floats, near: NDArray[np.int32]) -> float:
    most = -np.inf
    for station in near:
        most = max(most, gain[station] + extra[station])
    return most


@njit(nogil=True)
def _insist(reach: Reach, now: Account) -> None:
    """Let what is missed weigh more."""
    for group in range(len(now.times)):
        if now.times[group] == 0:
            now.weight[group] += reach.weight[group]
            _gains(reach, now, group, reach.weight[group])


@njit(nogil=True)
def walk(
    reach: Reach,
    now: Account,
    best: Whole,
    misses: tuple[float, float],
    begin: int,
    stay: Whole,
    stay_away: Whole,
    insistent: bool,
) -> tuple[float, float]:
    """As many steps as there are numbers in `stay` and `stay_away`, for how long what comes in each stays, and what
    goes stays away; `begin` have been before. `misses` is what is missed now, and at least so far: by `best`. The same
    then."""
    missed, least = misses
    for k in range(len(stay)):
        if least <= 0:
            break
        step = begin + k + 1
        place, station = _best_swap(reach, now, step)
        if place < 0:
            continue
        gone = now.taken[place]
        missed += _go(reach, now, place) - come(reach, now, place, station)
        now.stays[place], now.away[gone] = step + stay[k], step + stay_away[k]
        if missed < least:
            least = missed
            for at in range(len(best)):
                best[at] = now.taken[at]
        if insistent:
            _insist(reach, now)
    return missed, least
