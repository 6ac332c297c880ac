"""Write the tables of Zhengzhou from the facts beside this script: `python make.py`.

`facts/townships.csv`, `districts.csv`, `storm.csv`, `deaths.csv` and `known.csv` have figures that public sources
state; `storms.csv` and `rates.csv` have what was assumed, with the reasoning. What is decided or assumed row by row
(who may do what, what it averts and costs) stands in the blocks of `facts/decisions.txt`, its source last.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from allocopt.making import Folder

FOLDER = Folder(Path(__file__).parent)
CITY = "郑州市"
CASUALTY_VALUE_CNY = 2_000_000  # as in city.yaml
EARTH_KM = 6371.0088
GOLDEN_ANGLE, GOLDEN_SHARE = math.pi * (3 - math.sqrt(5)), (math.sqrt(5) - 1) / 2
# Rain below which nothing is lost: what the drains carry in an hour, what the ground takes in three days.
HARMLESS_MM = {"1h": 50.0, "3d": 150.0}
# Loss grows faster than rain.
POWER = 1.5
# So many communities, those hit hardest, call for goods in a storm: between a fifth and a sixth of them.
CALLING = 110
# A community of a low township for so many calls for help in July 2021.
CALLS_A_BASIN = 4
# Of what fires destroy the statistics book a third: no loss of trade, of rent, of what nobody reports.
UNBOOKED = 3.0
# Communities where the flood loss is largest are told with how far it may be off.
SURVEYED, SURVEY_LOW, SURVEY_HIGH = 24, 0.5, 1.8
FLOOD_PERIOD = "flood"
PLACED = ("pools", "posts", "depots")
INPUTS = ("leads", "area_lines", "budgets")  # blocks that shape risks and are no tables


class Township(NamedTuple):
    code: str
    name: str
    gloss: str
    district: str
    terrain: str
    lon: float
    lat: float
    area_km2: float
    people: int
    calls: int

    @property
    def path(self) -> str:
        return f"{CITY}/{self.district}/{self.name}"


class Community(NamedTuple):
    id: str
    name: str
    type: str
    township: Township
    people: int
    lon: float
    lat: float


class Storm(NamedTuple):
    id: str
    chance: float
    centre: dict[str, Township]
    most_mm: dict[str, float]
    reach_km: dict[str, float]


KNOWN = {row["id"]: float(row["value"]) for row in FOLDER.read("known")}
TOTALS = {row["id"]: float(row["value"]) for row in FOLDER.read("storm")}
RATES = {row["type"]: row for row in FOLDER.read("rates")}
DECIDED = FOLDER.decisions({"city": CITY})
TOWNSHIPS = {
    row["code"]: Township(
        row["code"], row["name"], row["gloss"], row["district"], row["terrain"], float(row["lon"]), float(row["lat"]),
        float(row["area_km2"]), int(row["people_2021"]), int(row["help_posts"]),
    )
    for row in FOLDER.read("townships")
}  # fmt: skip
GLOSS = {township.path: township.gloss for township in TOWNSHIPS.values()}
GLOSS |= {f"{CITY}/{row['name']}": row["gloss"] for row in FOLDER.read("districts")}
STORMS = {
    row["id"]: Storm(
        row["id"],
        float(row["probability"]),
        {span: TOWNSHIPS[row[f"township_{span}"]] for span in HARMLESS_MM},
        {span: float(row[f"most_{span}_mm"]) for span in HARMLESS_MM},
        {span: float(row[f"reach_{span}_km"]) for span in HARMLESS_MM},
    )
    for row in FOLDER.read("storms")
}


def cny(value: float) -> int:
    """Money to the thousand, as estimates are."""
    return round(value / 1000) * 1000


def shared_out(whole: int, weights: Mapping[str, float]) -> dict[str, int]:
    """Whole numbers in proportion to the weights that sum to `whole`, by largest remainder; ties go by name."""
    total = sum(weights.values())
    exact = {key: whole * weight / total for key, weight in weights.items()}
    out = {key: math.floor(value) for key, value in exact.items()}
    by_remainder = sorted(exact, key=lambda key: (out[key] - exact[key], key))
    for key in by_remainder[: whole - sum(out.values())]:
        out[key] += 1
    return out


def km(a: Township | Community, b: Township | Community) -> float:
    """Great-circle distance."""
    lat_a, lat_b, east = math.radians(a.lat), math.radians(b.lat), math.radians(b.lon - a.lon)
    half = math.sin((lat_b - lat_a) / 2) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin(east / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(half))


@cache
def communities() -> tuple[Community, ...]:
    """The communities of the case: in each township in proportion to its people, on a spiral around its point."""
    estimate = {code: float(township.people) for code, township in TOWNSHIPS.items()}
    number = shared_out(int(KNOWN["communities"]), estimate)
    people = shared_out(int(KNOWN["people"]), estimate)
    for code, township in TOWNSHIPS.items():
        if not number[code]:
            near = [t for t in TOWNSHIPS.values() if t.district == township.district and number[t.code]]
            people[min(near, key=lambda t: (km(township, t), t.code)).code] += people.pop(code)
    out = []
    for code, township in TOWNSHIPS.items():
        numbers = range(1, number[code] + 1)
        # Communities of a township differ in size by up to a quarter.
        weights = {f"{i:02d}": 0.75 + 0.5 * (i * GOLDEN_SHARE % 1) for i in numbers}
        sizes = shared_out(people[code], weights) if weights else {}
        out += [_community(township, i, number[code], sizes[f"{i:02d}"]) for i in numbers]
    return tuple(out)


def _community(township: Township, i: int, of: int, people: int) -> Community:
    """The first stands at the township's point, the others around it, spread over its area."""
    from_point_km = math.sqrt(township.area_km2 / math.pi * (i - 1) / of)
    north, east = from_point_km * math.cos(i * GOLDEN_ANGLE), from_point_km * math.sin(i * GOLDEN_ANGLE)
    km_per_degree = EARTH_KM * math.pi / 180
    lat = township.lat + north / km_per_degree
    lon = township.lon + east / (km_per_degree * math.cos(math.radians(township.lat)))
    kind = township.terrain
    if kind in ("urban", "fringe"):
        kind = "lowland" if i <= math.ceil(township.calls / CALLS_A_BASIN) else kind
    return Community(
        f"{township.code}-{i:02d}", f"{township.name}{i}号社区 {township.gloss} {i}", kind.replace("fringe", "town"),
        township, people, round(lon, 5), round(lat, 5),
    )  # fmt: skip


