"""Tables of a plan have their columns, kinds of cell and order, however they were made."""

from __future__ import annotations

import pytest

from allocopt.plan import PLAN_TABLES
from allocopt.plan.frames import frame

ROW = {"site": "s", "post": "p", "minutes": 1, "people": 2.5}


def test_an_empty_table_has_its_columns_and_kinds() -> None:
    for name, spec in PLAN_TABLES.items():
        table = frame(name)
        assert list(table.columns) == list(spec.columns)
        kinds = {"text": "str", "whole": "int64", "number": "float64"}
        assert [str(kind) for kind in table.dtypes] == [kinds[cell] for cell in spec.columns.values()]


def test_rows_are_sorted_and_columns_put_in_order() -> None:
    table = frame("beats", [dict(reversed(ROW.items())) | {"site": name} for name in "bca"])
    assert table["site"].tolist() == ["a", "b", "c"]
    assert list(table.columns) == ["site", "post", "minutes", "people"]


def test_missing_text_is_blank_and_missing_numbers_are_not_numbers() -> None:
    table = frame("beats", [ROW | {"post": None, "minutes": None}])
    assert table["post"].tolist() == [""]
    assert table["minutes"].isna().all()


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("beats", {"site": "s"}),
        ("beats", ROW | {"more": 1}),
        ("beats", ROW | {"minutes": float("inf")}),
        ("posts", {"post": "p", "opened": 0.5, "cost_cny": 1.0}),
        ("posts", {"post": "p", "opened": None, "cost_cny": 1.0}),
    ],
)
def test_wrong_tables_are_refused(name: str, row: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=name):
        frame(name, [row])


def test_decisions_come_before_outcomes() -> None:
    assert [table.name for table in PLAN_TABLES.values() if table.decision][-1] == "beats"
    assert len(PLAN_TABLES) == 22
