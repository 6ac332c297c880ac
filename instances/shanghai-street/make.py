"""Write the tables of the sub-district from the facts beside this script: `python make.py`.

`facts/known.csv` has figures that public sources state. The firms are drawn: how many of each business and risk class
follows from the shares in `mix.csv`; how many people each has, and where it lies in which block of `blocks.csv`, is
drawn with a fixed seed. Losses follow from `losses.csv` and `classes.csv`, all other tables from `decisions.txt`.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist

from allocopt.making import Folder

FOLDER = Folder(Path(__file__).parent)
KM_PER_DEGREE = 6371.0088 * math.pi / 180
ROOT = "上海市/闵行区/江川路街道"
FIRMS = 400
SEED = 20250331
CASUALTY_VALUE_CNY = 2_000_000  # as in city.yaml
UNSUPERVISED = 4  # deaths if nobody acts, against those of 2020
HOURS_A_CHECK = 6.9  # of one inspector, with the trip and the share that ends in a case
CLASSES = ("red", "orange", "yellow", "blue")
INPUTS = ("leads",)  # shapes risks and is no table


@dataclass(frozen=True)
class Firm:
    """A firm as drawn: business, risk class, block, people, and kilometres from the point of the sub-district."""

    id: str
    name: str
    business: str
    risk: str
    block: str
    people: int
    median_people: float
    east_km: float
    north_km: float


KNOWN = {row["id"]: float(row["value"]) for row in FOLDER.read("known")}
BLOCKS = {row["id"]: row for row in FOLDER.read("blocks")}
RISK_CLASSES = {row["class"]: row for row in FOLDER.read("classes")}


def parts(whole: int, shares: Sequence[float]) -> list[int]:
    """Whole numbers that sum to `whole` and follow the shares: the largest remainders are rounded up."""
    exact = [whole * share / sum(shares) for share in shares]
    counts = [math.floor(value + 1e-9) for value in exact]
    by_remainder = sorted(range(len(exact)), key=lambda i: (counts[i] - exact[i], i))
    for i in by_remainder[: whole - sum(counts)]:
        counts[i] += 1
    return counts


def draw_firms() -> list[Firm]:
    draw, normal = random.Random(SEED), NormalDist()
    mix = FOLDER.read("mix")
    firms = []
    for row, count in zip(mix, parts(FIRMS, [float(row["share"]) for row in mix]), strict=True):
        in_class = parts(count, [float(row[risk]) for risk in CLASSES])
        risks = [risk for risk, number in zip(CLASSES, in_class, strict=True) for _ in range(number)]
        for number, risk in enumerate(risks, 1):
            block = draw.choices(list(BLOCKS), [float(block[row["where"]]) for block in BLOCKS.values()])[0]
            people = float(row["median_people"]) * math.exp(float(row["sigma"]) * normal.inv_cdf(draw.random()))
            way = float(BLOCKS[block]["radius_km"]) * math.sqrt(draw.random())
            turn = 2 * math.pi * draw.random()
            firms.append(
                Firm(
                    id=f"{row['business']}_{number:02d}",
                    name=f"{row['name']}{number:02d} {row['english']} {number}",
                    business=row["business"],
                    risk=risk,
                    block=block,
                    people=min(2000, max(2, round(people))),
                    median_people=float(row["median_people"]),
                    east_km=float(BLOCKS[block]["east_km"]) + way * math.cos(turn),
                    north_km=float(BLOCKS[block]["north_km"]) + way * math.sin(turn),
                )
            )
    return firms


def worked_out(firms: Sequence[Firm]) -> dict[str, str]:
    """The figures that `decisions.txt` names in braces."""
    red = sum(firm.risk == "red" for firm in firms)
    found = KNOWN["violations_per_1000"] / 1000 * KNOWN["corrected_share"] / 100
    bureau_hours = 2 * HOURS_A_CHECK * red * KNOWN["visits"] / KNOWN["key_units"]
    return {
        "root": ROOT,
        "found": f"{found:.3f}",
        "half_found": f"{found / 2:.3f}",
        "major": f"{KNOWN['major_per_1000'] / 1000:.4f}",
        "cases": f"{KNOWN['penalties'] / KNOWN['visits']:.3f}",
        "triggered": f"{KNOWN['triggered_share'] / 100:.3f}",
        "quarter": f"{math.ceil(red * KNOWN['key_coverage'] / 100)}",
        "fine": f"{10 * KNOWN['fines'] / KNOWN['penalties']:.0f}",
        "bureau_hours": f"{2 * bureau_hours / 4:.0f}",
    }


def lon_lat(east_km: float, north_km: float) -> tuple[str, str]:
    """Position of a point so many kilometres east and north of the sub-district's."""
    lat = KNOWN["lat"] + north_km / KM_PER_DEGREE
    lon = KNOWN["lon"] + east_km / (KM_PER_DEGREE * math.cos(math.radians(KNOWN["lat"])))
    return f"{lon:.5f}", f"{lat:.5f}"


