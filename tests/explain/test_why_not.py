"""The price of having something in a plan: known ones, those of instances that ask for it, and what forbids it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from allocopt.explain import why_not
from allocopt.explain.forced import Answer
from allocopt.faults import InputError
from allocopt.plan import Plan, write
from allocopt.solving.run import solve
from cities import GAP, city, findings
from drawn.strategies import Drawn, inspected, prevented
from explain.plans import written
from explain.test_conflict import of_draws
from solving.towns import INSPECTION, PATROL, PREVENTION, SUPPLY, with_tables


def asked(plan: Plan, **what: Any) -> dict[str, Any]:
    answer = why_not(plan, threads=1, **what)
    return answer.told


def holds(answer: Answer, folder: Path) -> None:
    """The plan with it is one that the checker finds nothing wrong with."""
    assert answer.plan is not None
    write(answer.plan, folder)
    assert findings(folder) == []


# Known prices


def test_a_measure_elsewhere_costs_the_difference(tmp_path: Path) -> None:
    """There is money for one alarm. At s0 it halves 1000, at s1 only 600."""
    plan = written(tmp_path, PREVENTION)
    answer = why_not(plan, measures=["alarm"], sites=["s1"], threads=1)
    told = answer.told
    assert told["status"] == "priced"
    assert told["price"] == pytest.approx(200, rel=1e-5)
    assert told["price_at_least"] == pytest.approx(200, abs=0.1)
    assert told["price_at_most"] == pytest.approx(200, abs=0.1)
    assert {row["site"]: row["after"] - row["before"] for row in told["site"]} == pytest.approx({"s0": 500, "s1": -300})
    done = {tuple(row["of"].values()): (row["before"], row["after"]) for row in told["actions"]}
    assert done == {("alarm", "s0"): (1, 0), ("alarm", "s1"): (0, 1)}
    holds(answer, tmp_path / "with")


def test_a_unit_at_the_other_post(tmp_path: Path) -> None:
    """One car: at p0 it halves the 1000 of s0, at p1 the 600 of s1."""
    told = asked(written(tmp_path, PATROL), posts=["p1"])
    assert told["price"] == pytest.approx(200, rel=1e-5)
    assert [row["site"] for row in told["site"]] == ["s0", "s1"]
    assert {row["action"] for row in told["actions"]} == {"hours on duty"}


def test_a_site_that_only_units_can_do_something_about(tmp_path: Path) -> None:
    told = asked(written(tmp_path, PATROL), sites=["s1"])
    assert (told["status"], told["price"]) == ("priced", pytest.approx(200, rel=1e-5))


def test_a_depot_that_costs_more_than_it_is_worth(tmp_path: Path) -> None:
    """Opening costs 2 of the 4 CNY, so two kits fewer are bought: 50 each, in half of all cases."""
    depots = [*SUPPLY["depots"], {"id": "far", "body": "town", "open": "no", "open_cost_cny": 2}]
    plan = written(tmp_path, with_tables(SUPPLY, depots=depots))
    answer = why_not(plan, depots=["far"], threads=1)
    assert answer.told["price"] == pytest.approx(0.5 * 50 * 2, rel=1e-5)
    assert [row["commodity"] for row in answer.told["commodity"]] == ["kit"]
    holds(answer, tmp_path / "with")


def test_several_things_at_once(tmp_path: Path) -> None:
    """Two alarms do not fit into the money, which is what forbids them."""
    plan = written(tmp_path, PREVENTION)
    told = asked(plan, measures=["alarm"], sites=["s0", "s1"])
    assert told["status"] == "forbidden"
    assert [(row["kind"], row["name"]) for row in told["forbidden_by"]] == [("budget line", "all")]
    assert told["forbidden_by"][0]["places"] == [{"file": "budgets.csv", "row": 2}]
    assert told["proved"]
    assert [entry["status"] for entry in told["asked"]] == ["done", "missing"]


def test_what_the_plan_has_already(tmp_path: Path) -> None:
    told = asked(written(tmp_path, PREVENTION), measures=["alarm"])
    assert told["status"] == "done"
    assert "price" not in told


def test_an_open_depot_is_there_already(tmp_path: Path) -> None:
    assert asked(written(tmp_path, SUPPLY), depots=["d"])["status"] == "done"


def test_hours_that_forbid_it(tmp_path: Path) -> None:
    """A visit at s1 takes 1.1 hours with the way; there is one."""
    pools = [{**INSPECTION["pools"][0], "hours": 1}]
    told = asked(written(tmp_path, with_tables(INSPECTION, pools=pools)), kinds=["check"], sites=["s1"])
    assert [(row["kind"], row["name"]) for row in told["forbidden_by"]] == [("hours of pool", "men")]
    assert told["forbidden_by"][0]["places"] == [{"file": "pools.csv", "row": 2}]


# What nothing can do


POLICED = with_tables(
    INSPECTION,
    bodies=[{"id": "fire"}, {"id": "police"}],
    pools=[{**INSPECTION["pools"][0], "body": "police"}],
)


def test_nobody_may_act_and_the_regime_in_which_somebody_may(tmp_path: Path) -> None:
    told = asked(written(tmp_path, POLICED, regime="silo"), kinds=["check"])
    assert told["status"] == "impossible"
    (entry,) = told["asked"]
    assert "police may not act there for fire" in entry["reasons"][0]
    assert entry["possible_in"] == ["joint"]


STRANGER = {**INSPECTION["pools"][0], "id": "clerks", "body": "police", "skills": "law"}


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        ({"crews": [{"of": "check", "role": "lead", "power": "fine"}]}, "fire lacks the power fine in town"),
        ({"crews": [{"of": "check", "role": "lead", "skill": "law"}]}, "men lacks the skill law"),
        (
            {"kinds": [{"id": "check", "site_types": "mill"}]},
            "check goes to sites of type mill only, and s0 is of none",
        ),
        (
            {"effects": [{"by": "kind", "id": "check", "hazard": "leak", "share": 0.5}]},
            "check lowers no hazard that s0",
        ),
    ],
    ids=["power", "skill", "type", "hazard"],
)
def test_what_is_lacking(tmp_path: Path, tables: Any, words: str) -> None:
    """Somebody else has the power and the skill, another site is of the type, and has the hazard."""
    town = with_tables(
        INSPECTION,
        sites=[*INSPECTION["sites"], {"id": "s2", "type": "mill", "x": 9000}],
        hazards=[*INSPECTION["hazards"], {"id": "leak", "lead": "fire"}],
        risks=[*INSPECTION["risks"], {"site": "s2", "hazard": "leak", "loss_cny": 100}],
        bodies=[{"id": "fire"}, {"id": "police"}],
        pools=[*INSPECTION["pools"], STRANGER],
        powers=[{"body": "police", "power": "fine"}],
    )
    entry = asked(written(tmp_path, town | tables, regime="silo"), kinds=["check"], sites=["s0"])["asked"][0]
    assert entry["status"] == "impossible"
    assert any(words in reason for reason in entry["reasons"]), entry["reasons"]


def test_a_site_out_of_reach(tmp_path: Path) -> None:
    travel = {"metric": "table", "speeds_kmh": {"car": 60}}
    trip = {"mode": "car", "from_place": "men", "to_place": "s0", "minutes": 1}
    town = with_tables(INSPECTION, travel=[trip])
    entry = asked(written(tmp_path, town, travel=travel), kinds=["check"], sites=["s1"])["asked"][0]
    assert entry["reasons"] == ["role lead of check at s1: s1 is out of reach of men"]


def test_a_post_from_which_nothing_is_reached(tmp_path: Path) -> None:
    posts = [*PATROL["posts"], {"id": "moon", "x": 900000}]
    entry = asked(written(tmp_path, with_tables(PATROL, posts=posts)), posts=["moon"])["asked"][0]
    assert entry["reasons"] == ["from moon, car reaches no site within its standard where its body may act"]


def test_a_post_that_another_can_stand_in_for_is_there(tmp_path: Path) -> None:
    """The solve leaves p2 out, for whatever it reaches p0 reaches; who asks for it gets its price all the same."""
    posts = [*PATROL["posts"], {"id": "p2", "x": 500}]
    told = asked(written(tmp_path, with_tables(PATROL, posts=posts)), posts=["p2"])
    assert (told["status"], told["price"]) == ("priced", 0.0)
    assert told["price_at_most"] < 0.1


# Wrong calls


def test_unknown_ids_are_told_all_at_once(tmp_path: Path) -> None:
    plan = written(tmp_path, PREVENTION)
    with pytest.raises(InputError) as refused:
        why_not(plan, sites=["s0", "s9"], measures=["alram"], posts=["p"])
    assert [fault.file for fault in refused.value.faults] == ["--measure", "--post", "--site"]
    words = "\n".join(map(str, refused.value.faults))
    assert "did you mean 'alarm'?" in words
    assert "one of: s0, s1" in words
    assert "none, for the instance has no posts" in words


def test_an_instance_that_has_changed_is_refused(tmp_path: Path) -> None:
    plan = written(tmp_path, PREVENTION)
    (tmp_path / "city" / "risks.csv").open("a").write("\n")
    with pytest.raises(InputError) as refused:
        why_not(plan, measures=["alarm"])
    assert [fault.found for fault in refused.value.faults] == ["another sha256"]
    (tmp_path / "city").rename(tmp_path / "elsewhere")
    with pytest.raises(InputError, match="no such folder"):
        why_not(plan, measures=["alarm"])


# Drawn cities: the price is that of an instance that asks for it by a standard


def price_by_standard(drawn: Drawn, regime: str, **standard: Any) -> float | None:
    """The least objective of the city with a further standard; None where there is no plan."""
    tables, settings = drawn
    more = {**tables, "standards": [*tables.get("standards", []), {"id": "forced", "at_least": 1, **standard}]}
    with TemporaryDirectory() as place:
        plan = solve(city(Path(place), more, **settings), gap=GAP, threads=1, regime=regime)
    return plan.objective


ASKED = [
    (inspected, "kinds", "check", {"rule": "visits", "kinds": "check"}),
    (prevented, "measures", "camera", {"rule": "measures", "measure": "camera"}),
    (prevented, "measures", "alarm", {"rule": "measures", "measure": "alarm"}),
]
NAMES = [name for _, _, name, _ in ASKED]


@st.composite
def with_more_to_do(draw: st.DrawFn, strategy: Callable[[], st.SearchStrategy[Drawn]]) -> Drawn:
    """A drawn city in which most things can be done, but not all of them at once: every site may burn, no line is
    empty, and people have time for a visit."""
    tables, given_settings = draw(strategy())
    burning = {row["site"] for row in tables["risks"] if row["hazard"] == "blaze"}
    spared = [site["id"] for site in tables["sites"] if site["id"] not in burning]
    tables["risks"] += [{"site": site, "hazard": "blaze", "loss_cny": 400} for site in spared]
    amount = st.sampled_from((250, 120, 500, 900))
    tables["budgets"] = [row | {"amount_cny": draw(amount)} for row in tables["budgets"]]
    if "pools" in tables:
        tables["pools"] = [row | {"hours": draw(st.sampled_from((9, 4)))} for row in tables["pools"]]
    return tables, given_settings


def site_without(plan: Plan, option: str, name: str, preferred: str) -> str:
    """The preferred site, or the other one where the plan has what is asked for at the preferred one only."""
    done = plan.table({"kinds": "visits", "measures": "measures"}[option])
    there = set(done[done[option.removesuffix("s")] == name]["site"])
    return min({"s0", "s1"} - there, key=lambda site: site != preferred, default=preferred)


def priced_draws(strategy: Any, option: str, name: str, standard: dict[str, Any], number: int) -> int:
    """Hold prices in so many drawn cities to those of a standard that asks for the same; how many had a price."""
    priced = 0

    @of_draws(number)
    @given(
        with_more_to_do(strategy),
        st.sampled_from(("loss", "loss_and_spending", "spending")),
        st.sampled_from(("silo", "linked", "joint")),
        st.sampled_from(("s0", "s1")),
    )
    def each(drawn: Drawn, aim: str, regime: str, preferred: str) -> None:
        nonlocal priced
        tables, settings = drawn[0], {**drawn[1], "objective": aim}
        with TemporaryDirectory() as place:
            folder = Path(place)
            assume(solve(city(folder / "draft", tables, **settings), gap=1.0, threads=1, regime=regime).tables)
            plan = written(folder, tables, regime=regime, **settings)
            site = site_without(plan, option, name, preferred)
            answer = why_not(plan, **{option: [name]}, sites=[site], threads=1)
            least = price_by_standard((tables, settings), regime, **standard, site=site)
            told, scale = answer.told, 1e-5 * max(plan.objective or 0.0, 1.0)
            assert (least is None) == (told["status"] in ("forbidden", "impossible")), told
            if least is None or plan.objective is None:
                return
            price = max(least - plan.objective, 0.0)
            if told["status"] == "done":
                assert price == pytest.approx(0.0, abs=scale)
                return
            priced += 1
            assert told["price_at_least"] - scale <= price <= told["price_at_most"] + scale
            assert told["price"] == pytest.approx(price, abs=scale)
            holds(answer, folder / "with")

    each()
    return priced


@pytest.mark.parametrize(("strategy", "option", "name", "standard"), ASKED, ids=NAMES)
def test_prices_are_those_of_a_standard_that_asks_for_it(
    strategy: Any, option: str, name: str, standard: dict[str, Any]
) -> None:
    priced_draws(strategy, option, name, standard, 3)


@pytest.mark.slow
@pytest.mark.parametrize(("strategy", "option", "name", "standard"), ASKED, ids=NAMES)
def test_prices_in_many_drawn_cities(strategy: Any, option: str, name: str, standard: dict[str, Any]) -> None:
    assert priced_draws(strategy, option, name, standard, 50) >= 5
