"""Problems of the OR-Library: small ones by hand."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest

from allocopt.checking import check
from allocopt.faults import InputError
from allocopt.importers.made import Made, write
from allocopt.importers.orlib import capacitated_location, p_median, set_covering
from allocopt.instance.load import load
from allocopt.plan import Plan
from allocopt.solving.run import solve

# A path of five nodes; the edge 1-2 stands twice, and its last length counts.
PATH = "5 5 2\n1 2 9\n2 3 4\n3 4 1\n4 5 7\n2 1 3\n"


def file_of(folder: Path, text: str) -> Path:
    file = folder / "problem.txt"
    file.write_text(text)
    return file


def solved(made: Made, folder: Path) -> Plan:
    write(made, folder / "city")
    plan = solve(load(folder / "city"), gap=0.0, threads=1)
    assert plan.status == "optimal"
    assert [str(violation) for violation in check(plan)] == []
    return plan


@pytest.mark.parametrize("p", [1, 2, 3])
def test_a_path_of_five(tmp_path: Path, p: int) -> None:
    at = [0, 3, 7, 8, 15]
    best = min(sum(min(abs(a - at[c]) for c in chosen) for a in at) for chosen in combinations(range(5), p))
    plan = solved(p_median(file_of(tmp_path, PATH), p=p), tmp_path)
    assert plan.objective == pytest.approx(best, rel=1e-9)


def test_two_warehouses(tmp_path: Path) -> None:
    """Both must open for 30 + 20 units; in rooms of 25, five units of the first customer take the dearer way."""
    text = "2 2\n40 100\n40 70\n30 60 90\n20 80 20\n"
    plan = solved(capacitated_location(file_of(tmp_path, text)), tmp_path)
    assert plan.objective == pytest.approx(100 + 70 + 60 + 20)
    narrow = solved(capacitated_location(file_of(tmp_path, text), capacity=25), tmp_path / "narrow")
    assert narrow.objective == pytest.approx(100 + 70 + 25 * 2 + 5 * 3 + 20)


def test_three_columns(tmp_path: Path) -> None:
    text = "3 3\n5 4 8\n2\n1 3\n2\n1 2\n2 2 3\n"
    assert solved(set_covering(file_of(tmp_path, text)), tmp_path).objective == pytest.approx(9)


@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        ("5 5\n", 1, "the end of the file"),
        ("5 2 2\n1 2 9\n2 six 4\n", 3, "'six'"),
        ("5 2 2\n1 2 9\n2 6 4\n", 3, "'6'"),
        ("5 1 2\n1 2 -9\n", 2, "'-9'"),
        ("5 1 2\n1 2 nan\n", 2, "'nan'"),
        ("5 1 2\n1 2 9\n4\n", 3, "'4'"),
        ("5 1 9\n1 2 9\n", 1, "9"),
        ("", 0, "the end of the file"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, text: str, line: int, found: str) -> None:
    with pytest.raises(InputError) as told:
        p_median(file_of(tmp_path, text))
    (fault,) = told.value.faults
    assert (fault.line, fault.found) == (line, found)


def test_a_city_is_not_written_over_another(tmp_path: Path) -> None:
    made = p_median(file_of(tmp_path, PATH))
    write(made, tmp_path / "city")
    before = (tmp_path / "city" / "city.yaml").read_bytes()
    with pytest.raises(InputError):
        write(made, tmp_path / "city")
    assert (tmp_path / "city" / "city.yaml").read_bytes() == before
