"""A rule: a function that looks at a draft and yields what is wrong, and what must be readable for it to say so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from allocopt.faults import Fault
from allocopt.instance.draft import TABLE_OF_ROW, Draft
from allocopt.instance.texts import quoted
from allocopt.schema.types import Row

CITY = "city"
R = TypeVar("R", bound=Row)
Wrong = tuple[str, str] | tuple[str, str, str]


@dataclass(frozen=True)
class Rule:
    """Runs only when every table in `whole` (and `city`, the settings) has no fault, so as not to mislead."""

    check: Callable[[Draft], Iterable[Fault]]
    whole: frozenset[str]


def across(*whole: type[Row] | str) -> Callable[[Callable[[Draft], Iterable[Fault]]], Rule]:
    """A rule over several rows or tables, which must all be whole."""
    names = frozenset(name if isinstance(name, str) else TABLE_OF_ROW[name] for name in whole)
    return lambda check: Rule(check, names)


def each(model: type[R], *whole: type[Row] | str) -> Callable[[Callable[[R, Draft], Iterator[Wrong]]], Rule]:
    """A rule over the rows of one table, each by itself: yields column, what was expected, and what was found
    (the cell, when it is left out). Other tables that it looks at are named and must be whole."""

    def rule(check: Callable[[R, Draft], Iterator[Wrong]]) -> Rule:
        def all_rows(draft: Draft) -> Iterator[Fault]:
            for line, row in draft.of(model):
                for column, expected, *found in check(row, draft):
                    cell = found[0] if found else quoted(getattr(row, column))
                    yield draft.fault(model, line, column, expected, cell)

        return across(*whole)(all_rows)

    return rule
