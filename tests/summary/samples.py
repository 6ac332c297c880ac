"""A plan of a small water town, made by hand, with long Chinese names."""

from __future__ import annotations

from typing import Any

from allocopt.plan import PLAN_TABLES, Plan
from allocopt.plan.frames import frame

SITES = {f"s{i}": f"甪直古镇第{i}号历史街区与沿河商铺综合管理单元" for i in range(1, 21)}

NAMES = {
    "sites": SITES,
    "bodies": {"police": "苏州市公安局吴中分局甪直派出所", "fire": "消防救援站"},
    "hazards": {"fire": "火灾", "theft": "盗窃与扒窃"},
    "kinds": {"joint": "消防与公安联合检查"},
    "units": {"boat": "水上巡逻艇"},
    "measures": {"lamp": "沿河照明与监控"},
    "budgets": {"year": "全镇年度公共安全经费", "police-year": "派出所经费"},
    "standards": {"statute": "每家每年至少检查一次", "worst": "每人损失上限"},
    "commodities": {"bag": "沙袋"},
    "scenarios": {"flood": "二百年一遇洪水"},
    "periods": {"t1": "春季防火与旅游旺季", "a2": "夏季防汛"},
}

MANIFEST: dict[str, Any] = {
    "title": "甪直水乡",
    "instance": {"name": "luzhi", "folder": "instances/luzhi", "hashes": {}},
    "options": {"regime": "linked", "objective": "loss", "scenario": None, "set": []},
    "status": "optimal",
    "objective": 4_123_456.7,
    "bound": 4_100_000.0,
    "gap": 0.00569,
    "gap_avoided": 0.0039,
    "loss": 4_123_456.7,
    "loss_if_nobody_acts": 10_200_000.0,
    "spending": 1_234_567.0,
    "casualties": 0.81,
    "casualties_if_nobody_acts": 2.5,
    "bound_rests_on": "the solver's branching",
    "assumed_share": 0.62,
    "assumed_cost_share": 0.905,
    "sensitivity": {
        "losses": {"assumed_rows": 21, "at_0.8": 3_512_345.0, "at_1.2": 4_734_567.0},
        "effects": {"assumed_rows": 1, "at_0.8": 5_000_000.0, "at_1.2": None},
        "costs": {
            "assumed_rows": 9,
            "at_0.8": 4_123_456.7,
            "spending_at_0.8": 1_011_111.0,
            "at_1.2": 4_123_456.7,
            "spending_at_1.2": 1_458_023.0,
            "overrun_at_1.2": {"year": 111_111.0, "police-year": 222_222.0, "a": 3.0, "b": 2.0},
        },
        "needs": {"assumed_rows": 0},
    },
    "averted_after_horizon_cny_year": 123_456.0,
    "next_money": [
        {"line": "year", "step_cny": 100_000.0, "gain": 250_000.0},
        {"line": "police-year", "step_cny": 50_000.0, "gain": 0.0},
    ],
    "names": NAMES,
    "bodies_of": {
        "pools": {"p-police": "police", "p-fire": "fire"},
        "units": {"boat": "police"},
        "measures": {"lamp": "police"},
        "depots": {"d1": "fire"},
    },
    "areas": {site: f"苏州市/吴中区/甪直镇/{'古镇社区' if int(site[1:]) % 2 else '澄湖村'}" for site in SITES},
    "probabilities": {"flood": 0.1},
    "periods": ["t1", "a2"],
}


def plan(**changes: Any) -> Plan:
    """The plan, with changes to its manifest."""
    rows = _rows()
    return Plan(MANIFEST | changes, {name: frame(name, rows.get(name, [])) for name in PLAN_TABLES})


def changed(name: str, rows: list[dict[str, Any]], **changes: Any) -> Plan:
    """The plan with one table's rows replaced."""
    base = plan(**changes)
    return Plan(base.manifest, {**base.tables, name: frame(name, rows)})


def row(table: str, *cells: Any) -> dict[str, Any]:
    return dict(zip(PLAN_TABLES[table].columns, cells, strict=True))


