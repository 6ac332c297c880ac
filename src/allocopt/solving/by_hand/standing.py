"""Units that stand within reach: what they add to efforts, which sites they cover."""

from __future__ import annotations

from collections import defaultdict

from allocopt.solving.by_hand.books import Books, Bundle
from allocopt_models.city import CityModel

# Cover, period, shift.
CoverKey = tuple[int, str, str]


class Standing:
    """How many units cover what, and the columns that follow from it. `covers_of` has what a column is counted in,
    `decided_by` the decisions behind a cover."""

    def __init__(self, city: CityModel, books: Books) -> None:
        self._books = books
        names, data = books.names, city.data.programmes.response
        self._covered = names.columns("standards.covered")
        self.covers_of: dict[int, list[CoverKey]] = defaultdict(list)
        self.decided_by: dict[CoverKey, set[int]] = defaultdict(set)
        self._lent: dict[int, list[tuple[int, int, tuple[int, ...]]]] = defaultdict(list)
        self._read_covers(city)
        self._number: dict[CoverKey, float] = defaultdict(float)
        self._steps: dict[tuple[CoverKey, int], list[int]] = defaultdict(list)
        for (c, t, j, _, _, step), column in names.columns("response.step").items():
            self._steps[(c, t, j), step].append(column)
        self._tables: dict[CoverKey, list[tuple[int, tuple[float, ...]]]] = defaultdict(list)
        left = names.columns("risk.left")
        for cell, returns in city.actions.added.returns.items():
            answer = data.answers[cell][0]
            if cell in left:
                self._tables[answer.cover, answer.period, answer.shift].append((left[cell], returns.left))

    def moved_by(self) -> set[int]:
        """The columns that move what follows."""
        return self.covers_of.keys() | self._lent.keys()

    def only_covering(self) -> set[int]:
        """The columns that are counted where they cover, and move nothing else."""
        return self.covers_of.keys() - self._lent.keys()

    def start_over(self) -> None:
        """Nobody stands anywhere."""
        self._number.clear()

    def _read_covers(self, city: CityModel) -> None:
        names, data = self._books.names, city.data.programmes.response
        units, committed, lent = map(names.columns, ("patrol.units", "patrol.committed", "response.lent"))
        for (u, p, t, j, links), column in lent.items():
            by_link = tuple(committed[u, p, t, j, via] for via in links.split("|"))
            for cause in (units[u, p, t, j], *by_link):
                self._lent[cause].append((column, units[u, p, t, j], by_link))
        for c, cover in enumerate(data.covers):
            for time in data.times:
                key = (c, *time)
                columns = [units[(*station, *time)] for station in cover.own]
                self.decided_by[key].update(columns)
                for u, p, via in cover.lent:
                    shared = (u, p, *time, "|".join(via))
                    columns.append(committed[shared] if len(via) == 1 else lent[shared])
                    self.decided_by[key].update(committed[u, p, *time, link] for link in via)
                for column in columns:
                    self.covers_of[column].append(key)

    def enter(self, change: Bundle) -> None:
        """Units that come to stand there."""
        for key, number in self._coming(change).items():
            self._number[key] = number

    def after(self, bundle: Bundle) -> dict[int, float]:
        """The values of the columns that follow, of those that the bundle moves."""
        out: dict[int, float] = {}
        if not self._lent.keys().isdisjoint(bundle):
            self._lend(out, bundle)
            bundle = {**bundle, **{column: value - self._books.x[column] for column, value in out.items()}}
        for key, number in self._coming(bundle).items():
            self._cover(out, key, number)
        return out

    def after_one_more(self, key: CoverKey) -> dict[int, float]:
        """The values of the columns that follow when one more unit covers."""
        out: dict[int, float] = {}
        self._cover(out, key, self._number[key] + 1.0)
        return out

    def _lend(self, out: dict[int, float], bundle: Bundle) -> None:
        for column in bundle:
            for lent, units, by_link in self._lent.get(column, ()):
                out[lent] = min(self._then(bundle, units), sum(self._then(bundle, link) for link in by_link))

    def _cover(self, out: dict[int, float], key: CoverKey, number: float) -> None:
        before, n = round(self._number[key]), round(number)
        for step in range(min(before, n), max(before, n)):
            out.update(dict.fromkeys(self._steps.get((key, step), ()), 1.0 if step < n else 0.0))
        out.update((left, table[min(n, len(table) - 1)]) for left, table in self._tables.get(key, ()))
        if key in self._covered:
            out[self._covered[key]] = min(1.0, n)

    def _coming(self, bundle: Bundle) -> dict[CoverKey, float]:
        """How many units then cover what, where the bundle moves it."""
        more: dict[CoverKey, float] = {}
        for column, amount in bundle.items():
            for key in self.covers_of.get(column, ()):
                more[key] = more.get(key, 0.0) + amount
        return {key: self._number[key] + amount for key, amount in more.items()}

    def _then(self, bundle: Bundle, column: int) -> float:
        return self._books.x[column] + bundle.get(column, 0.0)
