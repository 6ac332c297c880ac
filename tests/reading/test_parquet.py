"""Tables in Parquet instead of CSV: the same instance, the same plan, the same faults."""

from __future__ import annotations

import io
import json
import shutil
import sys
from pathlib import Path

import pandas as pd
import pytest

from allocopt.checker import check
from allocopt.faults import InputError
from allocopt.instance.load import load
from allocopt.instance.new import create
from allocopt.plan import PLAN_TABLES, read, write
from allocopt.reading.parquet_text import read_parquet
from allocopt.solving.run import solve


def turned(folder: Path) -> Path:
    """The sample town with every table in Parquet, numbers as numbers."""
    create(folder)
    for file in sorted(folder.glob("*.csv")):
        table = pd.read_csv(file, dtype=str, comment="#", skip_blank_lines=True)
        for column in table:
            try:
                table[column] = pd.to_numeric(table[column])
            except ValueError:
                continue
        table.to_parquet(file.with_suffix(".parquet"), index=False)
        file.unlink()
    return folder


def test_the_same_city(tmp_path: Path) -> None:
    create(tmp_path / "csv")
    one, other = load(tmp_path / "csv"), load(turned(tmp_path / "parquet"))
    assert one.rows == other.rows and one.settings == other.settings
    assert set(other.hashes) == {name.replace(".csv", ".parquet") for name in one.hashes}


def test_a_plan_of_it_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Long tables of the plan are Parquet, too; a changed cell is noticed there."""
    town = load(turned(tmp_path / "town"))
    plan = solve(town, gap=0.05)
    monkeypatch.setattr(sys.modules["allocopt.plan.write"], "MOST_CSV_ROWS", 3)
    written = write(plan, tmp_path / "plan")
    assert (tmp_path / "plan" / "sites.parquet").exists() and not (tmp_path / "plan" / "sites.csv").exists()
    assert check(tmp_path / "plan").ok, check(tmp_path / "plan").violations
    back = read(tmp_path / "plan")
    for name in PLAN_TABLES:
        pd.testing.assert_frame_equal(back.table(name), plan.table(name), check_exact=True)
    assert written.manifest["tables"] == json.loads((tmp_path / "plan" / "plan.json").read_text())["tables"]
    sites = pd.read_parquet(tmp_path / "plan" / "sites.parquet")
    sites.loc[2, "loss_cny"] += 1000.0
    sites.to_parquet(tmp_path / "plan" / "sites.parquet", index=False)
    found = check(tmp_path / "plan")
    assert {(v.rule, v.file, v.row) for v in found.violations} == {
        ("hash", "sites.parquet", 0),
        ("outcome", "sites.parquet", 3),
    }
    with pytest.raises(InputError, match="sha256"):
        read(tmp_path / "plan")


def test_a_table_is_there_once(tmp_path: Path) -> None:
    folder = turned(tmp_path / "town")
    shutil.copy(folder / "sites.parquet", folder / "sites.csv")
    with pytest.raises(InputError, match="the table once, as CSV or as Parquet"):
        load(folder)


def test_faults_name_the_file_and_the_row(tmp_path: Path) -> None:
    folder = turned(tmp_path / "town")
    sites = pd.read_parquet(folder / "sites.parquet").assign(people="many")
    sites.to_parquet(folder / "sites.parquet", index=False)
    with pytest.raises(InputError) as caught:
        load(folder)
    first = caught.value.faults[0]
    assert (first.file, first.line, first.field, first.found) == ("sites.parquet", 1, "people", "'many'")


def parquet(table: pd.DataFrame) -> bytes:
    out = io.BytesIO()
    table.to_parquet(out, index=False)
    return out.getvalue()


def test_cells_are_written_as_people_write_them() -> None:
    table = pd.DataFrame({"id": ["a", None], "n": [3.0, 0.1], "whole": [7, 8], "open": [True, False]})
    found = read_parquet(parquet(table), "x.parquet")
    assert found.rows == [("a", "3", "7", "yes"), ("", "0.1", "8", "no")] and found.lines == [1, 2]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"PAR1 no PAR1", "expected a table in Parquet"),
        (parquet(pd.DataFrame({"day": pd.to_datetime(["2025-01-01"])})), "day: found a column of timestamp"),
    ],
)
def test_what_is_no_table_is_refused(data: bytes, says: str) -> None:
    with pytest.raises(InputError) as caught:
        read_parquet(data, "x.parquet")
    assert says in str(caught.value)
