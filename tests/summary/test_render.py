"""The summary tells the right figures in lines that fit."""

from __future__ import annotations

import re

import pytest
from rich.cells import cell_len

from allocopt.checker.verdict import Verdict, Violation
from allocopt.plan import PLAN_TABLES, Plan
from allocopt.plan.frames import frame
from allocopt.summary.layout import Grid
from allocopt.summary.render import render, sections
from allocopt.summary.words import amount, money
from summary.samples import MANIFEST, changed, plan, row


def grid(heading: str) -> dict[str, list[str]]:
    """The rows of the table with this heading, by their first cell."""
    for section in sections(plan()):
        for part in section.parts:
            if isinstance(part, Grid) and heading in (part.title, part.headings[0]):
                return {line[0]: list(line[1:]) for line in part.rows}
    raise LookupError(heading)


@pytest.mark.parametrize("width", [60, 80, 100, 120])
@pytest.mark.parametrize("colour", [False, True])
def test_every_line_fits(width: int, colour: bool) -> None:
    text = render(plan(), width, colour=colour)
    assert ("\x1b[" in text) is colour
    lines = re.sub(r"\x1b\[[0-9;]*m", "", text).splitlines()
    assert max(map(cell_len, lines)) <= width
    assert not any(line != line.rstrip() for line in lines) or colour


@pytest.mark.parametrize("width", [80, 100])
def test_numbers_are_never_cut(width: int) -> None:
    text = render(plan(), width)
    for number in ("123,456,789", "10,200,000", "4,123,457", "250,000", "125 h"):
        assert number in text.replace("126 h", "125 h")


@pytest.mark.parametrize("width", [80, 100])
def test_columns_line_up(width: int) -> None:
    lines = render(plan(), width).splitlines()
    head = next(place for place, line in enumerate(lines) if line.startswith("Hazard"))
    table = lines[head : head + 5]
    ends = {cell_len(line) for line in table if "%" in line}
    assert len(ends) == 1


def test_a_visit_of_two_roles_is_one_visit_in_the_row_of_each_body() -> None:
    lines = grid("Inspection")
    assert lines["苏州市公安局吴中分局甪直派出所"] == ["消防与公安联合检查", "4", "2", "18", "1,810"]
    assert lines["消防救援站"] == ["消防与公安联合检查", "3", "1", "6.50", "930"]


def test_patrols_count_units_at_once_and_leave_commitments_out() -> None:
    line = grid("Patrol")["苏州市公安局吴中分局甪直派出所"]
    assert line == ["水上巡逻艇", "3", "2", "1,600", "126", "160,000"]


def test_supplies_measures_mechanisms_beats_and_people() -> None:
    assert grid("Supply")["消防救援站"] == ["沙袋", "1", "100", "900", "4,500"]
    assert grid("Supply, if it happens")["二百年一遇洪水"] == ["沙袋", "1,000", "100", "90.0 %", "2,000"]
    assert grid("Prevention")["苏州市公安局吴中分局甪直派出所"] == ["沿河照明与监控", "1", "30,000"]
    assert grid("Mechanisms")["platform"] == ["春季防火与旅游旺季", "200,000"]
    assert grid("Beats")["quay"] == ["2", "400", "8.75", "10"]
    assert grid("People")["消防救援站"] == ["p-fire", "500", "6.50", "1.3 %"]


def test_what_crosses_period_by_period() -> None:
    lines = grid("Share of a period's hours, goods and measures, in %")
    assert list(lines.items()) == [
        ("春季防火与旅游旺季", ["25", "25", "0", "", "33.3", "98.9", "12.5"]),
        ("夏季防汛", ["0.25", "", "", "0", "33.3–100", "", ""]),
    ]
    text = render(plan(), 80)
    head = next(line for line in text.splitlines() if line.startswith("Period"))
    assert head.split() == ["Period", "Visits", "Units", "Sites", "Crews", "Goods", "Moved", "Measures"]
    assert re.search(r"33\.3–100$", text, re.MULTILINE)
    assert "Of several goods, the lowest and the highest share." in text


