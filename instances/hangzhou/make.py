"""Write the tables of Hangzhou from the facts beside this script: `python make.py`.

`facts/districts.csv`, `beds_city.csv` and `known.csv` have figures that public sources state; `campuses.csv` has the
hospitals' positions and what was assumed of their size; `guards.csv` the arithmetic of the guards' norm; `rates.csv`
the losses by bed. What is decided or assumed row by row stands in the blocks of `facts/decisions.txt`, with its source
in the last column.
"""

from __future__ import annotations

from pathlib import Path

from allocopt.making import Folder

FOLDER = Folder(Path(__file__).parent)
CITY = "杭州市"
INPUTS = ("leads",)  # shapes risks and is no table


KNOWN = {row["id"]: float(row["value"]) for row in FOLDER.read("known")}
BEDS = {row["type"]: int(row["beds"]) for row in FOLDER.read("beds_city")}
CAMPUSES = FOLDER.read("campuses")
DISTRICTS = [row for row in FOLDER.read("districts") if row["lon"]]
GUARDS = {row["campus"]: int(row["needed"]) for row in FOLDER.read("guards")}


def guard_pairs() -> int:
    """Pairs that a fifth of the public campuses' guards form."""
    guards = sum(GUARDS[campus["id"]] for campus in CAMPUSES if campus["owner"] == "public")
    return int(guards * KNOWN["response_share"] / 2)


DECIDED = FOLDER.decisions({"city": CITY, "guard_pairs": str(guard_pairs())})


def district_beds() -> dict[str, float]:
    """Beds of each district's public hospitals: the city's, less the campuses', less the private, by people."""
    rest = BEDS["hospital"] - sum(int(campus["beds"]) for campus in CAMPUSES)
    people = sum(int(district["people_2020"]) for district in DISTRICTS)
    public = rest * KNOWN["district_public"]
    return {district["id"]: public * int(district["people_2020"]) / people for district in DISTRICTS}


def sites() -> None:
    rows: list[tuple[object, ...]] = []
    for campus in CAMPUSES:
        private = campus["owner"] == "private"
        source = f"assumed: people are in-patients, one a bed; {campus['beds_source'].removeprefix('assumed: ')}"
        source += "; position from the public map, GCJ-02 converted to WGS84"
        if campus["grade"]:
            source += f"; {campus['grade']} in the public list of hospitals"
        rows.append(
            (campus["id"], campus["name"], "private" if private else "campus", f"{CITY}/{campus['district']}",
             campus["beds"], campus["lon"], campus["lat"], source + ("; private" if private else ""))
        )  # fmt: skip
    for district in DISTRICTS:
        source = f"people: {district['source']}; position: {district['position_source'].removeprefix('assumed: ')}"
        if district["position_source"].startswith("assumed"):
            source = f"assumed: {source}"
        rows.append(
            (f"d_{district['id']}", f"{district['district']}属医院 {district['gloss']} public hospitals", "district",
             f"{CITY}/{district['district']}", district["people_2020"], district["lon"], district["lat"], source)
        )  # fmt: skip
    FOLDER.write("sites", ("id", "name", "type", "area", "people", "lon", "lat", "source"), rows)


def factor(campus: dict[str, str], which: str) -> float:
    """How much more than the mean campus loses for a bed: by age, by out-patients, or not at all."""
    if which == "age":
        return float(campus["age_factor"])
    if which == "crowd":
        mean = sum(int(c["outpatients_day"]) for c in CAMPUSES) / sum(int(c["beds"]) for c in CAMPUSES)
        return 0.5 + 0.5 * int(campus["outpatients_day"]) / int(campus["beds"]) / mean
    return 1.0


