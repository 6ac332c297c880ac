"""Points from the command line: imported, solved, checked, told one by one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from allocopt.checker import check
from allocopt.instance.load import load
from allocopt.solving.run import solve
from cities import build
from cli.command import allocopt
from points.clouds import drawn, imported, least_uncovered, metres, table


def answer(*words: str | Path) -> dict[str, Any]:
    run = allocopt(*words)
    assert run.returncode == 0, run.stderr
    found: dict[str, Any] = json.loads(run.stdout)
    return found


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_from_tables_to_rows(tmp_path: Path, kind: str) -> None:
    """The same optimum as with a row for each place in `sites`; and every point's row agrees with the totals."""
    at, weight, posts = drawn(1, 3000, 9)
    demand = table(tmp_path / f"points.{kind}", ("x", "y", "weight"), np.column_stack((at, weight)))
    stands = table(tmp_path / f"posts.{kind}", ("x", "y"), posts)
    words = ("--radius", "5", "--p", "3", "--out", tmp_path / "city")
    run = allocopt("import", "points", "--demand", demand, "--posts", stands, *words)
    assert run.returncode == 0, run.stderr
    assert (tmp_path / "city" / "points.parquet").samefile(demand) == (kind == "parquet")
    found = answer("solve", tmp_path / "city", "--gap", "0", "--json", "--out", tmp_path / "plan")
    best = least_uncovered(at, weight, posts, 3, 5.0)
    assert found["status"] == "optimal" and found["objective"] == found["bound"] == best
    assert found["loss_if_nobody_acts"] == weight.sum() and not found["violations"]
    assert answer("check", tmp_path / "plan", "--json")["objective"] == best
    shown = allocopt("show", tmp_path / "plan")
    assert "3,000 points merged into" in shown.stdout and "same covering" in shown.stdout

    rows = allocopt("show", tmp_path / "plan", "--points", tmp_path / "rows.parquet")
    assert rows.returncode == 0, rows.stderr
    from pyarrow import parquet

    every = parquet.read_table(tmp_path / "rows.parquet").to_pandas()
    assert every["row"].tolist() == list(range(1, 3001)) and every["loss_cny"].sum() == best
    manned = sorted(set(every["post_cover"]) - {""})
    away = metres(at, posts[[int(name[1:]) - 1 for name in manned]], plane=True)
    nearest = [manned[i] if away[n, i] <= 5.0 else "" for n, i in enumerate(away.argmin(axis=1))]
    ties = np.sort(away, axis=1)[:, 0] >= np.sort(away, axis=1)[:, 1] * (1 - 1e-9)
    assert [post for post, tie in zip(every["post_cover"], ties, strict=True) if not tie] == [
        post for post, tie in zip(nearest, ties, strict=True) if not tie
    ]

    sites = {
        "sites": [{"id": f"s{n}", "area": "all", "x": x, "y": y} for n, (x, y) in enumerate(at.tolist())],
        "bodies": [{"id": "all"}],
        "hazards": [{"id": "want", "lead": "all"}],
        "risks": [{"site": f"s{n}", "hazard": "want", "loss_cny": w} for n, w in enumerate(weight.tolist())],
        "classes": [{"id": "cover", "standard_min": None, "standard_m": 5}],
        "effects": [{"by": "class", "id": "cover", "hazard": "want", "share": 1}],
        "units": [{"id": "unit", "body": "all", "response": "cover", "count": 3}],
        "posts": [
            {"id": f"p{n}", "area": "all", "units": 1, "x": x, "y": y} for n, (x, y) in enumerate(posts.tolist())
        ],
    }
    assert solve(load(build(tmp_path / "rows", sites)), gap=0.0).objective == best


@pytest.mark.parametrize("seed", range(3))
def test_on_the_sphere(tmp_path: Path, seed: int) -> None:
    cloud = drawn(seed, 300, 8, plane=False)
    folder = imported(tmp_path, cloud, p=2, radius=1500.0, plane=False)
    found = answer("solve", folder, "--gap", "0", "--json", "--out", tmp_path / "plan")
    assert found["objective"] == least_uncovered(*cloud[:2], cloud[2], 2, 1500.0, plane=False)
    assert not found["violations"]


def test_weights_that_are_not_whole(tmp_path: Path) -> None:
    at, weight, posts = drawn(4, 500, 8)
    weight = weight / 7
    folder = imported(tmp_path, (at, weight, posts), p=3, radius=5.0)
    found = answer("solve", folder, "--gap", "0", "--json", "--out", tmp_path / "plan")
    assert found["objective"] == pytest.approx(least_uncovered(at, weight, posts, 3, 5.0), rel=1e-9)
    assert found["status"] == "optimal" and not found["violations"]


def edited(folder: Path, **changes: str) -> Path:
    """The instance with texts changed in its files; `city_yaml` stands for city.yaml."""
    for name, change in changes.items():
        file = folder / name.replace("_yaml", ".yaml").replace("_csv", ".csv")
        before, _, after = change.partition(" -> ")
        text = file.read_text()
        assert before in text
        file.write_text(text.replace(before, after))
    return folder


