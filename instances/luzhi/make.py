"""Write the tables of Luzhi from the facts beside this script: `python make.py`.

`facts/known.csv` has figures that public sources state; `facts/places.csv`, `rates.csv` and `lines.csv` have what was
assumed, with the reasoning, place by place. What is decided or assumed row by row (who may do what, what an action
averts and costs) stands in the blocks of `facts/decisions.txt`, with its source in the last column.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

from allocopt.making import Folder

FOLDER = Folder(Path(__file__).parent)
KM_PER_DEGREE = 6371.0088 * math.pi / 180
TOWN = "甪直镇"
CASUALTY_VALUE_CNY = 2_000_000  # as in city.yaml
POINTS: dict[str, tuple[str, float, float]] = {}  # filled by network(): what ends there, kilometres east and north
PLACED = ("pools", "posts", "depots")
INPUTS = ("leads", "need_rules")  # blocks that shape risks and needs and are no tables


KNOWN = {row["id"]: float(row["value"]) for row in FOLDER.read("known")}
DECIDED = FOLDER.decisions({"town": TOWN})
PLACES = {row["id"]: row for row in FOLDER.read("places")}
QUARTER = {row["village"]: row["quarter"] for row in FOLDER.read("quarters")}
VILLAGE_NAME = {row["id"]: row["name"] for row in FOLDER.read("villages")}


def cny(value: float) -> int:
    """Money to the thousand, as estimates are."""
    return round(value / 1000) * 1000


def lon_lat(east_km: float, north_km: float) -> tuple[str, str]:
    """Position of a point so many kilometres east and north of the town's."""
    lat = KNOWN["centre_lat"] + north_km / KM_PER_DEGREE
    lon = KNOWN["centre_lon"] + east_km / (KM_PER_DEGREE * math.cos(math.radians(KNOWN["centre_lat"])))
    return f"{lon:.5f}", f"{lat:.5f}"


def area(village: str) -> str:
    return f"{TOWN}/{QUARTER[village]}/{VILLAGE_NAME[village]}"


def sites() -> None:
    rows = []
    for place in PLACES.values():
        lon, lat = lon_lat(float(place["east_km"]), float(place["north_km"]))
        where = area(place["village"])
        rows.append(
            (place["id"], place["name"], place["type"], where, place["people"], lon, lat, place["place_source"])
        )
    FOLDER.write("sites", ("id", "name", "type", "area", "people", "lon", "lat", "source"), rows)


def network() -> None:
    """Nodes where lines of the same mode meet; a canal under a street shares no node with it."""
    nodes: dict[tuple[str, str, str], str] = {}
    streets = []
    for line in FOLDER.read("lines"):
        water = "w" if line["modes"] == "boat" else "n"
        points = [tuple(point.split()) for point in line["points_km"].split(";")]
        ids = [nodes.setdefault((water, *point), f"{water}{len(nodes) + 1:03d}") for point in points]
        for number, (start, end) in enumerate(pairwise(points), 1):
            length_m = 1000 * math.dist([float(v) for v in start], [float(v) for v in end])
            streets.append(
                (f"{line['line']}_{number}", ids[number - 1], ids[number], max(10, round(length_m, -1)), line["modes"],
                 f"assumed: straight between its ends; {line['name']}")
            )  # fmt: skip
    POINTS.update({node: (water, float(east), float(north)) for (water, east, north), node in nodes.items()})
    FOLDER.write(
        "nodes",
        ("id", "lon", "lat", "source"),
        (
            (node, *lon_lat(float(east), float(north)), "assumed: drawn around the town's point (facts/lines.csv)")
            for (_, east, north), node in nodes.items()
        ),
    )
    columns = ("id", "from_node", "to_node", "length_m", "modes", "source")
    FOLDER.write("streets", columns, ((i, a, b, f"{m:.0f}", modes, s) for i, a, b, m, modes, s in streets))


def base_losses() -> dict[tuple[str, str], tuple[float, list[str]]]:
    """Direct loss of each place and hazard over the year, what its supplies could avert apart, with the reasoning."""
    losses: dict[tuple[str, str], tuple[float, list[str]]] = {}
    for rate in FOLDER.read("rates"):
        only = rate["only"].split(";") if rate["only"] else None
        for place in PLACES.values():
            if place["type"] != rate["type"] or (only and place["id"] not in only):
                continue
            factor = float(place["flood"] or 0) if rate["hazard"] == "flood" else 1.0
            amount = factor * (
                float(rate["per_site_cny"] or 0)
                + float(rate["per_person_cny"] or 0) * float(place["people"] or 0)
                + float(rate["per_firm_cny"] or 0) * float(place["firms"] or 0)
            )
            if amount:
                before, reasons = losses.get((place["id"], rate["hazard"]), (0.0, []))
                losses[place["id"], rate["hazard"]] = before + amount, [*reasons, rate["reasoning"]]
    return losses