def risks() -> None:
    lead = {(row["hazard"], kind): row["lead"] for row in DECIDED["leads"] for kind in row["types"].split(";")}
    dead_per_cny = KNOWN["changfeng_dead"] / KNOWN["changfeng_loss"]
    rows: list[tuple[object, ...]] = []
    for rate in FOLDER.read("rates"):
        hazard, per_bed = rate["hazard"], float(rate["per_bed_cny"])
        casualties = float(rate["casualties_per_bed"] or KNOWN["fire_direct"] * dead_per_cny)
        because = f"assumed: {rate['reasoning']}"
        for campus in CAMPUSES:
            weight = int(campus["beds"]) * factor(campus, rate["factor"])
            kind = "private" if campus["owner"] == "private" else "campus"
            source = because + {"age": "; times the factor of age", "crowd": "; more with out-patients for a bed"}.get(
                rate["factor"], ""
            )
            if rate["range_reasoning"]:
                source += f"; range: {rate['range_reasoning']}"
            rows.append(
                (campus["id"], hazard, lead.get((hazard, kind), ""), round(per_bed * weight, -3),
                 round(casualties * weight, 4), rate["low"], rate["high"], source)
            )  # fmt: skip
        for district, beds in district_beds().items():
            weight = beds * KNOWN["district_weight"]
            rows.append(
                (f"d_{district}", hazard, lead.get((hazard, "district"), ""), round(per_bed * weight, -3),
                 round(casualties * weight, 4), "", "",
                 f"{because}; four tenths of that for {beds:.0f} beds in the district's public hospitals")
            )  # fmt: skip
    columns = ("site", "hazard", "lead", "loss_cny", "casualties", "low", "high", "source")
    FOLDER.write("risks", columns, ((s, h, b, f"{loss:.0f}", *rest) for s, h, b, loss, *rest in rows))


def posts() -> None:
    """A post in every campus, for guards and a car, and one at every district's point."""
    rows: list[tuple[object, ...]] = []
    for campus in CAMPUSES:
        pairs = 1 + int(GUARDS[campus["id"]] / KNOWN["pair_guards"])
        rows.append(
            (f"p_{campus['id']}", campus["name"].split()[0] + "岗", f"{CITY}/{campus['district']}", pairs + 1, "yes",
             campus["lon"], campus["lat"],
             f"assumed: the campus's own room; {GUARDS[campus['id']]} guards by the norm give {pairs} response pairs, "
             "and a bay for a car")
        )  # fmt: skip
    for district in DISTRICTS:
        rows.append(
            (f"p_{district['id']}", f"{district['district']}岗", f"{CITY}/{district['district']}", 2, "yes",
             district["lon"], district["lat"], "assumed: a station at the district's point")
        )  # fmt: skip
    FOLDER.write("posts", ("id", "name", "area", "units", "open", "lon", "lat", "source"), rows)


def standards() -> None:
    """The decided ones, and two by campus: a second pair where the norm is large, screening where it is due."""
    rows = [*DECIDED["standards"]]
    columns = list(rows[0])
    blank = dict.fromkeys(columns, "")
    for campus in CAMPUSES:
        if campus["owner"] == "private":
            continue
        guards, beds, outpatients = GUARDS[campus["id"]], int(campus["beds"]), int(campus["outpatients_day"])
        short = campus["name"].split()[0]
        if guards >= KNOWN["two_pairs_from"]:
            source = f"{guards} guards by the norm (eight ministries, September 2021); assumed: a pair for forty, price"
            rows.append(blank | {
                "id": f"pairs_{campus['id']}", "name": f"{short}双组 Two pairs", "rule": "cover", "at_least": "2",
                "per": "site", "site": campus["id"], "response": "ring1", "price_cny": "25000", "source": source,
            })  # fmt: skip
        if beds >= KNOWN["screening_beds"] or outpatients >= KNOWN["screening_outpatients"]:
            source = "screening is due from 1000 beds or 5000 out-patients a day (eight ministries, September 2021)"
            rows.append(blank | {
                "id": f"screened_{campus['id']}", "name": f"{short}安检 Screening", "rule": "measures", "at_least": "1",
                "per": "site", "site": campus["id"], "measure": "gate", "price_cny": "50000",
                "source": source + "; assumed price of not renewing it",
            })  # fmt: skip
    FOLDER.write("standards", columns, (row.values() for row in rows))


def main() -> None:
    sites()
    risks()
    posts()
    standards()
    for name in DECIDED:
        if name not in (*INPUTS, "standards"):
            FOLDER.write_block(name, DECIDED[name])


if __name__ == "__main__":
    main()
