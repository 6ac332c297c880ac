"""What cannot matter is not modelled: posts that another can always stand in for, and rows that others imply.

Dominated columns and rows of covering problems (Toregas and ReVelle 1972; Beasley 1987), where only whether there is a
unit counts, not how many: every class has busy 0, no standard asks for more than one unit within reach, and nothing
else looks at units. Let every cover that units enter from post i be entered from post j as well, by the same type.

A plan with units at i is turned into one without: at every time j holds one unit of each type that stood at i or j,
and i none.
  - Every cover that had a unit has one: those of i are entered from j, those of j are still entered.
  - No more units of any type are on duty; j has room for one of each type.
  - No cost grows: a unit costs the same at both posts, and j is open already, or opens instead of i for no more money.
    Both are booked alike as far as a line or a standard on spending can tell.
So no loss, no cost and no shortfall is greater, and i can be left out. Of two posts that can stand in for each other
the first stays; the relation is transitive, so that for every post that goes one stays that can stand in for it.

Of two rows of one hard standard, one is implied that has all stations of the other: n is at least as large.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from allocopt_models.city import CityData
from allocopt_models.patrol import Stationing
from allocopt_models.response import Cover, Response
from allocopt_models.standards import (
    LossLeft,
    Measured,
    MoneySpent,
    PlacesOpen,
    Requirement,
    ShareCovered,
    UnitsCovering,
)
from allocopt_models.terms import Booking


def without_dominated(data: CityData) -> CityData:
    """The same city without posts and rows that cannot matter."""
    data = replace(data, requirements=_without_implied(data.requirements, data.programmes.response))
    gone = _dominated_posts(data) if _only_the_first_unit_counts(data) else frozenset()
    if not gone:
        return data
    programmes = data.programmes
    programmes = replace(
        programmes,
        stationing=_stationing_without(programmes.stationing, gone),
        response=_response_without(programmes.response, gone),
    )
    return replace(data, programmes=programmes)


# Posts


def _only_the_first_unit_counts(data: CityData) -> bool:
    """Whether nothing in the city but the first unit within reach, and its cost, tells posts apart."""
    programmes, response = data.programmes, data.programmes.response
    return (
        not response.any_coalition
        and data.beats is None
        and not programmes.presence.ways
        and not programmes.crews.size
        and not programmes.stationing.commitments
        and not any(cover.lent for cover in response.covers)
        and not any(answer.busy for answers in response.answers.values() for answer in answers)
        and all(_is_kept_as_well(row) for row in data.requirements)
    )


def _is_kept_as_well(row: Requirement) -> bool:
    """Whether a standard never fares worse where as many covers have a unit, and units, costs and losses are fewer."""
    match row.measured:
        case UnitsCovering():
            return row.bound == "at_least" and row.required <= 1.0
        case ShareCovered():
            return row.bound == "at_least"
        case LossLeft() | MoneySpent() | PlacesOpen("posts"):
            return row.bound == "at_most"
        case _:
            return True


def _dominated_posts(data: CityData) -> frozenset[str]:
    stationing = data.programmes.stationing
    booked: dict[str, dict[tuple[str, str, str], Booking]] = defaultdict(dict)
    for station in sorted(stationing.stations):
        booked[station.post][station.unit, station.period, station.shift] = _told(
            data, stationing.stations[station].booking
        )
    entered: dict[str, set[tuple[str, int]]] = {post: set() for post in booked}
    for number, cover in enumerate(data.programmes.response.covers):
        for unit, post in cover.own:
            entered[post].add((unit, number))
    posts, types = list(booked), len(stationing.payroll)
    stands_in = {
        (i, j)
        for i, j in _contained([entered[post] for post in posts])
        if booked[posts[i]].items() <= booked[posts[j]].items()
        and stationing.room.get(posts[j], types) >= types
        and _opens_for_no_more(data, posts[j], posts[i])
    }
    return frozenset(posts[i] for i, j in stands_in if j < i or (j, i) not in stands_in)


def _opens_for_no_more(data: CityData, post: str, other: str) -> bool:
    openings = data.programmes.stationing.openings
    if post not in openings:
        return True
    if other not in openings or openings[post][0] > openings[other][0]:
        return False
    return _told(data, openings[post][1]) == _told(data, openings[other][1])


def _told(data: CityData, booking: Booking) -> Booking:
    """A booking, without the area where no line and no standard on spending asks for it."""
    spent = [row.measured.line for row in data.requirements if isinstance(row.measured, MoneySpent)]
    asked = any(line.area for line in (*data.lines.values(), *spent))
    return booking if asked else booking._replace(area="")


def _contained(sets: Sequence[AbstractSet[object]]) -> list[tuple[int, int]]:
    """Pairs (i, j), i ≠ j, of sets that are not empty, of which the first lies in the second."""
    import numpy as np
    from scipy.sparse import csr_array

    number: dict[object, int] = {}
    columns = [number.setdefault(item, len(number)) for items in sets for item in items]
    sizes = np.array([len(items) for items in sets], dtype=np.int64)
    rows = np.repeat(np.arange(len(sets)), sizes)
    matrix = csr_array((np.ones(len(rows), dtype=np.int64), (rows, columns)), shape=(len(sets), max(len(number), 1)))
    common = (matrix @ matrix.T).tocoo()
    within = (common.data == sizes[common.row]) & (common.row != common.col)
    return list(zip(common.row[within].tolist(), common.col[within].tolist(), strict=True))


def _stationing_without(stationing: Stationing, gone: AbstractSet[str]) -> Stationing:
    return replace(
        stationing,
        stations={station: row for station, row in stationing.stations.items() if station.post not in gone},
        room={post: room for post, room in stationing.room.items() if post not in gone},
        openings={post: row for post, row in stationing.openings.items() if post not in gone},
    )


def _response_without(response: Response, gone: AbstractSet[str]) -> Response:
    """Covers without these posts; answers name the first of those that are now the same."""
    covers = [replace(cover, own=tuple(own for own in cover.own if own[1] not in gone)) for cover in response.covers]
    number: dict[Cover, int] = {}
    first = [number.setdefault(cover, i) for i, cover in enumerate(covers)]
    answers = {
        cell: [answer._replace(cover=first[answer.cover]) for answer in row] for cell, row in response.answers.items()
    }
    return replace(response, covers=covers, answers=answers)


# Rows


def _without_implied(requirements: Sequence[Requirement], response: Response) -> list[Requirement]:
    """The requirements, those marked that another one of the same hard standard implies."""
    if response.any_coalition:
        return list(requirements)
    together: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for i, row in enumerate(requirements):
        hard_floor = row.bound == "at_least" and row.price_cny is None
        if hard_floor and isinstance(row.measured, UnitsCovering) and row.measured.cover is not None:
            together[row.standard, row.required, row.measured.period, row.measured.shift].append(i)
    implied = {i for rows in together.values() for i in _implied(rows, requirements, response.covers)}
    return [replace(row, implied=True) if i in implied else row for i, row in enumerate(requirements)]


def _implied(rows: Sequence[int], requirements: Sequence[Requirement], covers: Sequence[Cover]) -> Iterator[int]:
    stations = [_stations(covers, requirements[i].measured) for i in rows]
    within = set(_contained(stations))
    for fewer, more in sorted(within):
        if fewer < more or (more, fewer) not in within:
            yield rows[more]


def _stations(covers: Sequence[Cover], measured: Measured) -> frozenset[object]:
    assert isinstance(measured, UnitsCovering) and measured.cover is not None
    cover = covers[measured.cover]
    return frozenset((*cover.own, *cover.lent))
