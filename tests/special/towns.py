"""Points in a plane as instances of the classical problems."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parents[2].parent / "shared" / "data" / "benchmarks"
Point = tuple[float, float]


def benchmark(name: str) -> Path:
    """A file with published optima; the test is skipped where it is not there."""
    path = BENCHMARKS / name
    if not path.is_file():
        pytest.skip(f"no ../shared/data/benchmarks/{name}")
    return path


def points(seed: int, number: int) -> list[Point]:
    """Points of a square of ten kilometres."""
    draw = random.Random(seed)
    return [(float(draw.randint(0, 10_000)), float(draw.randint(0, 10_000))) for _ in range(number)]


def minutes(a: Point, b: Point) -> float:
    """A car on the plane of the tests drives a kilometre a minute."""
    return math.dist(a, b) / 1000


def people_of(seed: int, number: int) -> list[int]:
    return [random.Random(seed * 1000 + i).randint(1, 100) for i in range(number)]


def sites(at: Sequence[Point], people: Sequence[float]) -> list[dict[str, Any]]:
    return [{"id": f"s{i}", "x": x, "y": y, "people": n} for i, ((x, y), n) in enumerate(zip(at, people, strict=True))]


def covering(
    at: Sequence[Point],
    posts: Sequence[Point],
    weight: Sequence[float],
    standard_min: float,
    *,
    units: int,
    busy: float = 0.0,
    share: float = 1.0,
    room: int | None = None,
) -> dict[str, list[dict[str, Any]]]:
    """Sites whose loss is averted by units that come in time from the posts at which they stand."""
    return {
        "sites": sites(at, weight),
        "bodies": [{"id": "police"}],
        "hazards": [{"id": "theft", "lead": "police"}],
        "risks": [{"site": f"s{i}", "hazard": "theft", "loss_cny": w} for i, w in enumerate(weight)],
        "classes": [{"id": "fast", "standard_min": standard_min, "busy": busy}],
        "effects": [{"by": "class", "id": "fast", "hazard": "theft", "share": share}],
        "units": [{"id": "car", "body": "police", "response": "fast", "count": units}],
        "posts": [{"id": f"p{i}", "x": x, "y": y, "units": room} for i, (x, y) in enumerate(posts)],
    }


def swain() -> list[tuple[float, float, float]]:
    """Swain's 55 nodes: x and y in kilometres, and weight."""
    lines = benchmark("swain/swain_medrano.txt").read_text().splitlines()[1:]
    return [(float(x), float(y), float(w)) for _, x, y, w in (line.split() for line in lines if line.split())]
