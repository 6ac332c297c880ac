"""Who leads what where, what actions do about it, and the cells into which loss is divided."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import inf, log1p
from typing import NamedTuple

from allocopt.checker.files import Row
from allocopt.checker.instance import Instance

ALL = -1
"""The number of the shift of a cell that has none."""
NO_SITE = ""
"""Where points are, which are at no site."""


def weight(share: float) -> float:
    """The effort that takes away this share of a loss."""
    return inf if share >= 1 else -log1p(-share)


class Cell(NamedTuple):
    """A piece of one risk row: its site, hazard, period and shift (ALL: none), and what share it has of the row."""

    site: str
    hazard: str
    t: int
    j: int
    share: float
    row: Row


class Risks:
    """The risk rows of a city, and who leads them."""

    def __init__(self, city: Instance) -> None:
        self._city = city
        self.hazards_at: dict[str, set[str]] = {}
        self._leads: dict[tuple[str, str], str] = {}
        for row in city.rows("points"):
            self.hazards_at[NO_SITE] = {row["hazard"]}
        for row in city.rows("risks"):
            self.hazards_at.setdefault(row["site"], set()).add(row["hazard"])
            if row["lead"]:
                self._leads[row["site"], row["hazard"]] = row["lead"]

    def lead(self, site: str, hazard: str) -> str:
        """Who answers for a hazard at a site."""
        return self._leads.get((site, hazard)) or self._city.by_id("hazards")[hazard]["lead"]

    @cached_property
    def by_shift(self) -> set[str]:
        """Hazards whose cells have shifts."""
        if len(self._city.calendar.shifts) < 2:
            return set()
        return {row["hazard"] for row in self._city.rows("effects") if row["by"] in ("class", "unit")}

    def cells(self) -> Iterator[Cell]:
        """Every cell, row by row; a row without a period is spread by the periods' hours."""
        calendar = self._city.calendar
        for row in self._city.rows("risks"):
            if row["period"]:
                periods = [(calendar.number[row["period"]], 1.0)]
            else:
                periods = [(t, hours / calendar.horizon) for t, hours in enumerate(calendar.hours)]
            for t, share in periods:
                yield from self._of_period(row, t, share)

    def _of_period(self, row: Row, t: int, share: float) -> Iterator[Cell]:
        hazard = row["hazard"]
        if hazard not in self.by_shift:
            yield Cell(row["site"], hazard, t, ALL, share, row)
            return
        for j, shift in enumerate(self._city.calendar.shifts):
            part = shift.loss_share_of.get(hazard, shift.loss_share)
            yield Cell(row["site"], hazard, t, j, share * part, row)


@dataclass(frozen=True)
class NeedEffect:
    """What a measure takes away of a need."""

    commodity: str
    scenario: str
    share: float


class Effects:
    """The shares of `effects.csv`."""

    def __init__(self, city: Instance, risks: Risks) -> None:
        self._risks = risks
        self._plain: dict[tuple[str, str], dict[str, float]] = {}
        self._unlocked: dict[str, dict[str, tuple[str, float]]] = {}
        self._needs: dict[str, list[NeedEffect]] = {}
        for row in city.rows("effects"):
            share = row.num("share")
            if row["commodity"]:
                effect = NeedEffect(row["commodity"], row["scenario"], share)
                self._needs.setdefault(row["id"], []).append(effect)
            elif row["mechanism"]:
                self._unlocked.setdefault(row["id"], {})[row["hazard"]] = (row["mechanism"], share)
            else:
                self._plain.setdefault((row["by"], row["id"]), {})[row["hazard"]] = share

    def shares(self, by: str, actor: str) -> dict[str, float]:
        """What an action averts of each hazard, without mechanisms."""
        return self._plain.get((by, actor), {})

    def unlocked(self, kind: str) -> dict[str, tuple[str, float]]:
        """What a visit averts of a hazard instead, while a mechanism works."""
        return self._unlocked.get(kind, {})

    def needs(self, measure: str) -> list[NeedEffect]:
        return self._needs.get(measure, [])

    def hazards(self, by: str, actor: str) -> set[str]:
        """Every hazard that an action averts at all, with a mechanism or without."""
        named = {hazard for hazard, share in self.shares(by, actor).items() if share > 0}
        if by == "kind":
            named |= {hazard for hazard, (_, share) in self.unlocked(actor).items() if share > 0}
        return named

    def answering(self, by: str, actor: str, site: str) -> frozenset[str]:
        """The bodies that lead a hazard which the action touches at the site."""
        key = (by, actor, site)
        if key not in self._answering:
            touched = self.hazards(by, actor) & self._risks.hazards_at.get(site, set())
            self._answering[key] = frozenset(self._risks.lead(site, hazard) for hazard in touched)
        return self._answering[key]

    @cached_property
    def _answering(self) -> dict[tuple[str, str, str], frozenset[str]]:
        return {}
