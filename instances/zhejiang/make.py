"""Write the tables of Zhejiang from the facts beside this script: `python make.py`.

`facts/known.csv`, `cities.csv`, `counties.csv`, `clinics.csv` and `cases.csv` have what public sources state, with
what had to be assumed to place it said in each row; `phases.csv` cuts the four months. What is decided or assumed row
by row (what one patient-day needs, who may help whom, what it costs) stands in the blocks of `facts/decisions.txt`,
with its source in the last column.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from allocopt.making import Folder

FOLDER = Folder(Path(__file__).parent)
PROVINCE = "浙江省"
EARTH_KM = 6371.0088
DETOUR = 1.3  # way by road over the straight distance
KMH = 60.0  # with checks on the way
CASUALTY_VALUE_CNY = 2_000_000  # as in city.yaml
# Blocks that shape other tables and are none themselves.
INPUTS = (
    "penalties", "price_factors", "city_stores", "stock_rules", "makers", "purchase", "epidemic", "routine",
    "need_rules", "loss_rules", "depots", "pools",
)  # fmt: skip
SOUTH = ("wz", "ls", "tz")  # what the stores in Wenzhou serve
MAKERS_SERVE = {
    "e_old": ("hz", "hu", "jx", "sx"),
    "e_new": ("hz", "hu", "jx", "sx", "nb", "zs"),
    "e_log": ("jh", "qz", "ls", "wz", "tz", "sx", "nb", "zs"),
}
# Which hospitals' stores help which: by way of Jinhua to the south and west, and to the two large cities of the north.
# One way each, so that nothing is sent in a circle.
NEIGHBOURS = (("jx", "hz"), ("hu", "hz"), ("hz", "jh"), ("sx", "jh"), ("sx", "nb"), ("zs", "nb"), ("jh", "wz"),
              ("jh", "tz"), ("jh", "qz"), ("jh", "ls"), ("ls", "wz"))  # fmt: skip
TYPES = {"lead": 3.0, "designated": 1.0}  # weight of a designated hospital in its city's patients
Key = tuple[str, str, str, str]  # scenario, site, commodity, period


KNOWN = {row["id"]: float(row["value"]) for row in FOLDER.read("known")}
DECIDED = FOLDER.decisions({"prov": PROVINCE})
CITIES = {row["id"]: row for row in FOLDER.read("cities")}
COUNTIES = {(row["city"], row["name"]): row for row in FOLDER.read("counties")}
PHASES = {row["id"]: row for row in FOLDER.read("phases")}
CASES = {(row["city"], row["phase"]): row for row in FOLDER.read("cases")}
PEOPLE = {city: float(row["people"]) for city, row in CITIES.items()}
DAYS = {
    phase: (date.fromisoformat(row["last_day"]) - date.fromisoformat(row["first_day"])).days + 1
    for phase, row in PHASES.items()
}
ORDER = list(PHASES)
SITES: list[dict[str, str]] = []  # filled by sites()
DEPOTS: list[dict[str, str]] = []  # filled by depots()


def number(value: float, digits: int = 6) -> str:
    """At most so many significant digits, and no more than it needs."""
    return f"{value:.{digits}g}" if abs(value) < 1e5 else f"{value:.0f}"


def cny(value: float) -> int:
    """Money to the thousand, as estimates are."""
    return round(value / 1000) * 1000


def area(city: str, county: str = "") -> str:
    return "/".join(part for part in (PROVINCE, CITIES[city]["name"], county) if part)


def share(city: str) -> float:
    return PEOPLE[city] / KNOWN["people"]


# ---- where things are


def spread(number_there: int, lon: float, lat: float) -> tuple[str, str]:
    """A point near the given one: a spiral of 1.2 km times the root of its number, the first at the point itself."""
    radius_km, angle = 1.2 * math.sqrt(number_there), number_there * math.pi * (3 - math.sqrt(5))
    north = radius_km * math.sin(angle) / (EARTH_KM * math.pi / 180)
    east = radius_km * math.cos(angle) / (EARTH_KM * math.pi / 180 * math.cos(math.radians(lat)))
    return f"{lon + east:.5f}", f"{lat + north:.5f}"


def sites() -> None:
    """The 336 clinics around the points of their counties, and four places a city: its communities, works, quarantine
    points and laboratory. The first designated hospital of a city leads."""
    there: dict[str, int] = defaultdict(int)
    led: set[str] = set()
    for clinic in FOLDER.read("clinics"):
        city, county = clinic["city"], clinic["placed_in"]
        point = COUNTIES[city, county] if county else CITIES[city]
        kind = "clinic"
        if clinic["designated"] == "1":
            kind = "designated" if city in led else "lead"
            led.add(city)
        path = area(city, county or "市本级")
        lon, lat = spread(there[path], float(point["lon"]), float(point["lat"]))
        there[path] += 1
        where = f"placed around the point of {point['english']}"
        note = f" ({clinic['note']})" if clinic["note"] else ""
        source = f"assumed: {where}{note}; listed by {clinic['source']}"
        name = f"{clinic['name']} ({point['english']})"
        SITES.append(
            {"id": clinic["id"], "name": name, "type": kind, "area": path, "people": "", "lon": lon, "lat": lat,
             "source": source, "city": city}
        )  # fmt: skip
    groups = (("k", "community", "社区 communities"), ("w", "works", "复工企业 works"),
              ("q", "quarantine", "集中隔离点 quarantine points"), ("l", "lab", "疾控实验室 laboratory"))  # fmt: skip
    for city, row in CITIES.items():
        for prefix, kind, label in groups:
            people = row["people"] if kind in ("community", "works") else ""
            SITES.append(
                {"id": f"{prefix}_{city}", "name": f"{row['name']}{label}, {row['english']}", "type": kind,
                 "area": area(city), "people": people if kind == "community" else "", "lon": row["lon"],
                 "lat": row["lat"], "source": f"assumed: one place stands for those of the city; {row['source']}",
                 "city": city}
            )  # fmt: skip
    columns = ("id", "name", "type", "area", "people", "lon", "lat", "source")
    FOLDER.write("sites", columns, ([site[column] for column in columns] for site in SITES))


def depots() -> None:
    rows = []
    for row in DECIDED["depots"]:
        DEPOTS.append({"id": row["id"], "body": row["body"], "city": row["city"]})
        rows.append((row["id"], row["name"], row["body"], row["city"], row["open"], row["open_cost_cny"],
                     row["capacity_m3"], row["source"]))  # fmt: skip
    for row in DECIDED["city_stores"]:
        for city, town in CITIES.items():
            depot = f"{row['prefix']}_{city}"
            DEPOTS.append({"id": depot, "body": row["body"], "city": city})
            room = number(float(row["capacity_m3"]) * share(city), 4)
            name = f"{town['name']}{row['name']}, {town['english']}"
            rows.append((depot, name, row["body"], city, "yes", "", room, row["source"]))
    columns = ("id", "name", "body", "area", "open", "open_cost_cny", "capacity_m3", "lon", "lat", "source")
    FOLDER.write(
        "depots",
        columns,
        (
            (i, name, body, area(city), is_open, cost, room, CITIES[city]["lon"], CITIES[city]["lat"], source)
            for i, name, body, city, is_open, cost, room, source in rows
        ),
    )


def pools() -> None:
    rows = DECIDED["pools"]
    columns = [column for column in rows[0] if column not in ("city", "reach", "source")]
    out = [
        [*(row[c] for c in columns), CITIES[row["city"]]["lon"], CITIES[row["city"]]["lat"], row["source"]]
        for row in rows
    ]
    FOLDER.write("pools", [*columns, "lon", "lat", "source"], out)


def km_by_road(here: dict[str, str], there: dict[str, str]) -> float:
    a, b = (math.radians(float(place["lat"])) for place in (here, there))
    across = math.radians(float(there["lon"]) - float(here["lon"]))
    half = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(across / 2) ** 2
    return DETOUR * 2 * EARTH_KM * math.asin(math.sqrt(half))


def trips() -> Iterator[tuple[str, str, str, str, str]]:
    """The trips that are made in practice: mode, from, to, and the towns or sites between which they run.

    A store of hospitals or communities serves its own city; hospitals' stores help their neighbours'. Makers bring
    masks to the works and communities near them and to the provincial reserve. The reserve brings goods to designated
    hospitals and communities, the Red Cross to lead hospitals and communities, the stores in Wenzhou to the south.
    Laboratories fetch kits from the nearest cold room and the makers."""
    by_type: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in SITES:
        by_type[row["type"], row["city"]].append(row["id"])
    hospitals = ("lead", "designated", "clinic")
    for city in CITIES:
        for kind in hospitals:
            for site in by_type[kind, city]:
                yield "van", f"h_{city}", site, city, site
                if kind != "clinic":
                    yield "truck", f"h_{city}", site, city, site
        yield "van", f"m_{city}", f"k_{city}", city, city
        yield "van", "g_hz", f"q_{city}", "hz", city
        for depot in ("g_hz", *(("g_wz",) if city in SOUTH else ())):
            for site in (*by_type["lead", city], *by_type["designated", city]):
                yield "van", depot, site, place_of(depot), site
                yield "truck", depot, site, place_of(depot), site
        for depot in ("s_hz", *(("s_wz",) if city in SOUTH else ())):
            for site in by_type["lead", city]:
                yield "van", depot, site, place_of(depot), site
                yield "truck", depot, site, place_of(depot), site
        for depot in ("g_hz", "s_hz", *(("s_wz",) if city in SOUTH else ())):
            yield "van", depot, f"k_{city}", place_of(depot), city
        for depot, towns in MAKERS_SERVE.items():
            if city in towns:
                yield "van", depot, f"w_{city}", place_of(depot), city
                yield "van", depot, f"k_{city}", place_of(depot), city
        near = min(("c_hz", "c_nb", "c_wz"), key=lambda d: (km_by_road(CITIES[place_of(d)], CITIES[city]), d))
        for depot in (near, "e_bio"):
            yield "cold", depot, f"l_{city}", place_of(depot), city
    for start, end in NEIGHBOURS:
        for mode in ("van", "truck"):
            yield mode, f"h_{start}", f"h_{end}", start, end
    for depot in ("e_old", "e_new", "e_log"):
        yield "van", depot, "g_hz", place_of(depot), "hz"
    for mode in ("van", "truck"):
        yield mode, "g_hz", "g_wz", "hz", "wz"
    for depot in ("c_nb", "c_wz"):
        yield "cold", "c_hz", depot, "hz", place_of(depot)
    yield "cold", "e_bio", "c_hz", "hz", "hz"
    for pool in DECIDED["pools"]:
        for city in list(CITIES) if pool["reach"] == "all" else pool["reach"].split(";"):
            for kind in ("community", "works"):
                for site in by_type[kind, city]:
                    yield "car", pool["id"], site, pool["city"], city


def place_of(depot: str) -> str:
    return next(row["city"] for row in DEPOTS if row["id"] == depot)


def travel() -> None:
    points: dict[str, dict[str, str]] = {**CITIES, **{site["id"]: site for site in SITES}}
    source = "assumed: 1.3 times the straight distance at 60 km/h with checks on the way, 15 minutes at least"
    rows = []
    for mode, start, end, here, there in trips():
        km = max(3.0, km_by_road(points[here], points[there]))
        rows.append((mode, start, end, number(max(15.0, km / KMH * 60), 4), number(km, 4), source))
    FOLDER.write("travel", ("mode", "from_place", "to_place", "minutes", "km", "source"), rows)


# ---- goods


def supplies() -> None:
    prefixes = {row["prefix"] for row in DECIDED["city_stores"]}
    stocks: list[tuple[str, str, object, object, str]] = []
    suppliers: list[tuple[object, ...]] = []
    for row in DECIDED["stock_rules"]:
        if row["depot"] in prefixes:
            for city in CITIES:
                initial, most = (round(float(row[c]) * share(city)) for c in ("initial", "most"))
                stocks.append((f"{row['depot']}_{city}", row["commodity"], initial, most, row["source"]))
        else:
            stocks.append((row["depot"], row["commodity"], row["initial"], row["most"], row["source"]))
    held = {(depot, commodity) for depot, commodity, *_ in stocks}
    for depot in DEPOTS:
        for commodity in DECIDED["commodities"]:
            if (depot["id"], commodity["id"]) not in held:
                why = "assumed: nothing there ahead, and none is bought ahead"
                stocks.append((depot["id"], commodity["id"], 0, 0, why))
    for row in DECIDED["makers"]:
        for phase in ORDER:
            per_day, _, figure = row[phase].partition(":")
            if not per_day:
                continue
            days = 2 if per_day == "first" else DAYS[phase]
            amount = days * (KNOWN[figure] if figure else float(per_day))
            suppliers.append((row["id"], row["name"], row["body"], row["depot"], row["commodity"], phase,
                              number(amount), row["cost_cny"], row["lead"], row["source"]))  # fmt: skip
    factor = DECIDED["price_factors"][0]
    for row in DECIDED["purchase"]:
        for city, town in CITIES.items():
            for phase in ORDER:
                name = f"{row['name']}, {town['english']}"
                amount = round(DAYS[phase] * float(row[phase]) * share(city), 1)
                cost = float(row["cost_cny"]) * float(factor[phase])
                suppliers.append((f"{row['prefix']}_{row['commodity']}_{city}", name, row["body"],
                                  f"{row['prefix']}_{city}", row["commodity"], phase, number(amount),
                                  number(cost), row["lead"], row["source"]))  # fmt: skip
    FOLDER.write("stocks", ("depot", "commodity", "initial", "most", "source"), stocks)
    columns = ("id", "name", "body", "depot", "commodity", "period", "capacity", "cost_cny", "lead", "source")
    FOLDER.write("suppliers", columns, suppliers)


class Course:
    """What a scenario has of a driver in a city and phase: as recorded until it is told apart, then by its factors."""

    def __init__(self, scenario: str, known_from: str) -> None:
        self.known = ORDER.index(known_from)
        self.epidemic = [row for row in DECIDED["epidemic"] if row["scenario"] == scenario]
        self.routine = {row["scenario"]: row for row in DECIDED["routine"]}.get(scenario, {})

    def _row(self, city: str) -> dict[str, str]:
        named = [row for row in self.epidemic if city in row["cities"].split(";")]
        rest = [row for row in self.epidemic if row["cities"] in ("all", "others")]
        return (named or rest or [{}])[0]

    def routine_factor(self, phase: str) -> float:
        return float(self.routine.get(phase, 1)) if ORDER.index(phase) >= self.known else 1.0

    def cases(self, city: str, phase: str) -> float:
        row, case = self._row(city), CASES[city, phase]
        local, imported = float(case["new_local"]) + float(case["prison"]), float(case["imported"])
        if ORDER.index(phase) < self.known:
            return local + imported
        again = float(row.get(f"added_{phase}") or 0) * float(CASES[city, "p2"]["new_local"])
        return local * float(row.get(phase) or 1) + imported * float(row.get("imported") or 1) + again

    def care(self, city: str, phase: str) -> float:
        """Patient-days: those of the record grow as the cases of the phase do; a case more stays for ten days."""
        days = care_days(city, phase)
        recorded = sum(float(CASES[city, phase][c]) for c in ("new_local", "prison", "imported"))
        row = self._row(city)
        if ORDER.index(phase) < self.known:
            return days
        factor = float(row.get(phase) or 1)
        return days * factor + 10 * max(0.0, self.cases(city, phase) - recorded * factor)


def care_days(city: str, phase: str) -> float:
    """Patient-days of the record, the labels' shared out by their cases."""
    days = float(CASES[city, phase]["patient_days"])
    if phase == "p5":
        total = sum(float(CASES[c, phase]["imported"]) for c in CITIES)
        days += KNOWN["imported_care_p5"] * float(CASES[city, phase]["imported"]) / total
    if phase == "p4":
        total = sum(float(CASES[c, "p3"]["prison"]) for c in CITIES)
        days += KNOWN["prison_care_p4"] * float(CASES[city, "p3"]["prison"]) / total
    return days


