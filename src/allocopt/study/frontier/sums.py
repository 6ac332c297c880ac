"""The sums of money of a frontier: which lines move, how a sum is said, and in which order points are solved."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from allocopt.arrange.acting import Regime
from allocopt.arrange.money import arrange_lines
from allocopt.city import City
from allocopt.faults import Fault, InputError, did_you_mean
from allocopt.schema.money import BudgetRow
from allocopt.study.cities import with_changes
from allocopt_models.budgets import outermost

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
    lines = arrange_lines(city, Regime.named("silo", city))
    outer = [line] if line is not None else outermost(lines)
    whole = sum(lines[name].amount_cny for name in outer)
    if whole <= 0:
        raise InputError([Fault("budgets.csv", 0, "amount_cny", "no money", "an amount above zero, to take shares of")])
    return Money(line, whole)


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


@dataclass(frozen=True)
class Sum:
    """A sum of money as it is asked for: money, or a share of a whole that is said elsewhere."""

    number: float
    is_share: bool


def sums_of(texts: Sequence[str], option: str) -> list[Sum]:
    """Sums such as 80% or 1200000. Raises InputError with every text that is none."""
    found = [(text, _SUM.fullmatch(text.strip().replace(",", ""))) for text in texts]
    if faults := [
        Fault(option, 0, "", f"'{text}'", "money, such as 1200000, or a share, such as 80%")
        for text, match in found
        if match is None
    ]:
        raise InputError(faults)
    return [Sum(float(match[1]) / (100 if match[2] else 1), bool(match[2])) for _, match in found if match is not None]


def shares(money: Money, texts: Sequence[str], option: str) -> list[float]:
    """Sums as shares of the whole. Raises InputError with every one that is none."""
    return [each.number if each.is_share else each.number / money.whole_cny for each in sums_of(texts, option)]


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
