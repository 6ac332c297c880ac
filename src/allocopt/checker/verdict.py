"""What the checker says: violations, the verdict, and the book in which violations are gathered."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Violation:
    """One thing that is wrong with a plan.

    `row` is the line in the file, the heading being line 1; 0 means the whole file.
    """

    rule: str
    file: str
    row: int
    field: str
    found: str
    expected: str

    def __str__(self) -> str:
        place = self.file + (f":{self.row}" if self.row else "") + (f" {self.field}" if self.field else "")
        found = f"found {self.found}; " if self.found else ""
        return f"[{self.rule}] {place}: {found}expected {self.expected}"


@dataclass(frozen=True)
class Verdict:
    """What became of a check; a figure is None when it could not be recomputed. `not_checked` names the rows,
    variables, limits and objective that the plan's model had from its caller: nothing here knows them."""

    ok: bool
    loss: float | None
    objective: float | None
    bound: float | None
    spending: float | None
    violations: tuple[Violation, ...]
    not_checked: tuple[str, ...] = ()


class Book:
    """Gathers violations in the order in which they are found, each once."""

    def __init__(self, rules: Collection[str]) -> None:
        self._rules = set(rules)
        self._entries: dict[Violation, None] = {}

    def know(self, rules: Iterable[str]) -> None:
        """Let violations name further rules."""
        self._rules.update(rules)

    def add(self, rule: str, file: str, row: int, field: str, found: object, expected: object) -> None:
        """Write down one violation; the rule must be one of the registry."""
        if rule not in self._rules:
            raise LookupError(f"the rule {rule!r} is not in the registry")
        self._entries[Violation(rule, file, row, field, _said(found), _said(expected))] = None

    @property
    def entries(self) -> tuple[Violation, ...]:
        return tuple(self._entries)


def _said(value: object) -> str:
    """A value as it is shown: numbers in full but without noise, texts cut when long."""
    if isinstance(value, float):
        return f"{value:.15g}"
    text = str(value)
    text = text if len(text) <= 200 else text[:199] + "…"
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)
