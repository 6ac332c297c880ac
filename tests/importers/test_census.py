"""Census points: maximal covering on the authors' sphere."""

from __future__ import annotations

from pathlib import Path

import pytest

from allocopt.faults import InputError
from allocopt.importers.census import EARTH_M, maximal_covering
from allocopt.importers.made import write
from allocopt.instance.load import load
from allocopt.solving.run import solve

METRES_A_DEGREE = EARTH_M * 3.141592653589793 / 180

POINTS = """NAME : three
TYPE : MCLP
EDGE_WEIGHT_TYPE : COORD
DIMENSION : 4
NODE_COORD_SECTION\t
0 10.0
0 10.01
0 10.02
0 11.0
DEMAND_SECTION
5
1
7
6
EOF
"""


def file_of(folder: Path, text: str) -> Path:
    file = folder / "points.txt"
    file.write_text(text)
    return file


@pytest.mark.parametrize(("steps", "left"), [(1.0, 6.0), (0.999, 12.0), (0.0, 12.0)])
def test_a_distance_equal_to_the_radius_covers(tmp_path: Path, steps: float, left: float) -> None:
    made = maximal_covering(file_of(tmp_path, POINTS), p=1, radius=steps * 0.01 * METRES_A_DEGREE)
    write(made, tmp_path / "city")
    assert solve(load(tmp_path / "city"), gap=0.0).objective == pytest.approx(left)


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [("0 10.01\n", "0 10.01 3\n", 7), ("\n7\n", "\nseven\n", 13), ("0 11.0\n", "", 0), ("0 10.0\n", "95 10\n", 6)],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, before: str, after: str, line: int) -> None:
    with pytest.raises(InputError) as told:
        maximal_covering(file_of(tmp_path, POINTS.replace(before, after)), p=1, radius=10)
    assert next(fault.line for fault in told.value.faults) == line


def test_more_posts_than_points_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="from 1 to 4"):
        maximal_covering(file_of(tmp_path, POINTS), p=5, radius=10)


def test_a_file_of_another_kind_is_told_once(tmp_path: Path) -> None:
    with pytest.raises(InputError) as told:
        maximal_covering(file_of(tmp_path, "200 1000\n1 1 1\n2 2 2\n"), p=1, radius=10)
    (fault,) = told.value.faults
    assert (fault.line, fault.found) == (1, "'200 1000'")
