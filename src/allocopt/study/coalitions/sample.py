"""Games of more bodies than can be enumerated: Shapley shares from drawn orders, and values where these pass."""

from __future__ import annotations

from collections.abc import Callable

from allocopt.games import SampledShapley, sampled_shapley
from allocopt.study.coalitions.live import AnyCoalition, Members
from allocopt.study.coalitions.values import Setting, Value, value_one

# Orders drawn, in pairs of an order and its reverse.
PERMUTATIONS = 40


def sample(
    setting: Setting, everybody: Value, *, permutations: int, seed: int, tell: Callable[[str], None]
) -> tuple[SampledShapley, list[Value]]:
    """Sampled shares with their confidence, and the coalitions that were valued on the way, in CNY.

    A coalition starts from the plan of the largest one inside it that has been valued; values never fall when a body
    joins, nor exceed that of all together."""
    model = AnyCoalition(setting.city, setting.silo, threads=1)
    values: dict[Members, Value] = {0: Value(0, 0.0, 0.0, None, False), everybody.members: everybody}

    def value_of(bodies: tuple[str, ...]) -> float:
        members = model.members(bodies)
        if members not in values:
            inside = max((v for m, v in values.items() if m & ~members == 0), key=lambda v: v.low)
            tell(f"coalition {len(values)} of those drawn")
            values[members] = value_one(model, members, inside.x, setting.near)
        inside_low = max(v.low for m, v in values.items() if m & ~members == 0)
        return min(inside_low, everybody.low)

    return sampled_shapley(model.bodies, value_of, permutations=permutations, seed=seed), list(values.values())
