"""Files, headings, cells, ids and keys that are wrong."""

from __future__ import annotations

from instance.broken import Case, cell

HEADING = "id,name,amount_cny,body,programme,category,source"

FILES = [
    Case("no city.yaml", "city.yaml", "", drop=("city.yaml",), says="no such file"),
    Case("no sites.csv", "sites.csv", "", write={}, drop=("sites.csv",), says="this table in every instance"),
    Case("empty city.yaml", "city.yaml", "", write={"city.yaml": ""}, says="name and periods"),
    Case("city.yaml is a list", "city.yaml", "", write={"city.yaml": "- a\n"}, says="keys with values"),
    Case("misspelled table", "budget.csv", "", write={"budget.csv": HEADING}, says="'budgets.csv'"),
    Case("capitals in a table's name", "Risks.CSV", "", write={"Risks.CSV": "id"}, says="'risks.csv'"),
    Case("Chinese table name", "预算.csv", "", write={"预算.csv": HEADING}, says="name of a table"),
    Case("empty table", "links.csv", "", write={"links.csv": ""}, says="heading"),
    Case("table without rows", "sites.csv", "", write={"sites.csv": "id,area,source\n"}, says="at least one row"),
    cell(
        "periods wrong are not missing",
        "city.yaml",
        "periods.wet.hours",
        "汛期 Wet season, hours: 4380",
        "汛期 Wet season, hours: 43%",
        "percent",
    ),
    cell(
        "no changes of a scenario",
        "city.yaml",
        "scenarios.lean.set",
        '["budgets.*.amount_cny=x0.7"]',
        "[]",
        "an empty list",
    ),
    Case("UTF-16", "links.csv", "", write={"links.csv": "id".encode("utf-16")}, says="UTF-8"),
    Case("a folder named like a file", "city.yaml", "", drop=("city.yaml",), write={"city.yaml/x": ""}),
]

HEADINGS = [
    cell("unknown column", "powers.csv", "colour", "body,power,area,", "body,power,colour,", "unknown column"),
    cell("misspelled column", "budgets.csv", "amout_cny", "id,name,amount_cny", "id,name,amout_cny", "'amount_cny'"),
    cell("misspelled optional column", "pools.csv", "skils", "id,name,body,skills", "id,name,body,skils", "'skills'"),
    cell(
        "required column missing", "scenarios.csv", "probability", "name,probability", "name,known_from", "its chance"
    ),
    cell("row too long", "bodies.csv", "", "fire,消防 Fire brigade,", "fire,消防,Fire brigade,", "3 cells"),
    cell("column twice", "bodies.csv", "name", "id,name,source", "id,name,name\n#,", "each column once", "id,"),
]

CELLS = [
    cell("negative budget", "budgets.csv", "amount_cny", "1500000", "-1", "at least 0"),
    cell("percent sign", "effects.csv", "share", "0.15", "15%", "without a percent sign"),
    cell("share above 1", "hazards.csv", "keep", "fire,0.4", "fire,1.4", "at most 1"),
    cell("thousands separator", "budgets.csv", "amount_cny", "1500000", '"1,500,000"', "without commas"),
    cell("text for a number", "sites.csv", "people", ",1200,", ",many,", "a number"),
    cell("full-width digits", "sites.csv", "people", ",1200,", ",１２００,", "half-width"),
    cell("not a number", "sites.csv", "people", ",1200,", ",nan,", "a number"),
    cell("infinite", "sites.csv", "people", ",1200,", ",1e999,", "1e308"),
    cell("half a person", "pools.csv", "headcount", ";screening,2,", ";screening,2.5,", "whole number"),
    cell("no hours", "pools.csv", "hours", ",2,60,70", ",2,0,70", "above 0"),
    cell("neither yes nor no", "posts.csv", "open", "police,no,60000", "police,maybe,60000", "yes or no"),
    cell("word not in the list", "effects.csv", "by", "class,engine", "clas,engine", "'class'"),
    cell("always busy", "classes.csv", "busy", "9,0.30", "9,1", "below 1"),
    cell("longitude", "sites.csv", "lon", "120.8050,31.2050", "220.8050,31.2050", "at most 180"),
    cell("blank source", "bodies.csv", "source", "Fire brigade,assumed: example", "Fire brigade,", "a value"),
    cell("blank number", "budgets.csv", "amount_cny", "1500000", "", "the ceiling", at="total,"),
    cell("formula in an id", "budgets.csv", "id", "capital,投资", "=capital,投资", "does not start with"),
    cell("slash in an id", "standards.csv", "id", "burden,", "bur/den,", "without '/'"),
    cell("less than one visit", "kinds.csv", "most", "3,4,", "3,0,", "at least 1"),
    cell("relief below one", "units.csv", "relief", "engine,car,8,2,", "engine,car,8,0.5,", "at least 1"),
]

