"""Visits and measures, as actions at a site."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from allocopt.solving.by_hand.actions import Action, Filled, Once, mechanisms_of
from allocopt.solving.by_hand.books import Books
from allocopt_models.inspection import Filling, FillingData, Inspection, Visit
from allocopt_models.prevention import Prevention, Start

# Ways to fill a role of a kind at a place in a period.
Roles = dict[tuple[str, str, str], dict[str, list[Filling]]]


def visits(data: Inspection, books: Books) -> Iterator[Action]:
    """A visit of a kind to a site in a period, with its crew, and the enforcing visits that follow."""
    columns = books.names.columns("inspection.visits")
    fill, enforce = books.names.columns("inspection.fill"), books.names.columns("inspection.enforce")
    crews, followers = _roles(data.fillings), _roles(data.enforcing)
    follows: dict[Visit, list[tuple[tuple[str, str, str], float]]] = defaultdict(list)
    for due, referring in data.due.items():
        for visit, suspects in referring:
            follows[visit].append((due, suspects))
    sharper: dict[Visit, set[str]] = defaultdict(set)
    for rows in data.sharper.values():
        for visit, z, _ in rows:
            sharper[visit].add(z)
    for visit in sorted(data.most):
        roles: list[tuple[float, tuple[int, ...]]] = []
        requires = []
        parts = [(1.0, crews.get(visit, {}), fill, data.fillings)]
        parts += [(n, followers.get(due, {}), enforce, data.enforcing) for due, n in follows[visit] if n > 0]
        for amount, by_role, column_of, ways in parts:
            for keys in by_role.values():
                roles.append((amount, books.cheapest_first(column_of[key] for key in keys)))
                requires += [ways[key].requires for key in keys]
        mechanisms = sorted({*mechanisms_of(requires), *sharper[visit]})
        column = columns[visit]
        yield Action(
            "inspection", Filled(column, tuple(roles)), (column,), (visit.site,), visit.period, tuple(mechanisms)
        )


def _roles(ways: Mapping[Filling, FillingData]) -> Roles:
    out: Roles = defaultdict(lambda: defaultdict(list))
    for key in sorted(ways):
        out[key.kind, key.place, key.period][key.role].append(key)
    return out


def measures(data: Prevention, books: Books) -> Iterator[Action]:
    """A measure at a site, started in a period."""
    for start, column in books.names.columns("prevention.start").items():
        _, site, period, _ = start
        requires = data.starts[Start(*start)].requires
        yield Action("prevention", Once(column), (column,), (site,), period, mechanisms_of([requires]))