def sites(firms: Sequence[Firm]) -> None:
    rows = []
    for firm in firms:
        block = BLOCKS[firm.block]
        source = f"assumed: drawn from facts/mix.csv; block: {block['source']}"
        where = f"{ROOT}/{block['name']}"
        rows.append((firm.id, firm.name, firm.risk, where, firm.people, *lon_lat(firm.east_km, firm.north_km), source))
    FOLDER.write("sites", ("id", "name", "type", "area", "people", "lon", "lat", "source"), rows)


def lead_of(firm: Firm, hazard: str, rules: Iterable[Mapping[str, str]]) -> str:
    lead = ""
    for rule in rules:
        here = not rule["blocks"] or firm.block in rule["blocks"].split(";")
        if rule["hazard"] == hazard and firm.risk in rule["classes"].split(";") and here:
            lead = rule["lead"]
    return lead


def risks(firms: Sequence[Firm], rules: Sequence[Mapping[str, str]]) -> None:
    """Loss by business, class and size; deaths as at work in the district, more if nobody acts."""
    losses = FOLDER.read("losses")
    rows = []
    for firm in firms:
        risk = RISK_CLASSES[firm.risk]
        mine = [row for row in losses if row["business"] == firm.business and firm.risk in row["classes"].split(";")]
        deaths = KNOWN["work_deaths"] / 100_000 * UNSUPERVISED * firm.people * float(risk["deaths_factor"])
        size = min(2.0, max(0.5, math.sqrt(firm.people / firm.median_people)))
        whole = sum(float(row["yellow_cny"]) for row in mine)
        for row in mine:
            loss = float(row["yellow_cny"]) * float(risk["loss_factor"]) * size
            share = float(row["yellow_cny"]) / whole
            source = (
                f"assumed: {row['reasoning']}; factors of class and size; deaths: four times those at work in the "
                "district in 2020"
            )
            spread = ("0.5", "1.8") if firm.risk == "red" else ("", "")
            if firm.risk == "red":
                source += "; low and high: a declared class, not yet surveyed"
            rows.append(
                (firm.id, row["hazard"], lead_of(firm, row["hazard"], rules), round(loss, -2),
                 f"{deaths * share:.5f}", *spread, source)
            )  # fmt: skip
    columns = ("site", "hazard", "lead", "loss_cny", "casualties", "low", "high", "source")
    FOLDER.write("risks", columns, ((s, h, b, f"{x:.0f}", *rest) for s, h, b, x, *rest in rows))


def pools(rows: Sequence[Mapping[str, str]]) -> None:
    """Pools stand at a point given in kilometres from the sub-district's."""
    keep = [column for column in rows[0] if column not in ("east_km", "north_km")]
    out = []
    for row in rows:
        lon, lat = lon_lat(float(row["east_km"]), float(row["north_km"]))
        out.append([row[column] for column in keep[:-1]] + [lon, lat, row["source"]])
    FOLDER.write("pools", [*keep[:-1], "lon", "lat", "source"], out)


def main() -> None:
    firms = draw_firms()
    decided = FOLDER.decisions(worked_out(firms))
    sites(firms)
    risks(firms, decided["leads"])
    pools(decided["pools"])
    for name, rows in decided.items():
        if name not in (*INPUTS, "pools"):
            FOLDER.write_block(name, rows)


if __name__ == "__main__":
    main()