def sites() -> None:
    rows = []
    for c in communities():
        source = (
            "assumed: number, name, people and position of the community; its township's point, area and estimate of "
            "people for 2021 are from the township data set"
        )
        rows.append((c.id, c.name, c.type, c.township.path, c.people, f"{c.lon:.5f}", f"{c.lat:.5f}", source))
    FOLDER.write("sites", ("id", "name", "type", "area", "people", "lon", "lat", "source"), rows)


def rain_mm(storm: Storm, span: str, place: Township | Community) -> float:
    return storm.most_mm[span] * math.exp(-km(storm.centre[span], place) / storm.reach_km[span])


def severity(storm: Storm, community: Community) -> float:
    """0 where the rain does no harm, 1 at what fell on the station of Zhengzhou in July 2021."""
    station = {"1h": TOTALS["hour_mm"], "3d": TOTALS["three_days_mm"]}
    in_streets = community.type in ("lowland", "urban")  # a downpour fills streets; rivers need days
    spans = ("1h", "3d") if in_streets else ("3d",)
    harm = [
        (rain_mm(storm, span, community) - HARMLESS_MM[span]) / (station[span] - HARMLESS_MM[span]) for span in spans
    ]
    return math.pow(max(0.0, *harm), POWER)


def damage(storm: Storm, community: Community) -> float:
    """Loss of property, in a unit that `cny_for_damage` brings to the loss of 2021."""
    weight = float(RATES[community.type]["flood_weight"])
    return community.people * weight * severity(storm, community)


