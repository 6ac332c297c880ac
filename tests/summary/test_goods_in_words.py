"""What is stocked otherwise, in words: whole amounts of goods, or what they cost."""

from __future__ import annotations

import pandas as pd
import pytest

from allocopt.summary.changes import bought_in_words
from allocopt.summary.naming import Names

NAMES = Names({"names": {"commodities": {"pump": "Mobile pump"}, "depots": {"town": "Town store"}}})


def tables(bought: float, price: float) -> dict[str, pd.DataFrame]:
    row = {"depot": "town", "commodity": "pump", "bought": bought, "cost_cny": price * bought}
    return {"stock": pd.DataFrame([row])}


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (1.0, 4.0, "+3 Mobile pump at Town store"),
        (12.0, 1000.4, "+988 Mobile pump at Town store"),
        (2.31, 3.0, "+17,940 CNY of Mobile pump at Town store"),
        (3.0, 2.31, "−17,940 CNY of Mobile pump at Town store"),
        (3.0, 1.02, "−2 Mobile pump at Town store"),
    ],
)
def test_goods_are_told_whole_or_by_what_they_cost(before: float, after: float, words: str) -> None:
    assert bought_in_words(tables(before, 26000.0), tables(after, 26000.0), NAMES) == [words]


def test_free_goods_have_no_cost_to_be_told_by() -> None:
    assert bought_in_words(tables(1.0, 0.0), tables(3.4, 0.0), NAMES) == ["+2 Mobile pump at Town store"]
