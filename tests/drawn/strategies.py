"""Tiny cities drawn by hypothesis. Figures are round, so that a limit is either kept or clearly missed."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

Drawn = tuple[dict[str, list[dict[str, Any]]], dict[str, Any]]
AREAS = ("town/a", "town/b")
BODIES = ("fire", "police")


def settings_of(periods: int, shifts: int) -> dict[str, Any]:
    parts = [{"id": f"j{i}", "hours_share": h, "loss_share": w} for i, (h, w) in enumerate(((0.25, 0.6), (0.75, 0.4)))]
    return {
        "periods": [{"id": f"t{i}", "hours": 1000 * (i + 1)} for i in range(periods)],
        "travel": {"metric": "plane", "speeds_kmh": {"car": 60}},
        **({"shifts": parts} if shifts == 2 else {}),
    }


def _places(draw: st.DrawFn, number: int) -> list[dict[str, Any]]:
    return [
        {
            "id": f"s{i}",
            "area": draw(st.sampled_from(AREAS)),
            "people": 10 * (i + 1),
            "x": draw(st.sampled_from((0, 3000))),
            "y": 1000 * i,
        }
        for i in range(number)
    ]


def _risks(draw: st.DrawFn, sites: list[dict[str, Any]], hazards: list[str], periods: int) -> list[dict[str, Any]]:
    rows = []
    for site in sites:
        for hazard in hazards:
            loss = draw(st.sampled_from((0, 400, 1000, 3000)))
            row = {"site": site["id"], "hazard": hazard, "loss_cny": loss}
            if draw(st.booleans()) and periods > 1:
                row["period"] = f"t{draw(st.integers(0, periods - 1))}"
            if draw(st.integers(0, 3)) == 0:
                row["lead"] = draw(st.sampled_from(BODIES))
            if loss:
                rows.append(row)
    return rows or [{"site": sites[0]["id"], "hazard": hazards[0], "loss_cny": 1000}]


def _base(draw: st.DrawFn, sites: int, periods: int) -> dict[str, list[dict[str, Any]]]:
    places = _places(draw, sites)
    hazards = [
        {"id": "blaze", "lead": "fire", "keep": draw(st.sampled_from((0, 0.5, 1)))},
        {"id": "theft", "lead": "police", "keep": draw(st.sampled_from((0, 0.5)))},
    ]
    return {
        "sites": places,
        "bodies": [{"id": body} for body in BODIES],
        "hazards": hazards,
        "risks": _risks(draw, places, ["blaze", "theft"], periods),
    }


def _lines(draw: st.DrawFn, *programmes: str) -> list[dict[str, Any]]:
    """A line a body, often alike in all but the body; nested lines over area, programme, category and period."""
    amount = st.sampled_from((0, 120, 250, 500, 900))
    rows: list[dict[str, Any]] = [{"id": f"all_{body}", "amount_cny": draw(amount), "body": body} for body in BODIES]
    if draw(st.booleans()):
        rows.append({"id": "nested", "amount_cny": draw(amount), "programme": draw(st.sampled_from(programmes))})
    if draw(st.booleans()):
        rows.append({"id": "early", "amount_cny": draw(amount), "periods": "t0"})
    if draw(st.booleans()):
        rows.append({"id": "fire_more", "amount_cny": draw(amount), "body": "fire", "category": "labour"})
        rows.append({"id": "police_more", "amount_cny": draw(amount), "body": "police", "category": "labour"})
    return rows


def _link(draw: st.DrawFn, programme: str) -> dict[str, Any]:
    helper = draw(st.sampled_from(BODIES))
    helped = next(body for body in BODIES if body != helper)
    price = draw(st.sampled_from((0, 0, 10)))
    row: dict[str, Any] = {"id": f"k_{programme}", "helper": helper, "helped": helped, "programme": programme}
    row |= {"share": draw(st.sampled_from((0.5, 1))), "price_cny": price}
    if price:
        row |= {"payer_line": f"all_{helped}", "helper_line": f"all_{helper}"}
    return row


def _standards(draw: st.DrawFn, choices: list[dict[str, Any]]) -> list[dict[str, Any]]:
    out = []
    for i, row in enumerate(choices):
        if draw(st.integers(0, 2)) == 0:
            soft = {} if draw(st.booleans()) else {"price_cny": draw(st.sampled_from((5, 300)))}
            out.append({"id": f"standard{i}", **row, **soft})
    return out


@st.composite
def inspected(draw: st.DrawFn) -> Drawn:
    """Visits with one or two roles, referral, a mechanism, a link, effects that are kept, nested lines."""
    periods = draw(st.integers(1, 2))
    tables = _base(draw, 2, periods)
    two_roles, refers = draw(st.booleans()), draw(st.booleans())
    tables["kinds"] = [{"id": "check", "most": 2 if periods == 1 else 1, "per_day": draw(st.integers(1, 2))}]
    tables["crews"] = [{"of": "check", "role": "lead", "hours": draw(st.integers(1, 3)), "cost_cny": 20}]
    tables["pools"] = [
        {
            "id": f"{body}men",
            "body": body,
            "skills": "safety",
            "headcount": 1,
            "hours": draw(st.sampled_from((2, 4, 9))),
        }
        | {"cost_cny_hour": draw(st.sampled_from((0, 30, 100))), "worth": draw(st.sampled_from((0.5, 1)))}
        for body in BODIES
    ]
    if two_roles:
        role = {"of": "check", "role": "helper", "people": 2}
        tables["crews"].append(role | {"power": draw(st.sampled_from((None, "enter")))})
    tables["powers"] = [{"body": "police", "power": "enter"}]
    if refers:
        tables["kinds"][0] |= {"refers_to": "enforce", "suspects": 0.5, "lag": draw(st.integers(0, 1))}
        tables["kinds"].append({"id": "enforce", "most": 1})
        tables["crews"].append({"of": "enforce", "role": "officer", "power": "fine", "hours": 2, "cost_cny": 5})
        tables["powers"].append({"body": draw(st.sampled_from(BODIES)), "power": "fine"})
    effects = [{"by": "kind", "id": "check", "hazard": "blaze", "share": 0.3}]
    if draw(st.booleans()):
        effects.append({"by": "kind", "id": "check", "hazard": "theft", "share": 0.2})
    if draw(st.booleans()):
        tables["mechanisms"] = [{"id": "platform", "lead": draw(st.integers(0, 1)), "life_years": 1}]
        tables["mechanism_costs"] = [{"mechanism": "platform", "body": "fire", "cost_cny": draw(st.integers(0, 200))}]
        effects.append({"by": "kind", "id": "check", "hazard": "blaze", "share": 0.6, "mechanism": "platform"})
        if draw(st.booleans()):
            tables["powers"][0] |= {"mechanism": "platform"}
    tables["effects"] = effects
    tables["budgets"] = _lines(draw, "inspection", "mechanisms")
    tables["links"] = [_link(draw, "inspection")]
    tables["standards"] = _standards(
        draw,
        [
            {"rule": "visits", "per": "site", "at_least": 1, "at_most": 2},
            {"rule": "visits", "period": "each", "at_most": 1},
            {"rule": "loss", "at_most": 2500, "hazard": "blaze"},
        ],
    )
    return tables, settings_of(periods, 1)


@st.composite
def prevented(draw: st.DrawFn) -> Drawn:
    """Measures with a lead and a cost a head, a mechanism, a link, standards on measures and on loss."""
    periods = draw(st.integers(1, 2))
    tables = _base(draw, 2, periods)
    lead = draw(st.integers(0, 1))
    tables["measures"] = [
        {"id": "alarm", "body": "fire", "cost_cny": 80, "cost_cny_person": draw(st.integers(0, 3)), "lead": lead},
        {"id": "camera", "body": "police", "cost_cny": draw(st.sampled_from((50, 200))), "life_years": 0.1},
    ]
    tables["effects"] = [
        {"by": "measure", "id": "alarm", "hazard": "blaze", "share": 0.5},
        {"by": "measure", "id": "camera", "hazard": "theft", "share": 0.4},
        {"by": "measure", "id": "camera", "hazard": "blaze", "share": draw(st.sampled_from((0.1, 0.3)))},
    ]
    if draw(st.booleans()):
        tables["mechanisms"] = [{"id": "law"}]
        tables["mechanism_costs"] = [{"mechanism": "law", "body": body, "cost_cny": 40} for body in BODIES]
        tables["measures"][draw(st.integers(0, 1))]["mechanism"] = "law"
    tables["budgets"] = _lines(draw, "prevention", "mechanisms")
    tables["links"] = [_link(draw, "prevention")]
    tables["standards"] = _standards(
        draw,
        [
            {"rule": "measures", "measure": "alarm", "at_least": 1},
            {"rule": "measures", "at_most": 3},
            {"rule": "loss", "per": "site", "at_most": 3000},
        ],
    )
    return tables, settings_of(periods, 1)


@st.composite
def patrolled(draw: st.DrawFn) -> Drawn:
    """Units of two bodies at posts that may have to be opened, by shifts, lent under a link; one kind of visit."""
    shifts = draw(st.integers(1, 2))
    tables = _base(draw, 3, 1)
    tables["classes"] = [{"id": "fast", "standard_min": 2, "busy": draw(st.sampled_from((0, 0.3)))}]
    tables["units"] = [
        {"id": "car", "body": "police", "response": "fast", "count": 2, "relief": draw(st.sampled_from((1, 1.5)))}
        | {"cost_cny_hour": draw(st.sampled_from((0, 0.25))), "vehicles": draw(st.integers(1, 2))}
    ]
    if shifts == 1:
        tables["units"].append({"id": "truck", "body": "fire", "response": "fast", "count": 1, "cost_cny_hour": 0.125})
    tables["posts"] = [{"id": "p0", "units": draw(st.integers(1, 2))}]
    tables["posts"].append({"id": "p1", "x": 3000, "y": 1000, "open": "no", "body": "fire", "open_cost_cny": 100})
    certain = draw(st.integers(0, 3)) == 0 and tables["classes"][0]["busy"] == 0
    tables["effects"] = [
        {"by": "class", "id": "fast", "hazard": "theft", "share": 1 if certain else 0.6},
    ]
    if draw(st.booleans()):
        tables["effects"].append({"by": "class", "id": "fast", "hazard": "blaze", "share": 0.2})
    tables["budgets"] = _lines(draw, "patrol")
    tables["links"] = [_link(draw, "patrol")]
    tables["standards"] = _standards(
        draw,
        [
            {"rule": "cover", "response": "fast", "at_least": 1, "site": "s0"},
            {"rule": "response_share", "response": "fast", "at_least": 0.5},
            {"rule": "loss", "at_most": 4000},
        ],
    )
    return tables, settings_of(1, shifts)


@st.composite
def mixed(draw: st.DrawFn) -> Drawn:
    """All three at once, so that efforts of programmes add on one hazard and compete for one line."""
    tables = _base(draw, 2, 1)
    tables["kinds"] = [{"id": "check", "most": 2}]
    tables["crews"] = [{"of": "check", "role": "lead", "hours": 1}]
    tables["pools"] = [{"id": "men", "body": "fire", "headcount": 1, "hours": 3, "cost_cny_hour": 50}]
    tables["classes"] = [{"id": "fast", "standard_min": 3, "busy": 0.25}]
    tables["units"] = [{"id": "car", "body": "police", "response": "fast", "count": 2, "cost_cny_hour": 0.125}]
    tables["posts"] = [{"id": "p0"}]
    tables["measures"] = [{"id": "alarm", "body": "fire", "cost_cny": draw(st.sampled_from((50, 150)))}]
    tables["effects"] = [
        {"by": "kind", "id": "check", "hazard": "blaze", "share": 0.25},
        {"by": "class", "id": "fast", "hazard": "theft", "share": 0.5},
        {"by": "class", "id": "fast", "hazard": "blaze", "share": 0.25},
        {"by": "measure", "id": "alarm", "hazard": "blaze", "share": 0.5},
        {"by": "measure", "id": "alarm", "hazard": "theft", "share": 0.125},
    ]
    tables["budgets"] = [*_lines(draw, "inspection", "patrol", "prevention")]
    tables["links"] = [_link(draw, programme) for programme in ("inspection", "patrol", "prevention")]
    tables["standards"] = _standards(draw, [{"rule": "loss", "per": "site", "at_most": 2000}])
    return tables, settings_of(1, 1)