def _rows() -> dict[str, list[dict[str, Any]]]:
    return {
        "visits": [
            row("visits", "joint", "s1", "t1", "officer", "p-police", "", 3, 12.0, 1200.0, 0.0),
            row("visits", "joint", "s1", "t1", "expert", "p-fire", "", 3, 6.5, 900.0, 30.0),
            row("visits", "joint", "s2", "t1", "officer", "p-police", "", 1, 4.0, 400.0, 0.0),
            row("visits", "joint", "s2", "t1", "expert", "p-police", "", 1, 2.0, 200.0, 10.0),
        ],
        "patrols": [
            row("patrols", "boat", "quay", "t1", "day", "", 2, 800.0, 80_000.0),
            row("patrols", "boat", "bridge", "t1", "day", "", 1, 400.0, 40_000.0),
            row("patrols", "boat", "quay", "t1", "night", "", 1, 400.0, 40_000.0),
            row("patrols", "boat", "quay", "t1", "day", "link", 1, 400.0, 0.0),
        ],
        "presence": [row("presence", "boat", "s3", "t1", "day", "", 125.5, 0.3)],
        "measures": [row("measures", "lamp", "s4", "t1", "", 30_000.0, 0.5)],
        "mechanisms": [row("mechanisms", "platform", "t1", 200_000.0, 0.2)],
        "stock": [row("stock", "d1", "bag", 100.0, 900.0, 10.0, 4500.0)],
        "depots": [row("depots", "d1", 1, 10_000.0)],
        "needs": [row("needs", "flood", "s5", "bag", "t1", 1000.0, 1000.0, 900.0, 100.0, 2000.0)],
        "people": [row("people", "p-police", "t1", 1000.0, 950.0), row("people", "p-fire", "t1", 500.0, 6.5)],
        "beats": [row("beats", "s1", "quay", 5.0, 100.0), row("beats", "s2", "quay", 10.0, 300.0)],
        "sites": [
            row("sites", site, hazard, "t1", "", 250_000.0, 0.5, 250_000.0 * (0.3 + int(site[1:]) / 30))
            for site in SITES
            for hazard in ("fire", "theft")
        ],
        "costs": [
            row("costs", "police", "古镇", "patrol", "labour", "t1", "", 160_000.0, 160_000.0),
            row("costs", "police", "古镇", "prevention", "capital", "t1", "", 30_000.0, 15_000.0),
            row("costs", "fire", "古镇", "inspection", "labour", "t1", "", 930.0, 930.0),
            row("costs", "fire", "古镇", "supply", "transport", "t1", "flood", 5000.0, 5000.0),
        ],
        "cooperation": [
            row("cooperation", "a2", "inspection", "hours", "", 40.0, 0.1),
            row("cooperation", "a2", "patrol", "crew_hours", "", 500.0, 0.0),
            row("cooperation", "a2", "supply", "goods", "bag", 90.0, 90.0),
            row("cooperation", "a2", "supply", "goods", "pump", 3.0, 1.0),
            row("cooperation", "t1", "inspection", "hours", "", 24.5, 6.125),
            row("cooperation", "t1", "patrol", "unit_hours", "", 1600.0, 400.0),
            row("cooperation", "t1", "patrol", "presence_hours", "", 125.5, 0.0),
            row("cooperation", "t1", "prevention", "measures", "", 8.0, 1.0),
            row("cooperation", "t1", "supply", "goods", "bag", 90.0, 30.0),
            row("cooperation", "t1", "supply", "goods_moved", "bag", 90.0, 89.0),
        ],
        "budgets": [
            row("budgets", "police-year", 400_000.0, "", 190_000.0, 210_000.0),
            row("budgets", "year", 123_456_789.0, "flood", 123_456_789.0, 0.0),
        ],
        "standards": [
            row("standards", "statute", "at_least", "s1", "", "", "", "", 1.0, 1.0, 0.0, 0.0),
            row("standards", "statute", "at_least", "s2", "", "", "", "", 1.0, 3.0, 0.0, 0.0),
            row("standards", "worst", "at_most", "", "古镇", "", "", "", 10.0, 12.0, 2.0, 2000.0),
            row("standards", "easy", "at_least", "", "", "", "", "", 1.0, 3.0, 0.0, 0.0),
        ],
    }