def test_nothing_is_told_of_crossing_where_nothing_crosses() -> None:
    heading = "What bodies do for each other"
    assert heading in render(plan())
    idle = [row("cooperation", "t1", "inspection", "hours", "", 24.5, 0.0)]
    for rows in (idle, []):
        assert heading not in render(changed("cooperation", rows))


def test_periods_stand_by_their_id_where_the_calendar_is_not_known() -> None:
    lines = sections(plan(periods=None))[2].parts[0]
    assert isinstance(lines, Grid)
    assert [line[0] for line in lines.rows] == ["夏季防汛", "春季防火与旅游旺季"]


def test_costs_weigh_scenarios_by_their_chance() -> None:
    lines = grid("Cost in CNY, by body")
    assert lines["消防救援站"] == ["930", "0", "0", "500", "1,430"]
    assert lines["All"][-1] == "191,430"


def test_long_costs_are_listed_rather_than_cut() -> None:
    programmes = ("inspection", "patrol", "supply", "prevention", "mechanisms")
    rows = [row("costs", "police", "", name, "x", "t1", "", 1_234_567_890.0, 0.0) for name in programmes]
    text = render(changed("costs", rows), 80)
    assert text.count("1,234,567,890") == 5
    assert "6,172,839,450" in text
    assert max(map(cell_len, text.splitlines())) <= 80


def test_budget_lines_the_fullest_first() -> None:
    lines = grid("Budget line")
    assert list(lines) == ["全镇年度公共安全经费", "派出所经费"]
    assert lines["派出所经费"] == ["400,000", "190,000", "210,000", "47.5 %"]


def test_loss_by_area_and_hazard_adds_up_to_the_totals() -> None:
    areas, hazards = grid("Area"), grid("Hazard")
    assert set(areas) == {"苏州市/吴中区/甪直镇/古镇社区", "苏州市/吴中区/甪直镇/澄湖村", "Missing supplies"}
    for lines in (areas, hazards):
        assert sum(int(line[0].replace(",", "")) for line in lines.values()) == 10_200_000
    assert hazards["火灾"][0] == "5,000,000"


def test_top_sites_say_what_is_done_there() -> None:
    lines = grid("Where most is averted")
    assert len(lines) == 8
    name = "甪直古镇第{}号历史街区与沿河商铺综合管理单元".format
    assert lines[name(1)][0] == "3 visits"
    assert lines[name(3)][0] == "126 h of patrol"
    assert lines[name(4)][0] == "沿河照明与监控"
    assert lines[name(5)][0] == "covered by patrols"


def test_standards_that_bind_or_are_missed() -> None:
    lines = grid("Standard")
    assert lines["每家每年至少检查一次"] == ["at least", "2", "1", "0", "0"]
    assert lines["每人损失上限"] == ["at most", "1", "0", "1", "2,000"]
    assert "1 standard is kept with room to spare." in render(plan())


def test_what_the_next_money_buys() -> None:
    text = render(plan(), 120)
    assert "What the next money would buy" in text
    assert re.search(r"全镇年度公共安全经费 +100,000 +250,000 +2\.50", text)


def test_the_certificate_in_plain_words() -> None:
    text = " ".join(render(plan(), 120).split())
    assert "Loss if nobody acts 10,200,000 CNY, with this plan 4,123,457 CNY: 6,076,543 CNY (59.6 %)" in text
    assert "No plan at all can have less than 4,100,000 CNY, 0.57 % below." in text
    assert "at most 0.39 % is not" in text
    assert "The bound rests on the solver's branching." in text
    assert "about 123,456 CNY a year" in text
    assert "Expected casualties if nobody acts 2.50, with this plan 0.81." in text


