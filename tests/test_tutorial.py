"""The tutorial: its commands run on the kept plan of Luzhi, and what its sentences say is what was found."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from allocopt.schema import TABLES
from instance_folder import ROOT, InstanceFolder, rows_of
from page import run_page

PAGE = ROOT / "docs" / "tutorial.md"
KEPT = ROOT / "results" / "reference" / "luzhi"
TEXT = " ".join(PAGE.read_text(encoding="utf-8").split())
IN_WORDS = {6: "six", 7: "seven", 9: "nine"}
PLAN = json.loads((KEPT / "plan" / "plan.json").read_text(encoding="utf-8"))


def _million(cny: float, digits: int = 1) -> str:
    return f"{cny / 1e6:.{digits}f}"


def _said() -> list[str]:
    """The sentences of the page that hold figures, with the figures that were found."""
    shared = json.loads((KEPT / "collaboration.json").read_text(encoding="utf-8"))
    regimes = {row["regime"]: row for row in rows_of(KEPT / "regimes.csv")}
    silo, linked, joint = (float(regimes[name]["objective"]) for name in ("silo", "linked", "joint"))
    worth = {row["id"]: row for row in rows_of(KEPT / "worth.csv")}
    next_money = {row["line"]: row for row in PLAN["next_money"]}
    office, police = next_money["zzb_total"], next_money["police_total"]
    by_hand, moved = PLAN["by_hand"]["loss"], PLAN["sensitivity"]
    return [
        f"the year would cost {_million(PLAN['loss_if_nobody_acts'])} million yuan",
        f"With the plan it costs {_million(PLAN['loss'])} million: the plan averts "
        f"{_million(PLAN['loss_if_nobody_acts'] - PLAN['loss'])} million, and spends "
        f"{_million(PLAN['spending'])} million",
        f"from {PLAN['casualties_if_nobody_acts']:.1f} to {PLAN['casualties']:.1f} in expectation",
        f"The gap is {100 * PLAN['gap']:.1f} %: no plan whatever, for these tables, could come below "
        f"{_million(PLAN['bound'])} million",
        f"leaves a loss of {_million(by_hand)} million",
        f"worth {_million(by_hand - PLAN['loss'])} million more than the list",
        f"the same plan would come to {_million(moved['losses']['at_0.8'])} million; were every effect a fifth "
        f"smaller, to {_million(moved['effects']['at_0.8'])} million",
        f"A step of {_million(office['step_cny'])} million for the office of comprehensive governance is worth "
        f"{_million(office['gain'], 2)} million; {_million(police['step_cny'], 2)} million for the police are worth "
        f"{_million(police['gain'], 2)} million",
        f"an objective of {_million(silo)} million yuan; with the links of today to "
        f"{_million(linked)} million; as one to {_million(joint)} million. The bound of the "
        f"first, {_million(float(regimes['silo']['bound']))} million",
        f"the gain of {_million(shared['value_of_all']['value'])} million is proved, and is at most "
        f"{_million(shared['value_of_all']['high'])} million",
        f"there are {len(rows_of(KEPT / 'coalitions.csv'))} coalitions; the study took "
        f"{shared['seconds']['study'] / 60:.0f} minutes",
        f"worth {_million(float(worth['data']['value_cny']))} million and costs "
        f"{_million(float(worth['data']['price_cny']))} million",
    ]


@pytest.mark.parametrize("sentence", _said())
def test_every_figure_is_one_that_was_found(sentence: str) -> None:
    assert sentence in TEXT


def test_no_sum_stands_in_a_sentence_that_is_not_compared() -> None:
    told = re.findall(r"[\d.]+ million", re.sub(r"```.*?```", "", TEXT))
    compared = " ".join(_said())
    assert {sum_ for sum_ in told if sum_ not in compared} <= {"25 million"}  # of the town's own description


def test_the_table_of_bodies_is_what_was_found() -> None:
    rows = sorted(rows_of(KEPT / "bodies.csv"), key=lambda row: -float(row["shapley_cny"]))
    shown = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \| (.+?) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    columns = ("shapley_cny", "interest_falls_cny", "payment_cny")
    assert shown == [
        (row["body"], *(_million(float(row[name]), 2).replace("-", "−") for name in columns)) for row in rows
    ]


def test_what_it_says_of_the_town_holds() -> None:
    town = InstanceFolder("luzhi")
    counted = {"sites": "places", "hazards": "hazards", "links": "ways to help", "mechanisms": "agreements"}
    for table, words in counted.items():
        count = len(town.table(table))
        assert f"{IN_WORDS.get(count, count)} {words}" in TEXT
    money = sum(float(row["amount_cny"]) for row in town.table("budgets") if row["id"].endswith("_total"))
    assert f"some {_million(money, 0)} million yuan a year" in TEXT
    assert set(re.findall(r"`(\w+)\.csv`", TEXT)) - {"worth"} <= set(TABLES)


def test_its_commands(tmp_path: Path) -> None:
    for folder in ("instances/luzhi", "results/reference/luzhi/plan"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    run_page(PAGE, tmp_path)
