"""One layer of a map as plain data: places as points, what goes between them as lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from allocopt.export.places import At

Shape = Literal["Point", "LineString"]
# Where a feature lies, None where nobody knows, and its cells.
Feature = tuple[Sequence[At] | None, Sequence[Any]]


@dataclass(frozen=True)
class Layer:
    """Features of one shape. A name with `=` before it is a column of numbers, any other one of text."""

    name: str
    shape: Shape
    fields: str
    features: Sequence[Feature]

    @property
    def columns(self) -> list[str]:
        return [word.lstrip("=") for word in self.fields.split()]

    @property
    def numeric(self) -> list[bool]:
        return [word.startswith("=") for word in self.fields.split()]


def bounds(layers: Iterable[Layer]) -> tuple[float, float, float, float]:
    """The least and the greatest of both coordinates."""
    corners = [corner for layer in layers for at, _ in layer.features for corner in at or ()]
    first, second = zip(*corners, strict=True)
    return min(first), min(second), max(first), max(second)


def cells_by_column(layer: Layer) -> Iterator[tuple[str, bool, list[Any]]]:
    """Name, whether it holds numbers, and cells of each column."""
    cells = zip(*(values for _, values in layer.features), strict=True)
    for name, numeric, column in zip(layer.columns, layer.numeric, cells, strict=True):
        yield name, numeric, list(column)