@cache
def cny_for_damage() -> float:
    return TOTALS["loss_cny"] / sum(damage(STORMS["again"], c) for c in communities())


@cache
def dead_for_damage() -> dict[str, float]:
    """People killed for a unit of damage, by district: the dead of 2021, shared as those counted by district were."""
    counted = {row["district"]: float(row["dead"]) for row in FOLDER.read("deaths")}
    group = {c.township.district: c.township.district for c in communities()}
    group = {district: district if district in counted else "core" for district in group}
    whole: dict[str, float] = defaultdict(float)
    for c in communities():
        whole[group[c.township.district]] += damage(STORMS["again"], c)
    dead = TOTALS["dead"] / sum(counted.values())
    return {district: dead * counted[name] / whole[name] for district, name in group.items()}


def needs() -> dict[str, float]:
    """Write what is needed in each storm; return the expected penalty by community."""
    goods = {"pump": "pumps_1000", "boat": "boats_1000"}
    penalty = {row["id"]: float(row["penalty_cny"]) for row in DECIDED["commodities"]}
    expected: dict[str, float] = defaultdict(float)
    rows = []
    for storm in STORMS.values():
        hardest = sorted(communities(), key=lambda c: (-damage(storm, c), c.id))[:CALLING]
        for c in sorted(hardest):
            for commodity, column in goods.items():
                amount = round(float(RATES[c.type][column]) * c.people / 1000 * min(1.0, severity(storm, c)), 1)
                if amount >= 0.1:
                    source = f"assumed: {RATES[c.type][column]} for 1000 people at the rain of July 2021, here less"
                    rows.append((storm.id, c.id, commodity, FLOOD_PERIOD, amount, source))
                    expected[c.id] += storm.chance * amount * penalty[commodity]
    FOLDER.write("needs", ("scenario", "site", "commodity", "period", "amount", "source"), rows)
    return expected


def risks(penalties: Mapping[str, float]) -> None:
    """Loss of property and, where goods are needed, their expected penalty: together the row's loss, with the split."""
    lead = {(row["hazard"], kind): row["lead"] for row in DECIDED["leads"] for kind in row["types"].split(";")}
    flood = {c.id: sum(storm.chance * damage(storm, c) for storm in STORMS.values()) for c in communities()}
    unsure = set(sorted(flood, key=lambda i: (-flood[i], i))[:SURVEYED])
    columns = ("site", "hazard", "period", "lead", "loss_cny", "casualties", "low", "high", "supply_share", "source")
    rows: list[dict[str, object]] = []
    for c in communities():
        for risk in (
            _flood(c, flood[c.id], penalties.get(c.id, 0.0), unsure=c.id in unsure),
            _order(c),
            _fire(c),
        ):
            rows.append({"site": c.id, "lead": lead.get((str(risk["hazard"]), c.type), ""), **risk})
    FOLDER.write("risks", columns, ([row.get(column, "") for column in columns] for row in rows))


def _flood(c: Community, expected: float, penalty: float, *, unsure: bool) -> dict[str, object]:
    direct_cny, penalty_cny = cny(expected * cny_for_damage()), cny(penalty)
    dead = round(expected * dead_for_damage()[c.township.district], 5)
    share = penalty_cny / (direct_cny + dead * CASUALTY_VALUE_CNY + penalty_cny)
    source = "assumed: twelve storms by their chance, scaled to 40.9 billion yuan and 380 dead or missing in 2021"
    if penalty_cny:
        source += "; plus the expected penalty of its needs, which is the supply share"
    if unsure:
        source += "; low and high: nobody measured how deep its water stands; one garage more doubles the loss"
    return {
        "hazard": "flood", "period": FLOOD_PERIOD, "loss_cny": direct_cny + penalty_cny, "casualties": dead or "",
        "supply_share": f"{share:.6f}", "source": source,
        **({"low": SURVEY_LOW, "high": SURVEY_HIGH} if unsure else {}),
    }  # fmt: skip


