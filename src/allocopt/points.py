"""Places at risk that are too many for a row each: points, kept in their file and read in batches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, NamedTuple

from allocopt.reading.number_table import Limits, NumberTable

if TYPE_CHECKING:
    from allocopt.reading.number_table import Floats

# No point lies farther away, in metres, or weighs more: sums of whole weights stay exact.
FARTHEST_M, HEAVIEST = 1e9, 1e9
_WEIGHT = Limits(0.0, HEAVIEST, f"a weight from 0 to {HEAVIEST:,.0f}")
_METRES = Limits(-FARTHEST_M, FARTHEST_M, f"metres, at most {FARTHEST_M:,.0f} from the origin")
PLANE = {"x": _METRES, "y": _METRES, "weight": _WEIGHT}
SPHERE = {
    "lon": Limits(-180.0, 180.0, "degrees east, from -180 to 180"),
    "lat": Limits(-90.0, 90.0, "degrees north, from -90 to 90"),
    "weight": _WEIGHT,
}


class Some(NamedTuple):
    """Some points: the number of the first, from 0; where they are (x, y or lon, lat; a row each); their weights."""

    first: int
    at: Floats
    weight: Floats


@dataclass(frozen=True)
class Points:
    """The points of a city: `count` rows of a table that was found free of faults, `weight` in all, between the `least`
    and the `greatest` of both coordinates."""

    table: NumberTable
    plane: bool
    count: int
    weight: float
    least: tuple[float, float]
    greatest: tuple[float, float]

    def batches(self) -> Iterator[Some]:
        """All points, batch after batch."""
        import numpy as np

        for batch in self.table.batches(tuple(PLANE if self.plane else SPHERE)):
            first, second, weight = batch.columns.values()
            yield Some(batch.first, np.stack((first, second), axis=-1), weight)


def points_of(table: NumberTable, *, plane: bool) -> Points:
    """The points in a table. Raises InputError where a row is no point."""
    count, weight = 0, 0.0
    least, greatest = (inf, inf), (-inf, -inf)
    for batch in table.checked(PLANE if plane else SPHERE):
        first, second, weights = batch.columns.values()
        count, weight = count + len(weights), weight + float(weights.sum())
        if len(weights):
            least = (min(least[0], float(first.min())), min(least[1], float(second.min())))
            greatest = (max(greatest[0], float(first.max())), max(greatest[1], float(second.max())))
    return Points(table, plane, count, weight, least, greatest)