def test_busy_units_two_classes_shifts_and_assumed_figures(tmp_path: Path) -> None:
    """MEXCLP over periods and shifts, sites beside points, figures scaled: what the planner says, the checker finds."""
    folder = imported(tmp_path, drawn(5, 400, 6), p=2, radius=6.0)
    edited(
        folder,
        city_yaml="- id: all\n  hours: 1 -> - {id: a, hours: 1}\n- {id: b, hours: 3}\nshifts:\n"
        "- {id: day, hours_share: 0.5, loss_share: 0.7}\n- {id: night, hours_share: 0.5, loss_share: 0.3}",
    )
    edited(folder, city_yaml="source: points -> source: assumed, points")
    (folder / "classes.csv").write_text("id,standard_m,standard_min,busy,source\ncover,6,,0.3,x\nslow,,0.012,0.5,x\n")
    (folder / "effects.csv").write_text(
        "by,id,hazard,share,source\nclass,cover,want,0.8,assumed\nclass,slow,want,0.4,x\n"
    )
    (folder / "hazards.csv").write_text("id,lead,source\nwant,all,x\nother,all,x\n")
    (folder / "units.csv").write_text(
        "id,body,response,mode,count,cost_cny_hour,source\nunit,all,cover,way,3,0,x\nvan,all,slow,way,1,0,x\n"
    )
    (folder / "posts.csv").write_text((folder / "posts.csv").read_text().replace(",1,yes,", ",2,yes,"))
    (folder / "sites.csv").write_text("id,area,x,y,source\nmill,all,5,5,x\n")
    (folder / "risks.csv").write_text("site,hazard,loss_cny,source\nmill,want,500,assumed\nmill,other,50,x\n")
    found = answer("solve", folder, "--json", "--out", tmp_path / "plan")
    assert not found["violations"]
    manifest = json.loads((tmp_path / "plan" / "plan.json").read_text())
    assert manifest["sensitivity"]["losses"]["assumed_rows"] == 2
    for change in ("scale.losses=1.2", "city.points.loss_cny=x2"):
        out = tmp_path / change
        more = answer("solve", folder, "--set", change, "--json", "--out", out)
        assert not more["violations"] and more["loss_if_nobody_acts"] > found["loss_if_nobody_acts"]
    rows = allocopt("show", tmp_path / "plan", "--points", tmp_path / "rows.parquet")
    assert rows.returncode == 0 and "1,600 rows" in rows.stdout


def test_links_let_a_unit_count_at_points(tmp_path: Path) -> None:
    folder = imported(tmp_path, drawn(6, 300, 5), p=2, radius=6.0)
    (folder / "bodies.csv").write_text("id,source\nall,x\nhelper,x\n")
    edited(folder, units_csv="unit,all, -> unit,helper,")
    (folder / "links.csv").write_text("id,helper,helped,programme,source\naid,helper,all,patrol,x\n")
    alone = answer("solve", folder, "--regime", "silo", "--json", "--out", tmp_path / "silo")
    assert alone["objective"] == alone["loss_if_nobody_acts"] and not alone["violations"]
    linked = answer("solve", folder, "--gap", "0", "--json", "--out", tmp_path / "linked")
    assert linked["objective"] < alone["objective"] and not linked["violations"]
    together = answer("solve", folder, "--regime", "joint", "--gap", "0", "--json", "--out", tmp_path / "joint")
    assert together["objective"] == linked["objective"] and not together["violations"]


def test_every_changed_cell_of_points_is_noticed(tmp_path: Path) -> None:
    at, weight, posts = drawn(2, 500, 6)
    folder = imported(tmp_path, (at, weight + 1, posts), p=2, radius=6.0)
    answer("solve", folder, "--json", "--out", tmp_path / "plan")
    file = tmp_path / "plan" / "points.csv"
    lines = file.read_text("utf-8-sig").splitlines()
    columns = lines[0].split(",")
    assert len(lines) > 3
    for number, line in enumerate(lines[1:], start=1):
        for place, cell in enumerate(line.split(",")):
            cells = line.split(",")
            cells[place] = str(float(cell) * 1.001 + 1) if columns[place] in ("points", "weight") else cell + "7"
            file.write_text("\n".join([*lines[:number], ",".join(cells), *lines[number + 1 :]]) + "\n")
            found = check(tmp_path / "plan", edited=True)
            assert [v for v in found.violations if v.file == "points.csv"], (columns[place], cell)
    file.write_text("\n".join(lines) + "\n")
    assert check(tmp_path / "plan", edited=True).ok


def test_a_changed_point_is_noticed(tmp_path: Path) -> None:
    at, weight, posts = drawn(2, 500, 6)
    folder = imported(tmp_path, (at, weight, posts), p=2, radius=6.0)
    answer("solve", folder, "--json", "--out", tmp_path / "plan")
    (folder / "points.parquet").unlink()
    table(folder / "points.parquet", ("x", "y", "weight"), np.column_stack((at, np.append(weight[:-1], 50.5))))
    found = check(tmp_path / "plan")
    assert {v.rule for v in found.violations} >= {"hash", "totals", "outcome"}
    run = allocopt("show", tmp_path / "plan", "--points", tmp_path / "rows.parquet")
    assert run.returncode == 2 and "sha256" in run.stderr and not (tmp_path / "rows.parquet").exists()
