"""capa.txt of the OR-Library, with the figures put back that a copy of it has lost.

Such a copy has `1000` wherever the published file has `300`. A cost with a decimal too many shows where that was. Any
other with `1000` in it may be as published, and the geometry decides: costs are demand times distance times a factor
between 1 and 1.25, and the readings of one figure lie more than threefold apart.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
DECIMALS = 5
MEAN_FACTOR = 1.125
SIDE = 1000.0
ROUNDS, STARTS = 200, 5


def mended(text: str) -> str:
    """The file as it was published, as far as can be told; one that has its figures stays as it is."""
    if "300" in text:
        return text
    words = text.split()
    depots, customers = int(words[0]), int(words[1])
    start = 2 + 2 * depots
    rows: Any = np.array(words[start:], dtype=object).reshape(customers, 1 + depots)
    demand = rows[:, 0].astype(float)
    open_to_doubt: dict[tuple[int, int], list[str]] = {}
    for at in np.argwhere(np.char.find(rows[:, 1:].astype(str), "1000") >= 0).tolist():
        row, column = at[0], at[1] + 1
        readings = _readings(rows[row, column])
        rows[row, column] = readings[0]
        if len(readings) > 1:
            open_to_doubt[row, column] = readings
    doubted = np.zeros(rows.shape, dtype=bool)
    doubted[tuple(zip(*open_to_doubt, strict=True))] = True
    likely = _likely(rows[:, 1:].astype(float) / demand[:, None], doubted[:, 1:])
    for (row, column), readings in open_to_doubt.items():
        unit_costs = np.array(readings, dtype=float) / demand[row]
        rows[row, column] = readings[int(np.argmin(np.abs(np.log(unit_costs / likely[row, column - 1]))))]
    return "\n".join([" ".join(words[:start]), *(" ".join(row) for row in rows)])


def _readings(found: str) -> list[str]:
    """All that may have stood where `found` stands now."""
    places = [place for place in range(len(found)) if found.startswith("1000", place)]
    readings = [found, *(found[:place] + "300" + found[place + 4 :] for place in places)]
    return [reading for reading in readings if len(reading.partition(".")[2]) == DECIMALS]


def _likely(unit_costs: Floats, doubted: NDArray[np.bool_]) -> Floats:
    """Costs of one unit by where customers and depots lie, which the costs without doubt tell. Some starts end where
    the map is folded: the best fit of several counts."""
    known, wanted = ~doubted, unit_costs / MEAN_FACTOR
    fits = [_distances(known, wanted, np.random.default_rng(start)) for start in range(STARTS)]
    return MEAN_FACTOR * min(fits, key=lambda distance: float((known * (wanted - distance) ** 2).sum()))


def _distances(known: NDArray[np.bool_], wanted: Floats, draw: np.random.Generator) -> Floats:
    """Each place is moved to where the distances to all others want it on average, again and again."""
    customers, depots = (draw.uniform(0.0, SIDE, (many, 2)) for many in wanted.shape)
    for _ in range(ROUNDS):
        customers = customers + _pull(customers, depots, known, wanted).sum(axis=1) / known.sum(axis=1)[:, None]
        depots = depots - _pull(customers, depots, known, wanted).sum(axis=0) / known.sum(axis=0)[:, None]
    return np.asarray(np.linalg.norm(customers[:, None, :] - depots[None, :, :], axis=2))


def _pull(customers: Floats, depots: Floats, known: NDArray[np.bool_], wanted: Floats) -> Floats:
    """How far each distance that is known would move its customer."""
    apart = customers[:, None, :] - depots[None, :, :]
    distance = np.hypot(apart[..., 0], apart[..., 1])
    return np.asarray((known * (wanted - distance) / distance)[..., None] * apart)
