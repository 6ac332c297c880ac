"""What is wrong with points is told once, with the row, and nothing is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from allocopt.faults import InputError
from allocopt.importers.points import covering
from allocopt.instance.load import load
from allocopt.reading import arrow as reading
from allocopt.solving.run import solve
from cli.command import allocopt
from points.clouds import drawn, imported, table

POSTS = "x,y\n1,1\n9,9\n"


def faults(tmp_path: Path, demand: str, posts: str = POSTS, *, p: int = 1, radius: float = 2.0) -> list[str]:
    (tmp_path / "demand.csv").write_text(demand)
    (tmp_path / "posts.csv").write_text(posts)
    with pytest.raises(InputError) as caught:
        covering(tmp_path / "demand.csv", tmp_path / "posts.csv", p=p, radius=radius)
    return [str(fault).replace(f"{tmp_path}/", "") for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("demand", "told"),
    [
        ("x,y\n1,2\n", "demand.csv:1 weight: found no such column"),
        ("x,y,wieght\n1,2,3\n", "did you mean 'wieght'?"),
        ("x,y,weight\n1,2,3\n1,many,3\n", "demand.csv:3 y: found 'many'; expected metres"),
        ("x,y,weight\n1,,3\n", "demand.csv:2 y: found a blank"),
        ("x,y,weight\n1,nan,3\n", "demand.csv:2 y: found 'nan'"),
        ("x,y,weight\n1,2,-3\n", "demand.csv:2 weight: found '-3'; expected a weight from 0"),
        ("x,y,weight\n1,2e10,3\n", "demand.csv:2 y: found '20000000000'"),
        ("x,y,weight\n1,2\n1,2,x\n", "demand.csv:2: found 2 cells; expected 3 cells"),
        ("x,y,weight\n", "demand.csv: found no rows"),
        ("", "demand.csv: found"),
        ("a,b,weight\n1,2,3\n", "columns x and y, or lon and lat"),
        ("lon,lat,weight\n1,2,3\n", "posts.csv: found x and y; expected lon and lat"),
        ("x,y,lon,lat,weight\n1,2,3,4,5\n", "x, y beside lon, lat"),
    ],
)
def test_a_fault_of_the_points(tmp_path: Path, demand: str, told: str) -> None:
    assert any(told in fault for fault in faults(tmp_path, demand)), faults(tmp_path, demand)


def test_all_faults_at_once(tmp_path: Path) -> None:
    found = faults(tmp_path, "x,y,weight\n1,2,-1\n", "x,y\n1,u\n", p=0, radius=float("nan"))
    assert [fault.split(" ")[0] for fault in found] == ["--radius:", "demand.csv:2", "posts.csv:2"]
    assert "from 1 to 2" in faults(tmp_path, "x,y,weight\n1,2,1\n", p=3)[0]


def test_many_faults_are_counted(tmp_path: Path) -> None:
    found = faults(tmp_path, "x,y,weight\n" + "1,2,-1\n" * 5000)
    assert len(found) == 21 and "4,980 more faults like these" in " ".join(found)


def test_faults_of_parquet_have_row_numbers(tmp_path: Path) -> None:
    at, weight, posts = drawn(0, 200_000, 3)
    weight[150_000], at[7, 1] = -1.0, np.nan
    demand = table(tmp_path / "demand.parquet", ("x", "y", "weight"), np.column_stack((at, weight)))
    stands = table(tmp_path / "posts.parquet", ("x", "y"), posts)
    with pytest.raises(InputError) as caught:
        covering(demand, stands, p=1, radius=1.0)
    assert [(fault.line, fault.field, fault.found) for fault in caught.value.faults] == [
        (8, "y", "'nan'"),
        (150_001, "weight", "'-1'"),
    ]


def test_nulls_text_and_no_parquet(tmp_path: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    stands = table(tmp_path / "posts.parquet", ("x", "y"), np.array([(1.0, 1.0)]))
    demand = tmp_path / "demand.parquet"

    def told() -> str:
        with pytest.raises(InputError) as caught:
            covering(demand, stands, p=1, radius=1.0)
        return str(caught.value)

    parquet.write_table(pa.table({"x": [1.0, None], "y": [1.0, 2.0], "weight": [1, 2]}), demand)
    assert "demand.parquet:2 x: found a blank" in told()
    parquet.write_table(pa.table({"x": ["1", "2"], "y": [1.0, 2.0], "weight": [1, 2]}), demand)
    assert "x: found a column of string; expected a column of numbers" in told()
    demand.write_text("x,y,weight\n1,2,3\n")
    assert "expected a table in Parquet" in told()
    demand.unlink()
    assert "expected a table in Parquet" in told()


def test_the_command_tells_and_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "demand.csv").write_text("x,y,weight\n1,2,-3\n")
    (tmp_path / "posts.csv").write_text(POSTS)
    words = ("--demand", tmp_path / "demand.csv", "--posts", tmp_path / "posts.csv", "--radius", "1", "--p", "1")
    run = allocopt("import", "points", *words, "--out", tmp_path / "city")
    assert run.returncode == 2 and "demand.csv:2 weight" in run.stderr and "Traceback" not in run.stderr
    assert not (tmp_path / "city").exists()


def test_without_pyarrow_it_is_asked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def missing(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr(reading, "import_module", missing)
    (found,) = faults(tmp_path, "x,y,weight\n1,2,3\n")[:1]
    assert "pip install 'allocopt[tables]'" in found


RULES = [
    ("city.yaml", "metric: plane", "metric: ellipsoid", "plane or sphere, since there are points"),
    ("city.yaml", "hazard: want", "hazard: wnat", "did you mean 'want'"),
    ("city.yaml", "  area: all", "  area: ''", "an area path"),
    ("city.yaml", "objective: loss", "objective: worst_area", "worst_area with points"),
    ("city.yaml", "objective: loss", "objective: loss\nworst_area: {at_most: 5}", "a ceiling with points"),
    ("city.yaml", "objective: loss", "objective: response_time", "response_time with points"),
    ("city.yaml", "objective: loss", "objective: loss\nbeats: {mode: way}", "beats with points"),
    ("city.yaml", "loss_cny: 1", "loss_cny: -1", "points.loss_cny"),
    ("effects.csv", "class,cover", "unit,unit", "nothing is decided one by one"),
]


@pytest.mark.parametrize(("file", "before", "after", "told"), RULES)
def test_what_would_need_single_points_is_refused(
    tmp_path: Path, file: str, before: str, after: str, told: str
) -> None:
    folder = imported(tmp_path, drawn(0, 50, 3), p=1, radius=5.0)
    text = (folder / file).read_text()
    assert before in text
    (folder / file).write_text(text.replace(before, after, 1))
    with pytest.raises(InputError) as caught:
        load(folder)
    assert told in str(caught.value)


def test_refused_tables(tmp_path: Path) -> None:
    folder = imported(tmp_path, drawn(0, 50, 3), p=1, radius=5.0)
    (folder / "standards.csv").write_text("id,rule,at_most,source\nlow,loss,5,x\n")
    (folder / "commodities.csv").write_text(
        "id,hazard,mode,cost_cny,volume_m3,penalty_cny,source\nkit,want,way,1,1,1,x\n"
    )
    with pytest.raises(InputError) as caught:
        load(folder)
    assert {("standards.csv", "hazard"), ("commodities.csv", "hazard")} <= {
        (fault.file, fault.field) for fault in caught.value.faults
    }
    for name in ("standards", "commodities"):
        (folder / f"{name}.csv").unlink()
    with pytest.raises(InputError, match="response_time with points"):
        solve(load(folder), objective="response_time")
    (folder / "points.csv").write_text("x,y,weight\n1,1,1\n")
    with pytest.raises(InputError, match="the table once"):
        load(folder)
    (folder / "points.csv").unlink()
    (folder / "points.parquet").unlink()
    with pytest.raises(InputError, match=r"points\.parquet or points\.csv"):
        load(folder)
    (folder / "points.csv").write_text("x,y,weight\n1,1,1\n")
    (folder / "city.yaml").write_text((folder / "city.yaml").read_text().partition("points:\n")[0])
    with pytest.raises(InputError, match="points without it"):
        load(folder)