def driver(course: Course, per: str, site: dict[str, str], phase: str) -> float:
    city, routine = site["city"], course.routine_factor(phase)
    thousands, days, factors = PEOPLE[city] / 1000, DAYS[phase], PHASES[phase]
    if per == "care":
        weights = sum(TYPES[s["type"]] for s in SITES if s["city"] == city and s["type"] in TYPES)
        return course.care(city, phase) * TYPES[site["type"]] / weights
    if per == "case":
        return course.cases(city, phase)
    if per == "staff":
        return days * float(factors["staff"]) * routine
    if per == "street":
        return thousands * days * float(factors["street"]) * routine
    if per == "works":
        return thousands * days * float(factors["works"]) * routine
    return thousands * days * float(factors["fever"]) * routine


def needs() -> dict[tuple[str, str], float]:
    """Write what the places need in each scenario; return the expected penalty of each (site, hazard)."""
    commodity = {row["id"]: row for row in DECIDED["commodities"]}
    penalties = {(row["commodity"], row["type"]): float(row["penalty_cny"]) for row in DECIDED["penalties"]}
    amounts: dict[Key, float] = defaultdict(float)
    for scenario in DECIDED["scenarios"]:
        course = Course(scenario["id"], scenario["known_from"])
        for rule in DECIDED["need_rules"]:
            types = rule["types"].split(";")
            for site in SITES:
                if site["type"] not in types:
                    continue
                for phases in rule["phases"].split(";"):
                    first, *_ = together = phases.split("+")
                    longer = sum(DAYS[phase] for phase in together) / DAYS[first]
                    amount = float(rule["amount"]) * driver(course, rule["per"], site, first) * longer
                    amounts[scenario["id"], site["id"], rule["commodity"], first] += amount
    kind = {site["id"]: site["type"] for site in SITES}
    chance = {row["id"]: float(row["probability"]) for row in DECIDED["scenarios"]}
    expected: dict[tuple[str, str], float] = defaultdict(float)
    rows = []
    for (scenario_id, place, item, phase), amount in amounts.items():
        rounded = float(number(amount, 3))
        if rounded <= 0:
            continue
        penalty = penalties[item, kind[place]]
        source = f"assumed: rule for {item} and {kind[place]} in facts/decisions.txt"
        rows.append((scenario_id, place, item, phase, number(rounded), number(penalty), source))
        expected[place, commodity[item]["hazard"]] += rounded * penalty * chance[scenario_id]
    FOLDER.write("needs", ("scenario", "site", "commodity", "period", "amount", "penalty_cny", "source"), rows)
    return expected


