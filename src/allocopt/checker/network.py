"""Shortest ways over streets, by a Dijkstra of the checker's own."""

from __future__ import annotations

import heapq
import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable

from allocopt.checker.files import Row
from allocopt.checker.geodesy import Point

_NEAR = 1e-9
"""Nodes whose distance differs by less than this share are equally near; the smallest id is taken."""


class Network:
    """The streets that one mode may use, some of them closed."""

    def __init__(self, mode: str, streets: Iterable[Row], closed: frozenset[str]) -> None:
        self._ways: dict[str, list[tuple[str, float]]] = {}
        self._known: dict[str, dict[str, float]] = {}
        for street in streets:
            if mode in street.ids("modes") and street["id"] not in closed:
                one, other, length = street["from_node"], street["to_node"], street.num("length_m")
                self._ways.setdefault(one, []).append((other, length))
                back = self._ways.setdefault(other, [])
                if not street.yes("oneway"):
                    back.append((one, length))

    @property
    def nodes(self) -> list[str]:
        """Every node at which a street of the mode ends."""
        return sorted(self._ways)

    def ends_at(self, node: str) -> bool:
        return node in self._ways

    def metres(self, start: str, end: str) -> float | None:
        """Length of the shortest way; None when there is none."""
        if start not in self._known:
            self._known[start] = self._from(start)
        return self._known[start].get(end)

    def _from(self, start: str) -> dict[str, float]:
        done: dict[str, float] = {}
        queue = [(0.0, start)]
        while queue:
            metres, node = heapq.heappop(queue)
            if node in done:
                continue
            done[node] = metres
            for other, length in self._ways.get(node, ()):
                if other not in done:
                    heapq.heappush(queue, (metres + length, other))
        return done


class Nearest:
    """Finds the nearest of some nodes, looking only at those in a box as large as the longest walk.

    `span` is how far that walk goes up or down, `width` how far to the sides, in the points' own units.
    """

    def __init__(
        self, points: dict[str, Point], distance: Callable[[Point, Point], float], span: float, width: float
    ) -> None:
        self._distance = distance
        self._span, self._width = span, width
        self._nodes = sorted((point[1], point[0], node) for node, point in points.items())
        self._heights = [height for height, _, _ in self._nodes]

    def of(self, point: Point, most_m: float) -> tuple[str, float] | None:
        """The nearest node and how far it is; of several as near, the one with the smallest id."""
        low = bisect_left(self._heights, point[1] - self._span)
        high = bisect_right(self._heights, point[1] + self._span)
        near = [
            (self._distance(point, (x, y)), node)
            for y, x, node in self._nodes[low:high]
            if abs(x - point[0]) <= self._width
        ]
        best = min(near, default=(math.inf, ""))[0]
        if best > most_m * (1 + _NEAR):
            return None
        node, metres = min((node, metres) for metres, node in near if metres <= best * (1 + _NEAR))
        return node, metres