def test_what_rests_on_assumed_figures() -> None:
    text = " ".join(render(plan(), 80).split())
    shares = "62.0 % of the loss if nobody acts and 90.5 % of the spending stand in rows whose figures are assumed"
    assert shares in text
    assert "Losses assumed (21 rows) 20 % lower to 20 % higher: objective 3,512,345 to 4,734,567 CNY." in text
    assert "Effects assumed (1 row) 20 % lower to 20 % higher: the objective cannot be told." in text
    assert "higher: the objective stays, spending 1,011,111 to 1,458,023 CNY. Dearer by 20 %, the plan overruns" in text
    assert "派出所经费 by 222,222 CNY, 全镇年度公共安全经费 by 111,111 CNY, a by 3.00 CNY and 1 other line." in text
    assert "Among needs no figure is assumed." in text


def test_nothing_is_told_of_assumed_figures_where_all_are_cited() -> None:
    cited = {group: {"assumed_rows": 0} for group in ("losses", "effects", "costs", "needs")}
    for sensitivity in (cited, None):
        text = render(plan(assumed_share=0.0, assumed_cost_share=0.0, sensitivity=sensitivity))
        assert "assumed" not in text


def test_the_price_of_missed_standards_is_told_beside_the_loss() -> None:
    text = " ".join(render(plan(), 120).split())
    assert "This plan has 4,123,457 CNY (expected loss, with 2,000 CNY for standards that are missed)." in text
    rows = [row("standards", "statute", "at_least", "s1", "", "", "", "", 1.0, 1.0, 0.0, 0.0)]
    assert "(expected loss)." in " ".join(render(changed("standards", rows), 120).split())


def test_a_plan_that_is_proved_best_is_called_so() -> None:
    text = " ".join(render(plan(bound=4_123_456.7, gap=0.0, gap_avoided=0.0), 120).split())
    assert "No plan at all can have less. The bound" in text
    assert "0.0 %" not in text.split("How good it is")[1]


def test_nothing_averted_and_one_site() -> None:
    rows = [row("sites", "s1", "fire", "t1", "", 1000.0, 0.0, 1000.0)]
    text = render(changed("sites", rows))
    assert "No site at risk is safer than if nobody acts." in text
    assert "Where most is averted" not in text
    rows = [row("sites", "s1", "fire", "t1", "", 1000.0, 1.0, 367.0)]
    assert "1 of 1 site at risk is safer than if nobody acts." in render(changed("sites", rows))


def test_an_overrun_within_the_tolerance_is_no_overrun() -> None:
    rows = [row("budgets", "year", 36e6, "", 36e6 + 0.01, -0.01), row("budgets", "police-year", 1e6, "", 1.5e6, -5e5)]
    text = render(changed("budgets", rows), 100)
    assert "−0.01" not in text and "−500,000" in text


def test_a_ceiling_that_is_meant_to_be_none_takes_no_room() -> None:
    rows = [row("budgets", "year", 1e300, "", 190_000.0, 1e300), row("budgets", "police-year", 1e15, "", 1.0, 1e15)]
    text = render(changed("budgets", rows), 80)
    assert "1e300" in text and "1e15" in text and "190,000" in text
    assert max(map(cell_len, text.splitlines())) <= 80


def test_a_gain_that_is_nothing_is_not_told() -> None:
    steps = [{"line": "year", "step_cny": 1e5, "gain": 1e-9}]
    assert "What the next money" not in render(plan(next_money=steps))


def test_what_cannot_be_kept_even_alone() -> None:
    conflict = {"members": [{"kind": "standard", "name": "statute"}], "proved": True, "repairs": []}
    text = render(Plan(MANIFEST | {"status": "infeasible", "conflict": conflict}, {}), 120)
    assert "This cannot be kept, even alone: 每家每年至少检查一次 (statute)." in text


def test_what_the_checker_said() -> None:
    fine = Verdict(True, 1.0, 1.0, 1.0, 1.0, ())
    assert "Checked: every rule" in render(plan(), verdict=fine)
    wrong = Verdict(False, 1.0, 1.0, 1.0, 1.0, (Violation("hash", "f", 0, "", "a", "b"),))
    assert "CHECKED AND FOUND WRONG: 1 violation." in render(plan(), verdict=wrong)
    assert "allocopt check" in render(plan())


