"""The sums of money of a frontier: which lines move, how a sum is said, and in which order points are solved."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from allocopt.city import City
from allocopt.faults import Fault, InputError, did_you_mean
from allocopt.schema.money import BudgetRow
from allocopt.study.cities import with_changes
from allocopt_models.budgets import lies_in

ALL_LINES = "all lines"
_SUM = re.compile(r"(\d+(?:\.\d*)?(?:[eE][+]?\d+)?)\s*(%?)")


@dataclass(frozen=True)
class Money:
    """What moves: one line, or all together. `whole_cny` is its amount in the instance: the line's, or that of the
    lines that stand in no other."""

    line: str | None
    whole_cny: float

    def city_at(self, city: City, share: float) -> City:
        """The city with this share of the money. Raises InputError where the instance has changed meanwhile."""
        if share == 1.0:
            return city
        return with_changes(city, f"budgets.{self.line or '*'}.amount_cny=x{share!r}")


def money_of(city: City, line: str | None) -> Money:
    """Raises InputError for a city without budgets, a line that there is none of, or no money at all."""
    rows = {row.id: row for row in city.of(BudgetRow)}
    if not rows:
        raise InputError([Fault("budgets.csv", 0, "", "no budget line", "a line whose amount can be changed")])
    if line is not None and line not in rows:
        raise InputError(
            [Fault("--line", 0, "", f"'{line}'", f"a line of budgets.csv{did_you_mean(line, list(rows))}")]
        )
    outer = (
        [rows[line]] if line is not None else [row for row in rows.values() if not _stands_in_other(row, rows.values())]
    )
    whole = sum(row.amount_cny for row in outer)
    if whole <= 0:
        raise InputError([Fault("budgets.csv", 0, "amount_cny", "no money", "an amount above zero, to take shares of")])
    return Money(line, whole)


def _stands_in_other(row: BudgetRow, rows: Iterable[BudgetRow]) -> bool:
    """Whether all that the line pays for is paid for by another one too; of lines alike the first counts."""
    return any(
        _covers(other, row) and (not _covers(row, other) or other.id < row.id) for other in rows if other is not row
    )


def _covers(outer: BudgetRow, inner: BudgetRow) -> bool:
    same = all(getattr(outer, part) in (None, "", getattr(inner, part)) for part in ("body", "programme", "category"))
    periods = not outer.periods or (bool(inner.periods) and set(inner.periods) <= set(outer.periods))
    return same and periods and lies_in(inner.area or "", outer.area or "")


@dataclass(frozen=True)
class Asked:
    """What is asked of a study: the sums as they were given, or how they are spread."""

    budgets: tuple[str, ...]
    start: str
    end: str
    points: int
    line: str | None

    def shares(self, money: Money) -> list[float]:
        """The sums as shares of the money, ascending, each once. Raises InputError for those that are none."""
        if self.budgets:
            return sorted(set(shares(money, self.budgets, "--budgets")))
        ends = shares(money, (self.start, self.end), "--from/--to")
        if ends[0] > ends[1]:
            found = f"{self.start} to {self.end}"
            raise InputError([Fault("--from/--to", 0, "", found, "first the smaller sum, then the larger")])
        return sorted(set(spread(ends[0], ends[1], self.points)))

    def identity(self, wanted: Sequence[float]) -> dict[str, str]:
        """What tells these sums from others, as text by name."""
        return {"sums": " ".join(f"{share:.12g}" for share in wanted), "--line": self.line or ALL_LINES}

    def words(self, count: str) -> list[str]:
        """The options that ask for it; `count` is the name of the one that says how many."""
        if self.budgets:
            words = ["--budgets", ",".join(self.budgets)]
        else:
            words = ["--from", self.start, "--to", self.end, count, str(self.points)]
        return words + (["--line", self.line] if self.line is not None else [])


def shares(money: Money, texts: Sequence[str], option: str) -> list[float]:
    """Sums such as 80% or 1200000 as shares of the whole. Raises InputError with every one that is none."""
    found, faults = [], []
    for text in texts:
        match = _SUM.fullmatch(text.strip().replace(",", ""))
        if match is None:
            faults.append(Fault(option, 0, "", f"'{text}'", "money, such as 1200000, or a share, such as 80%"))
        else:
            number = float(match[1])
            found.append(number / 100 if match[2] else number / money.whole_cny)
    if faults:
        raise InputError(faults)
    return found


def spread(start: float, end: float, points: int) -> list[float]:
    """So many shares from one to the other, ends included, evenly apart."""
    if points == 1:
        return [start]
    return [round(start + (end - start) * i / (points - 1), 12) for i in range(points)]


def rounds(points: int) -> Iterator[list[int]]:
    """The points in the order of their solution: both ends, the middle, the quarters, and so on."""
    done = sorted({0, points - 1})
    yield done
    while len(done) < points:
        middles = [(a + b) // 2 for a, b in pairwise(done) if b - a > 1]
        yield middles
        done = sorted({*done, *middles})
