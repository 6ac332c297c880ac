"""A plan's tables are values until somebody asks for a DataFrame, and then what stands in the DataFrame."""

from __future__ import annotations

import pickle

from allocopt.plan import PLAN_TABLES, Plan
from allocopt.plan.values import Tables, Values
from allocopt.plan.write import csv_bytes

BEATS = PLAN_TABLES["beats"]
ROWS = [{"site": name, "post": "p", "minutes": minutes, "people": 2} for name, minutes in (("b", 1), ("a", None))]


def tables() -> Tables:
    return Tables({"beats": Values.of_rows(BEATS, ROWS)})


def test_a_dataframe_is_the_values() -> None:
    values = Values.of_rows(BEATS, ROWS)
    assert values.columns["site"] == ["a", "b"]
    assert csv_bytes(Values.of_frame(BEATS, values.frame())) == csv_bytes(values)


def test_missing_numbers_come_last() -> None:
    values = Values.of_rows(BEATS, [{**row, "site": "s"} for row in reversed(ROWS)])
    assert csv_bytes(values).decode("utf-8-sig").splitlines() == ["site,post,minutes,people", "s,p,1.0,2.0", "s,p,,2.0"]


def test_columns_and_rows_make_the_same_table() -> None:
    columns = {name: [row[name] for row in ROWS] for name in BEATS.columns}
    assert csv_bytes(Values.of_columns(BEATS, columns)) == csv_bytes(Values.of_rows(BEATS, ROWS))


def test_what_was_changed_in_a_dataframe_is_what_the_plan_holds() -> None:
    plan = Plan({"status": "optimal"}, tables())
    plan.tables["beats"].loc[0, "post"] = "q"
    assert plan.values("beats").columns["post"] == ["q", "p"]
    assert plan.table("beats") is plan.tables["beats"]


def test_tables_are_a_mapping_that_can_be_sent_to_another_process() -> None:
    found = pickle.loads(pickle.dumps(tables()))
    assert list(found) == ["beats"] and "beats" in found and "sites" not in found and len(found) == 1
    assert found["beats"]["site"].tolist() == ["a", "b"]


def test_a_table_that_is_not_there_is_empty() -> None:
    plan = Plan({"status": "optimal"}, tables())
    assert len(plan.values("sites")) == len(plan.table("sites")) == 0