# ---- losses


def losses() -> dict[tuple[str, str, str], tuple[float, float, list[str]]]:
    """Direct loss and casualties of each site, hazard and phase, of the record, with the reasoning."""
    recorded = Course("s01", ORDER[-1])
    out: dict[tuple[str, str, str], tuple[float, float, list[str]]] = {}
    for rule in DECIDED["loss_rules"]:
        for site in SITES:
            if site["type"] not in rule["types"].split(";"):
                continue
            for phase in ORDER:
                city, factors = site["city"], PHASES[phase]
                if rule["per"] == "imported":
                    dose = float(CASES[city, phase]["imported"])
                elif rule["per"] == "people":
                    dose = PEOPLE[city] / 1000 * DAYS[phase] * float(factors[rule["factor"]])
                elif rule["per"] == "care":
                    dose = care_days(city, phase)
                else:
                    dose = recorded.cases(city, phase)
                if dose:
                    key = site["id"], rule["hazard"], phase
                    money, dead, why = out.get(key, (0.0, 0.0, []))
                    money += dose * float(rule["amount_cny"])
                    dead += dose * float(rule["casualties"] or 0)
                    out[key] = money, dead, [*why, rule["source"].removeprefix("assumed: ")]
    return out


def risks(penalties: dict[tuple[str, str], float]) -> None:
    """Direct losses by phase. Where goods are needed too, the expected penalty is put on top, with the split."""
    lead = {"community": "comm", "works": "ent", "quarantine": "gov"}
    kind = {site["id"]: site["type"] for site in SITES}
    direct = losses()
    rows: list[tuple[object, ...]] = []
    supplied = {row["hazard"] for row in DECIDED["commodities"]}
    for (place, hazard, phase), (exact, dead, why) in direct.items():
        there = [key for key in direct if key[:2] == (place, hazard)]
        penalty, money = cny(penalties.get((place, hazard), 0.0) / len(there)), cny(exact)
        value = money + round(dead, 3) * CASUALTY_VALUE_CNY + penalty
        if value <= 0:
            continue
        leads = "ent" if (hazard, kind[place]) == ("spread", "works") else ""
        leads = lead.get(kind[place], "") if hazard == "exposure" else leads
        part = f"{penalty / value:.6f}" if hazard in supplied else ""
        low, high = ("0.5", "1.8") if hazard == "spread" and kind[place] == "community" else ("", "")
        if (hazard, kind[place]) == ("import", "quarantine"):
            low, high = "0.4", "2.5"
        source = "assumed: " + "; ".join(why)
        if penalty:
            source += "; plus the expected penalty of its needs, which is the supply share"
        if low:
            source += "; low and high: the cases of the record, by tests that were few, and by scenarios"
        rows.append((place, hazard, phase, leads, money + penalty, f"{dead:.3f}" if round(dead, 3) else "", low, high,
                     part, source))  # fmt: skip
    done = {(place, hazard) for place, hazard, _ in direct}
    for (place, hazard), expected in penalties.items():
        if (place, hazard) not in done and hazard == "exposure" and kind[place] in lead:
            source = "assumed: the expected penalty of its needs, nothing else"
            rows.append((place, hazard, "", lead[kind[place]], cny(expected), "", "", "", "1", source))
    columns = ("site", "hazard", "period", "lead", "loss_cny", "casualties", "low", "high", "supply_share", "source")
    FOLDER.write("risks", columns, rows)


def main() -> None:
    sites()
    depots()
    pools()
    travel()
    supplies()
    risks(needs())
    for name in DECIDED:
        if name not in INPUTS:
            FOLDER.write_block(name, DECIDED[name])


if __name__ == "__main__":
    main()