def test_other_objectives() -> None:
    options = MANIFEST["options"]
    text = " ".join(render(plan(options=options | {"objective": "response_time"}, objective=7.25)).split())
    assert "least mean minutes to the answering post" in text
    assert "This plan has 7.25 (mean minutes" in text
    weights = {"loss": 1.0, "spending": 0.5}
    assert "1 × expected loss + 0.50 × spending" in render(plan(options=options | {"objective": weights}))


def test_a_plan_in_which_nothing_is_done_and_nothing_is_known() -> None:
    bare = {key: MANIFEST[key] for key in ("instance", "options", "status")}
    text = render(Plan(bare, {name: frame(name) for name in PLAN_TABLES}))
    assert text.startswith("luzhi")
    assert "Who goes where" not in text


def test_ids_stand_where_there_are_no_names() -> None:
    text = render(plan(names={}, bodies_of={}, areas={}, probabilities={}), 80)
    assert "joint" in text
    assert max(map(cell_len, text.splitlines())) <= 80


def test_names_that_look_like_markup_are_shown_as_they_are() -> None:
    names = MANIFEST["names"] | {"kinds": {"joint": "[red]检查[/red] :fire:"}}
    assert "[red]检查[/red] :fire:" in render(plan(names=names), 120)


def test_long_tables_are_cut_and_say_so() -> None:
    rows = [row("measures", f"m{i:02}", "s1", "t1", "", float(i), 1.0) for i in range(30)]
    text = render(changed("measures", rows))
    assert "… and 18 more measures" in text


def test_no_plan() -> None:
    text = render(Plan(MANIFEST | {"status": "no_plan"}, {}))
    assert "No plan was found in the time there was." in text
    place = {"places": [{"file": "standards.csv", "row": 2}]}
    statute, year = {"kind": "standard", "name": "statute"}, {"kind": "budget line", "name": "year"}
    lower = statute | {"field": "at_least", "amount": 2.0, "from": 3.0, "to": 1.0}
    more = year | {"field": "amount_cny", "amount": 1234.5, "from": 1000.0, "to": 2234.5}
    conflict = {
        "members": [statute | place, year, {"kind": "standard", "name": "other"}],
        "proved": True,
        "repairs": [
            {"changes": [lower], "share": 0.5, "least": 0.5},
            {"changes": [more, lower | {"to": 0.0}], "share": 1.0, "least": 0.5},
        ],
    }
    text = " ".join(render(Plan(MANIFEST | {"status": "infeasible", "conflict": conflict}, {}), 300).split())
    assert (
        "together: 每家每年至少检查一次 (statute) [standards.csv:2]; budget line 全镇年度公共安全经费 (year); other."
        in text
    )
    assert "1. Lower 每家每年至少检查一次 (statute) by 2, from at least 3 to at least 1. No less will do." in text
    assert (
        "2. Raise budget line 全镇年度公共安全经费 (year) by 1,234.5 CNY, from 1,000 to 2,234.5 CNY; and give up"
        in text
    )
    assert "At least 50.0 % of that is surely needed." in text


def test_why_the_costs_are_not_the_spending() -> None:
    """Of the lamp's 30,000 a half falls into the horizon."""
    costs = plan().table("costs")
    paid = [row("costs", *line) for line in costs[costs["scenario"] == ""].itertuples(index=False)]
    total, counted = (sum(line[column] for line in paid) for column in ("cost_cny", "horizon_cny"))
    text = " ".join(render(changed("costs", paid, spending=counted)).split())
    assert f"Of these {total:,.0f} CNY the spending counts {counted:,.0f} CNY: what outlasts the plan's time" in text
    assert "Of these" not in render(changed("costs", paid, spending=total))


def test_a_remainder_of_the_solver_is_nothing() -> None:
    assert (money(1e-7), amount(-3e-7), money(0.02)) == ("0", "0", "0.02")
