"""Games of more bodies than can be enumerated: Shapley shares from drawn orders, and values where these pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from allocopt.games import SampledShapley, sampled_shapley
from allocopt.study.coalitions.live import Members
from allocopt.study.coalitions.values import Value


@dataclass(frozen=True)
class Drawing:
    """So many orders of the bodies (sorted), in pairs of an order and its reverse, drawn from a seed."""

    bodies: Sequence[str]
    permutations: int
    seed: int

    def passed(self) -> list[Members]:
        """The coalitions that the orders pass."""
        passed: list[Members] = []

        def noted(members: tuple[str, ...]) -> float:
            passed.append(self._bits(members))
            return 0.0

        sampled_shapley(self.bodies, noted, permutations=self.permutations, seed=self.seed)
        return passed

    def shares(self, values: Mapping[Members, Value]) -> SampledShapley:
        """Sampled shares with their confidence, in CNY, where these coalitions have such values.

        Values never fall when a body joins, nor exceed that of all together."""
        everybody = values[(1 << len(self.bodies)) - 1]

        def value_of(bodies: tuple[str, ...]) -> float:
            members = self._bits(bodies)
            return min(max(value.low for m, value in values.items() if m & ~members == 0), everybody.low)

        return sampled_shapley(self.bodies, value_of, permutations=self.permutations, seed=self.seed)

    def _bits(self, bodies: Sequence[str]) -> Members:
        return sum(1 << self.bodies.index(body) for body in bodies)