CITY = [
    cell("unknown key", "city.yaml", "titel", "title: ", "titel: ", "'title'"),
    cell("key of a part", "city.yaml", "travel.detuor", "detour: 1.3", "detuor: 1.3", "'detour'"),
    cell("no name", "city.yaml", "name", "name: sample-town", "# name", "a value", at="title: "),
    cell("yes for hours", "city.yaml", "periods.wet.hours", "hours: 4380}\n\n", "hours: yes}\n\n", "number", "id: wet"),
    cell("hours missing", "city.yaml", "periods.wet.hours", ", hours: 4380}\n\n", "}\n\n", "a value", "id: wet"),
    cell("blank hours", "city.yaml", "periods.wet.hours", "hours: 4380}\n\n", "hours: }\n\n", "a value", "id: wet"),
    cell("speed zero", "city.yaml", "travel.speeds_kmh.foot", "foot: 5", "foot: 0", "above 0"),
    cell("metric", "city.yaml", "travel.metric", "metric: sphere", "metric: spher", "'sphere'"),
    cell("objective", "city.yaml", "objective", "objective: loss", "objective: lost", "'loss'"),
    cell("weight of nothing", "city.yaml", "objective.los", "objective: loss", "objective: {los: 1}", "'loss'"),
    cell("negative weight", "city.yaml", "objective.loss", "objective: loss", "objective: {loss: -1}", "a weight"),
    cell("number as id", "city.yaml", "periods.2.id", "id: wet", "id: 2", "quotation marks"),
    cell("key twice", "city.yaml", "title", "source:", "title: again\nsource:", "each key once", "title: again"),
    cell(
        "list for keys",
        "city.yaml",
        "travel.speeds_kmh",
        "speeds_kmh: {car: 30, foot: 5}",
        "speeds_kmh: [30, 5]",
        "keys",
    ),
]

# fmt: off
IDS = [
    cell("unknown body", "budgets.csv", "body", "700000,fire", "700000,fires", "'fire'"),
    cell("unknown site", "risks.csv", "site", "school,fire", "schol,fire", "'school'"),
    cell("unknown period", "risks.csv", "period", "hospital,flood,wet", "hospital,flood,wett", "a period of city.yaml"),
    cell("unknown mode", "pools.csv", "mode", "60,35,foot", "60,35,boat", "speeds_kmh"),
    cell("unknown mechanism", "effects.csv", "mechanism", "platform,0.04", "platfrom,0.04", "'platform'"),
    cell("unknown crew", "crews.csv", "of", "screening,screener", "screen,screener", "kinds.csv or an id of units.csv"),
    cell("unknown kind in a list", "standards.csv", "kinds", "public,check", "public,chek", "'check'"),
    Case("table of ids missing", "effects.csv", "mechanism", drop=("mechanisms.csv", "mechanism_costs.csv"),
         swap=(("city.yaml", "mechanism_costs.platform/office.cost_cny", "city.title"),), at=",0.04", says="lacks"),
    cell("line twice", "budgets.csv", "id", "capital,投资", "total,投资", "the first is in line 3"),
    cell("risk twice", "risks.csv", "", "school,fire,", "hospital,fire,", "site, hazard, period", "hospital,fire,,15"),
]

# fmt: on
ALL = [*FILES, *HEADINGS, *CELLS, *CITY, *IDS]