def _order(c: Community) -> dict[str, object]:
    rate = RATES[c.type]["order_cny_head"]
    fraud = 2 * KNOWN["fraud_suzhou"] / KNOWN["suzhou_people"]
    source = f"assumed: {rate} yuan a head; network fraud alone was {fraud:.1f} in Suzhou at the pace of early 2015"
    return {"hazard": "order", "loss_cny": cny(float(rate) * c.people), "source": source}


def _fire(c: Community) -> dict[str, object]:
    at_risk = float(RATES[c.type]["fire_factor"]) * c.people / KNOWN["china_people"]
    source = "assumed: China's fires of 2021 a head, three times the booked loss, times the factor of the type of place"
    loss_cny, dead = cny(at_risk * UNBOOKED * KNOWN["fires_loss"]), round(at_risk * KNOWN["fires_dead"], 5)
    return {"hazard": "fire", "loss_cny": loss_cny, "casualties": dead, "source": source}


def scenarios() -> None:
    rows = []
    for row in FOLDER.read("storms"):
        centre = TOWNSHIPS[row["township_3d"]]
        hour = TOWNSHIPS[row["township_1h"]].name
        source = f"assumed: {row['most_3d_mm']} mm in three days at {centre.name}, {row['most_1h_mm']} mm in an hour "
        source += f"at {hour}; {row['reasoning']}"
        rows.append((row["id"], row["name"], row["probability"], FLOOD_PERIOD, source))
    FOLDER.write("scenarios", ("id", "name", "probability", "known_from", "source"), rows)


def budgets() -> None:
    """The lines of the bodies and of the city, then those of the districts, then those of the largest townships."""
    columns = list(DECIDED["budgets"][0])
    rows = [list(row.values()) for row in DECIDED["budgets"]]
    for rule in DECIDED["area_lines"]:
        people: dict[str, int] = defaultdict(int)
        for c in communities():
            people["/".join(c.township.path.split("/")[: int(rule["level"])])] += c.people
        largest = sorted(people, key=lambda area: (-people[area], area))
        for area in largest[: int(rule["most_areas"] or len(largest))]:
            amount = round(float(rule["cny_head"]) * people[area], -5)
            name = _glossed(area.rsplit("/", 1)[-1], GLOSS[area])
            line = {
                "id": _line(area),
                "name": name,
                "amount_cny": f"{amount:.0f}",
                "area": area,
                "scenario": "expected",
            }
            rows.append([(line | {"source": rule["source"]}).get(column, "") for column in columns])
    FOLDER.write("budgets", columns, rows)


def _glossed(name: str, gloss: str) -> str:
    """A Chinese name with its gloss; a name in pinyin is its own gloss."""
    return name if name.isascii() else f"{name} {gloss}"


def _line(area: str) -> str:
    return "_".join(["area", *area.split("/")[1:]]).replace(" ", "_")


def placed(name: str) -> None:
    """A block whose rows stand at the point of a township."""
    rows = DECIDED[name]
    keep = [column for column in rows[0] if column != "township"]
    area = [] if name == "pools" else ["area"]
    columns = [*keep[:-1], "lon", "lat", *area, keep[-1]]
    out = []
    for row in rows:
        township = TOWNSHIPS[row["township"]]
        place = {"lon": f"{township.lon:.5f}", "lat": f"{township.lat:.5f}", "area": township.path}
        out.append([(row | place)[column] for column in columns])
    FOLDER.write(name, columns, out)


def main() -> None:
    sites()
    budgets()
    scenarios()
    risks(needs())
    for name in DECIDED:
        if name in PLACED:
            placed(name)
        elif name not in INPUTS:
            FOLDER.write_block(name, DECIDED[name])


if __name__ == "__main__":
    main()
