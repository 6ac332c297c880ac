"""What can be done by hand, one thing at a time: a visit, a unit at a post, a measure, goods for a site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from allocopt.solving.by_hand.books import Books, Bundle, plus
from allocopt_models.terms import Requires


class Deed(Protocol):
    """How a thing is done: with whom, from where, on whose account."""

    def bundle(self, books: Books, base: Bundle) -> dict[int, float] | None:
        """All that has to be done for it on top of `base`, which is contained; None where something does not allow
        it."""
        ...

    def prospect(self, books: Books) -> dict[int, float]:
        """What it makes possible at no further cost, and is looked for when it is done."""
        ...


@dataclass(frozen=True)
class Action:
    """A thing that can be done. `columns` are what it is done for, `sites` where that helps, in `period`.

    `mechanisms` may unlock it or make it better; `gates` are columns of mechanisms and openings that do so. `started`
    is the column of a mechanism that is started for it, if one is.
    """

    programme: str
    deed: Deed
    columns: tuple[int, ...]
    sites: tuple[str, ...]
    period: str
    mechanisms: tuple[str, ...] = ()
    gates: tuple[int, ...] = ()
    started: int | None = None

    def bundle(self, books: Books) -> dict[int, float] | None:
        """All that has to be done for it now; None where something does not allow it."""
        if self.started is None:
            return self.deed.bundle(books, {})
        base = {self.started: 1.0}
        return self.deed.bundle(books, base) if books.has_room(base) else None

    def prospect(self, books: Books) -> dict[int, float]:
        return self.deed.prospect(books)

    def with_mechanism(self, start: int) -> Action:
        """The same, with a mechanism started for it."""
        return replace(self, started=start)


@dataclass(frozen=True)
class Once:
    """One of a column and nothing else: a measure, an opening, a unit committed."""

    column: int

    def bundle(self, books: Books, base: Bundle) -> dict[int, float] | None:
        out = plus(base, {self.column: 1.0})
        return out if books.has_room(out) else None

    def prospect(self, books: Books) -> dict[int, float]:
        return {}


@dataclass(frozen=True)
class Filled:
    """One of a column with people for it: each role by so much of one of these ways, the cheapest that there is room
    for."""

    column: int
    roles: Sequence[tuple[float, Sequence[int]]] = field(default=())

    def bundle(self, books: Books, base: Bundle) -> dict[int, float] | None:
        out = plus(base, {self.column: 1.0})
        if not books.has_room(out):
            return None
        for amount, ways in self.roles:
            more = first_with_room(books, out, amount, ways)
            if more is None:
                return None
            out = more
        return out

    def prospect(self, books: Books) -> dict[int, float]:
        return {}


def first_with_room(books: Books, base: Bundle, amount: float, ways: Sequence[int]) -> dict[int, float] | None:
    """The base with so much of the first of these columns that there is room for."""
    for column in ways:
        out = plus(base, {column: amount})
        if books.has_room(out):
            return out
    return None


def mechanisms_of(requires: Sequence[Requires]) -> tuple[str, ...]:
    """All mechanisms that may unlock one of these."""
    return tuple(sorted({z for groups in requires for group in groups for z in group}))
