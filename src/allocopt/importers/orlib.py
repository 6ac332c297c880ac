"""Files of the OR-Library (Beasley 1990): p-median, capacitated warehouse location, set covering."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from allocopt.faults import Fault, InputError
from allocopt.importers.made import Made, one_period
from allocopt.importers.numbers import Numbers

# On the ways of an imported problem a kilometre takes a minute, so that its lengths are minutes.
KMH = 60.0
METRES_A_UNIT = 1000.0
_MODE = "way"


def p_median(file: Path, *, p: int | None = None) -> Made:
    """`n edges p`, then the edges with their lengths (Beasley 1985); every node is a customer and a site.

    Lengths are shortest ways; where an edge stands twice, its last length counts. `p` replaces that of the file. The
    objective is the sum over all customers of the way to the nearest open site. Raises InputError.
    """
    numbers = Numbers(file, "nodes, edges and p, then two nodes and a length for each edge")
    nodes, edges, asked = (numbers.whole(word, least=1) for word in ("nodes", "edges", "p"))
    lengths: dict[tuple[int, int], float] = {}
    for _ in range(edges):
        ends = sorted(numbers.whole("node", least=1, most=nodes) for _ in range(2))
        lengths[ends[0], ends[1]] = numbers.number("length")
    numbers.end()
    chosen = p if p is not None else asked
    if not 1 <= chosen <= nodes:
        place = Fault(str(file), 1, "p", "", "") if p is None else Fault("--p", 0, "", "", "")
        raise InputError([replace(place, found=str(chosen), expected=f"a whole number from 1 to {nodes}")])
    if not any(one != other for one, other in lengths):
        raise numbers.fault("edges", "none between two nodes", "at least one")
    travel = {"metric": "network", "speeds_kmh": {_MODE: KMH}}
    settings = one_period(file.stem, f"{nodes} customers, {chosen} posts", travel, {"response_time": nodes})
    settings["beats"] = {"mode": _MODE, "posts": chosen}
    made = Made(settings, f"OR-Library, {file.name}")
    names = [f"n{i:04d}" for i in range(1, nodes + 1)]
    made.add("nodes", "id x y", ((name, 0, 0) for name in names))
    made.add("sites", "id area people node", ((name, "all", 1, name) for name in names))
    made.add("posts", "id open node", ((f"p{name[1:]}", "yes", name) for name in names))
    ways = ((*ends, length) for ends, length in sorted(lengths.items()) if ends[0] != ends[1])
    made.add(
        "streets",
        "id from_node to_node length_m modes",
        (
            (f"e{i:05d}", names[a - 1], names[b - 1], length * METRES_A_UNIT, _MODE)
            for i, (a, b, length) in enumerate(ways, start=1)
        ),
    )
    return made


def capacitated_location(file: Path, *, capacity: float | None = None) -> Made:
    """`m n`, then each warehouse's capacity and opening cost, then each customer's demand and what it costs to serve
    all of it from each warehouse (Beasley 1988); demand may be split.

    `capacity` replaces the capacities of the file. The objective is the spending. Raises InputError.
    """
    if capacity is not None and capacity < 0:
        raise InputError([Fault("--capacity", 0, "", f"{capacity:g}", "a number of at least 0")])
    order = "warehouses and customers, each warehouse's capacity and cost, each customer's demand and costs"
    numbers = Numbers(file, order)
    warehouses, customers = numbers.whole("warehouses", least=1), numbers.whole("customers", least=1)
    opened = []
    for i in range(1, warehouses + 1):
        room = _capacity(numbers, capacity)
        opened.append((f"w{i:03d}", "all", "no", numbers.number("opening cost"), room))
    needs, trips = [], []
    for j in range(1, customers + 1):
        customer, demand = f"c{j:04d}", numbers.number("demand")
        costs = [numbers.number("cost") for _ in range(warehouses)]
        if demand > 0:
            needs.append(("all", customer, "goods", "all", demand))
            trips += [(_MODE, row[0], customer, 0, cost / demand) for row, cost in zip(opened, costs, strict=True)]
    numbers.end()
    if not needs:
        raise numbers.fault("demand", "0 of every customer", "a customer who needs something")
    travel = {"metric": "table", "speeds_kmh": {_MODE: KMH}}
    settings = one_period(file.stem, f"{customers} customers, {warehouses} warehouses", travel, "spending")
    made = Made(settings, f"OR-Library, {file.name}")
    made.add("bodies", "id", [("all",)])
    made.add("hazards", "id lead", [("want", "all")])
    made.add("sites", "id area", ((need[1], "all") for need in needs))
    made.add("depots", "id body open open_cost_cny capacity_m3", opened)
    columns = "id hazard cost_cny volume_m3 penalty_cny mode ship_cost_cny_km"
    made.add("commodities", columns, [("goods", "want", 0, 1, 0, _MODE, 1)])
    made.add("scenarios", "id probability", [("all", 1)])
    made.add("needs", "scenario site commodity period amount", needs)
    made.add("travel", "mode from_place to_place minutes km", trips)
    made.add("standards", "id rule at_least per commodity", [("served", "fill_rate", 1, "site", "goods")])
    return made


def _capacity(numbers: Numbers, capacity: float | None) -> float:
    """A warehouse's capacity; files of larger problems have the word `capacity` in its place."""
    if numbers.skip("capacity"):
        if capacity is None:
            raise numbers.fault("capacity", "the word 'capacity'", "a number, or one given with --capacity")
        return capacity
    own = numbers.number("capacity")
    return own if capacity is None else capacity


def set_covering(file: Path) -> Made:
    """`rows columns`, the columns' costs, then for each row how many columns cover it and which (Beasley 1987).

    Rows are sites, columns posts; the objective is the spending that covers every site. Raises InputError.
    """
    numbers = Numbers(file, "rows and columns, the columns' costs, then how many cover each row and which")
    rows, columns = numbers.whole("rows", least=1), numbers.whole("columns", least=1)
    posts = [(f"c{j:05d}", "all", 1, "no", numbers.number("cost")) for j in range(1, columns + 1)]
    trips = []
    for i in range(1, rows + 1):
        covering = {numbers.whole("column", least=1, most=columns) for _ in range(numbers.whole("columns", least=1))}
        trips += [(_MODE, f"c{j:05d}", f"r{i:05d}", 1) for j in sorted(covering)]
    numbers.end()
    travel = {"metric": "table", "speeds_kmh": {_MODE: KMH}}
    made = Made(one_period(file.stem, f"{rows} sites, {columns} posts", travel, "spending"), f"OR-Library, {file.name}")
    made.add("bodies", "id", [("all",)])
    made.add("hazards", "id lead", [("want", "all")])
    made.add("sites", "id area", ((f"r{i:05d}", "all") for i in range(1, rows + 1)))
    made.add("risks", "site hazard loss_cny", ((f"r{i:05d}", "want", 1) for i in range(1, rows + 1)))
    made.add("classes", "id standard_min", [("cover", 1)])
    made.add("effects", "by id hazard share", [("class", "cover", "want", 0.5)])
    made.add("units", "id body response mode count cost_cny_hour", [("unit", "all", "cover", _MODE, columns, 0)])
    made.add("posts", "id body units open open_cost_cny", posts)
    made.add("travel", "mode from_place to_place minutes", trips)
    made.add("standards", "id rule at_least per response", [("covered", "cover", 1, "site", "cover")])
    return made
