"""Points too many for a row each, as a grid of how much weight lies where."""

from __future__ import annotations

from typing import Any

import numpy as np

from allocopt.city import City
from allocopt.report.map.places import Projection

_CELLS = 80


def density(city: City, projection: Projection) -> dict[str, Any]:
    """Middles in metres, and weights, of the cells in which points lie; nothing without points."""
    if city.points is None or not city.points.count:
        return {}
    ends = projection.metres(np.array([city.points.least, city.points.greatest], dtype=np.float64))
    size = max(float((ends[1] - ends[0]).max()) / _CELLS, 1e-6)
    across = [max(1, int(np.ceil((high - low) / size))) for low, high in zip(ends[0], ends[1], strict=True)]
    grid = np.zeros(across)
    for some in city.points.batches():
        cell = np.minimum(((projection.metres(some.at) - ends[0]) / size).astype("int64"), np.array(across) - 1)
        np.add.at(grid, (cell[:, 0], cell[:, 1]), some.weight)
    x, y = np.nonzero(grid)
    return {
        "x": np.rint(ends[0][0] + (x + 0.5) * size).astype("int64").tolist(),
        "y": np.rint(ends[0][1] + (y + 0.5) * size).astype("int64").tolist(),
        "weight": [round(float(weight), 3) for weight in grid[x, y]],
        "size": size,
    }