def needs() -> dict[tuple[str, str], float]:
    """Write what the places need in each scenario; return the expected penalty of each (place, hazard)."""
    commodity = {row["id"]: row for row in DECIDED["commodities"]}
    chance = {row["id"]: float(row["probability"]) for row in DECIDED["scenarios"]}
    expected: dict[tuple[str, str], float] = {}
    rows = []
    for rule in DECIDED["need_rules"]:
        types, only = rule["types"].split(";"), rule["only"].split(";") if rule["only"] else None
        for place in PLACES.values():
            if not place["needs"] or place["type"] not in types or (only and place["id"] not in only):
                continue
            by_flood = commodity[rule["commodity"]]["hazard"] == "flood"
            exposure = float(place["flood"] or 0) if by_flood else 1.0
            for_people = float(rule["per_1000_people"] or 0) * float(place["people"]) / 1000
            amount = round(exposure * (float(rule["per_site"] or 0) + for_people))
            if amount:
                rows.append((rule["scenario"], place["id"], rule["commodity"], rule["period"], amount, rule["source"]))
                key = place["id"], commodity[rule["commodity"]]["hazard"]
                penalty = amount * float(commodity[rule["commodity"]]["penalty_cny"]) * chance[rule["scenario"]]
                expected[key] = expected.get(key, 0.0) + penalty
    FOLDER.write("needs", ("scenario", "site", "commodity", "period", "amount", "source"), rows)
    return expected


def risks(penalties: Mapping[tuple[str, str], float]) -> None:
    """Direct loss and, where supplies are needed, their expected penalty: together the row's loss, with the split."""
    dead_per_cny = KNOWN["fire_dead"] / KNOWN["fire_loss"]
    lead = {(row["hazard"], kind): row["lead"] for row in DECIDED["leads"] for kind in row["types"].split(";")}
    supplied = {row["hazard"] for row in DECIDED["commodities"]}
    losses = base_losses()
    unbooked = sorted(set(penalties) - set(losses))
    if unbooked:
        raise SystemExit(f"needs without a risk: {unbooked}")
    rows = []
    for (place, hazard), (direct, reasons) in losses.items():
        casualties = round(direct * dead_per_cny, 3) if hazard == "hidden" else 0.0
        penalty = penalties.get((place, hazard), 0.0)
        direct_cny, penalty_cny = cny(direct), cny(penalty)
        share = penalty_cny / (direct_cny + casualties * CASUALTY_VALUE_CNY + penalty_cny)
        source = "assumed: " + "; ".join(reasons)
        if hazard == "hidden":
            source += "; people killed per yuan of direct loss as in Jiangsu's fires of 2018"
        if penalty:
            source += "; plus the expected penalty of its needs, which is the supply share"
        rows.append(
            (place, hazard, lead.get((hazard, PLACES[place]["type"]), ""), direct_cny + penalty_cny,
             casualties or "", f"{share:.6f}" if hazard in supplied else "", source)
        )  # fmt: skip
    FOLDER.write("risks", ("site", "hazard", "lead", "loss_cny", "casualties", "supply_share", "source"), rows)


def nearest_node(modes: str, east_km: float, north_km: float) -> str:
    """The nearest node on water (`boat`) or on land (`foot`): a post serves one of them."""
    water = "w" if modes == "boat" else "n"
    ends = {node: (east, north) for node, (kind, east, north) in POINTS.items() if kind == water}
    return min(ends, key=lambda node: (math.dist(ends[node], (east_km, north_km)), node))


def placed(name: str) -> None:
    """A block whose rows stand at a point given in kilometres from the town's."""
    rows = DECIDED[name]
    derived = [new for old, new in (("village", "area"), ("stands_on", "node")) if old in rows[0]]
    keep = [column for column in rows[0] if column not in ("east_km", "north_km", "village", "stands_on")]
    columns = [*keep[:-1], "lon", "lat", *derived, keep[-1]]
    out = []
    for row in rows:
        lon, lat = lon_lat(float(row["east_km"]), float(row["north_km"]))
        place = {"lon": lon, "lat": lat}
        if "village" in row:
            place["area"] = area(row["village"])
        if "stands_on" in row:
            place["node"] = nearest_node(row["stands_on"], float(row["east_km"]), float(row["north_km"]))
        out.append([(row | place)[column] for column in columns])
    FOLDER.write(name, columns, out)


def main() -> None:
    sites()
    network()
    risks(needs())
    for name in DECIDED:
        if name in PLACED:
            placed(name)
        elif name not in INPUTS:
            FOLDER.write_block(name, DECIDED[name])


if __name__ == "__main__":
    main()
