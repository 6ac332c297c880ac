"""All plans of a tiny city, one by one: the meaning of the tables once more, written from the specification alone.

Decisions are columns of a grid that holds every combination of them; efforts, money and standards are columns
computed from these. Presence and goods, which are no whole numbers, are left to tests of their own.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.float64]
Row = Mapping[str, Any]
MOST_PLANS = 40_000
NEAR = 1e-7


class TooManyPlansError(Exception):
    """The city is not tiny, or a decision of it cannot be counted."""


class Grid:
    """Every combination of some whole numbers."""

    def __init__(self) -> None:
        self._most: dict[tuple[Any, ...], int] = {}
        self.size = 1

    def add(self, key: tuple[Any, ...], most: int) -> None:
        assert key not in self._most
        self._most[key] = most
        self.size *= most + 1
        if self.size > MOST_PLANS:
            raise TooManyPlansError

    def columns(self) -> dict[tuple[Any, ...], Column]:
        place, stride, out = np.arange(self.size), 1, {}
        for key, most in self._most.items():
            out[key] = (place // stride % (most + 1)).astype(float)
            stride *= most + 1
        return out


def inside(area: str, other: str) -> bool:
    return not other or area == other or area.startswith(other + "/")


class Plans:
    """All plans under a regime. `keeps` says which keep every limit and hard standard; `missed` prices soft ones."""

    def __init__(self, tables: Mapping[str, Sequence[Row]], settings: Mapping[str, Any], regime: str) -> None:
        self.tables, self.settings = tables, settings
        self.periods = [p["id"] for p in settings["periods"]]
        self.hours = {p["id"]: float(p["hours"]) for p in settings["periods"]}
        self.horizon = sum(self.hours.values())
        self.shifts = settings.get("shifts", [{"id": "all", "hours_share": 1.0, "loss_share": 1.0}])
        self.times = [(t, j["id"]) for t in self.periods for j in self.shifts]
        self.coalition = {b["id"] for b in self.of("bodies")} if regime == "joint" else set()
        self.links = [] if regime == "silo" else self.of("links")
        self.site = {s["id"]: s for s in self.of("sites")}
        usual = {h["id"]: h["lead"] for h in self.of("hazards")}
        self.lead = {(r["site"], r["hazard"]): r.get("lead") or usual[r["hazard"]] for r in self.of("risks")}
        self.grid = Grid()
        self._prepare()
        self.x = self.grid.columns()
        self.keeps = np.ones(self.grid.size, dtype=bool)
        self.missed = np.zeros(self.grid.size)
        self.costs: list[tuple[str, str, str, str, str, Column, float]] = []
        self.prices: list[tuple[str, str, Column]] = []
        self.pool_hours: dict[tuple[str, str], Column] = defaultdict(lambda: np.zeros(self.grid.size))
        self.lent: dict[tuple[str, ...], Column] = defaultdict(lambda: np.zeros(self.grid.size))
        self.effort: dict[tuple[str, str, str, str], Column] = defaultdict(lambda: np.zeros(self.grid.size))
        self.gone: dict[tuple[str, str, str, str], Column] = {}
        for evaluate in (self._mechanisms, self._inspect, self._patrol, self._prevent, self._people):
            evaluate()
        self.loss = self._losses()
        self._budgets()
        for standard in self.of("standards"):
            self._standard(standard)

    def of(self, table: str) -> Sequence[Row]:
        return self.tables.get(table, ())

    def demand(self, held: Any) -> None:
        self.keeps &= held

    def within(self, used: Column, most: Any) -> None:
        self.demand(used <= most + NEAR * np.maximum(1.0, np.abs(most)))

    # Who may act

    def leaders(self, site: str, hazards: set[str]) -> set[str]:
        return {self.lead[site, h] for h in hazards if (site, h) in self.lead}

    def ways(self, body: str, leaders: set[str], area: str, programme: str) -> list[str]:
        if body in leaders or (body in self.coalition and leaders & self.coalition):
            return [""]
        return [
            k["id"]
            for k in self.links
            if k["helper"] == body
            and k["helped"] in leaders
            and k["programme"] == programme
            and inside(area, k.get("area", ""))
        ]

    def unlocked_by(self, body: str, power: str | None, area: str, *mechanisms: str | None) -> list[list[str]] | None:
        """Groups of mechanisms of which one each must work; None where the power is missing for ever."""
        groups = [[z] for z in mechanisms if z]
        if power:
            rows = [r for r in self.of("powers") if r["body"] == body and r["power"] == power]
            rows = [r for r in rows if inside(area, r.get("area", ""))]
            if not rows:
                return None
            if all(r.get("mechanism") for r in rows):
                groups.append([r["mechanism"] for r in rows])
        return groups

    def link(self, via: str) -> Row:
        return next((k for k in self.links if k["id"] == via), {})

    def need_unlocking(self, done: Column, groups: list[list[str]], t: str) -> None:
        for group in groups:
            self.demand((done == 0) | (sum(self.works[z, t] for z in group) > 0))

    def shares(self, by: str, action: str) -> dict[str, float]:
        return {
            e["hazard"]: e["share"]
            for e in self.of("effects")
            if e["by"] == by and e["id"] == action and not e.get("mechanism")
        }

    def sharper(self, kind: str) -> dict[str, tuple[str, float]]:
        return {
            e["hazard"]: (e["mechanism"], e["share"])
            for e in self.of("effects")
            if e["by"] == "kind" and e["id"] == kind and e.get("mechanism")
        }

    def touched(self, by: str, action: str, site: str) -> set[str]:
        known = {h for h, share in self.shares(by, action).items() if share > 0}
        if by == "kind":
            known |= set(self.sharper(action))
        return {h for h in known if (site, h) in self.lead}

    def minutes(self, a: Row, b: Row) -> float:
        return math.hypot(a.get("x", 0) - b.get("x", 0), a.get("y", 0) - b.get("y", 0)) / 1000

    # Decisions

    def _prepare(self) -> None:
        for z in self.of("mechanisms"):
            self.grid.add(("mechanism", z["id"]), len(self.periods))
        self.crews: dict[tuple[str, str], dict[str, list[tuple[Row, str, Any]]]] = {}
        for kind in self.of("kinds"):
            for site in self.of("sites"):
                self._prepare_visits(kind, site)
        self._prepare_units()
        self.starts: dict[tuple[str, str], list[tuple[str, str]]] = {}
        for m in self.of("measures"):
            for site in self.of("sites"):
                hazards = self.touched("measure", m["id"], site["id"])
                via = self.ways(m["body"], self.leaders(site["id"], hazards), site["area"], "prevention")
                if hazards and via:
                    options = [(t, k) for t in self.periods for k in via]
                    self.starts[m["id"], site["id"]] = options
                    self.grid.add(("start", m["id"], site["id"]), len(options))

    def _fitting(self, kind: Row, leaders: set[str], area: str, reach: Callable[[Row], float]) -> Any:
        roles: dict[str, list[tuple[Row, str, Any]]] = {}
        for crew in self.of("crews"):
            if crew["of"] != kind["id"]:
                continue
            roles[crew["role"]] = []
            for pool in self.of("pools"):
                groups = self.unlocked_by(pool["body"], crew.get("power"), area, kind.get("mechanism"))
                skilled = not crew.get("skill") or crew["skill"] in pool.get("skills", "").split(";")
                if groups is None or not skilled:
                    continue
                for via in self.ways(pool["body"], leaders, area, "inspection"):
                    locks = groups + [[z] for z in (pool.get("mechanism"), self.link(via).get("mechanism")) if z]
                    hours = crew.get("people", 1) * (
                        crew.get("hours", 1) / pool.get("worth", 1) + 2 * reach(pool) / 60 / kind.get("per_day", 1)
                    )
                    roles[crew["role"]].append((pool, via, (hours, crew.get("cost_cny", 0), locks)))
        return roles

    def _enforcers(self, kind: Row, area: str) -> Any:
        follow = next(q for q in self.of("kinds") if q["id"] == kind["refers_to"])
        there = [s for s in self.of("sites") if s["area"] == area]
        any_effect = self.shares("kind", follow["id"]) or self.sharper(follow["id"])
        acts = follow if any_effect else kind
        leaders: set[str] = set()
        for s in there:
            leaders |= self.leaders(s["id"], self.touched("kind", acts["id"], s["id"]))
        mean = lambda pool: sum(self.minutes(pool, s) for s in there) / len(there)  # noqa: E731
        return self._fitting(follow, leaders, area, mean)

    def _prepare_visits(self, kind: Row, site: Row) -> None:
        hazards = self.touched("kind", kind["id"], site["id"])
        if not hazards:
            return
        leaders = self.leaders(site["id"], hazards)
        roles = self._fitting(kind, leaders, site["area"], lambda pool: self.minutes(pool, site))
        if not all(roles.values()):
            return
        if kind.get("refers_to"):
            enforcers = self._enforcers(kind, site["area"])
            if not all(enforcers.values()):
                return
            if any(len(found) > 1 for found in enforcers.values()):
                raise TooManyPlansError
        self.crews[kind["id"], site["id"]] = roles
        for t in self.periods:
            for number, (role, found) in enumerate(roles.items()):
                for i in range(len(found) if number == 0 else len(found) - 1):
                    self.grid.add(("fill", kind["id"], site["id"], t, role, i), kind.get("most", 1))

    def most_units(self, unit: Row) -> int:
        return min(int(unit.get("count", 1) / unit.get("relief", 1) + 1e-9), unit.get("vehicles", 10**6))

    def _prepare_units(self) -> None:
        self.answers: dict[tuple[str, str, str], list[str]] = {}  # unit, post, site: ways
        self.near: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)  # class, site: unit, post
        for unit in self.of("units"):
            response = next(c for c in self.of("classes") if c["id"] == unit["response"])
            for post in self.of("posts"):
                useful = False
                for site in self.of("sites"):
                    hazards = self.touched("class", response["id"], site["id"])
                    via = self.ways(unit["body"], self.leaders(site["id"], hazards), site["area"], "patrol")
                    if via and self.minutes(post, site) <= response.get("standard_min", 1) * (1 + 1e-9):
                        useful = True
                        self.answers[unit["id"], post["id"], site["id"]] = via
                        self.near[response["id"], site["id"]].append((unit["id"], post["id"]))
                if useful:
                    self._prepare_station(unit, post)

    def _prepare_station(self, unit: Row, post: Row) -> None:
        most = min(self.most_units(unit), post.get("units") or 10**6)
        lending = {k for (u, p, _), via in self.answers.items() if (u, p) == (unit["id"], post["id"]) for k in via if k}
        for t, j in self.times:
            self.grid.add(("units", unit["id"], post["id"], t, j), most)
            for k in sorted(lending):
                self.grid.add(("commit", unit["id"], post["id"], t, j, k), most)

    # What they do

    def _booked(self, body: str, area: str, programme: str, category: str, t: str, cny: Any, share: float = 1) -> None:
        self.costs.append((body, area, programme, category, t, cny + np.zeros(self.grid.size), share))

    def _life(self, years: float, t: str) -> float:
        left = sum(self.hours[p] for p in self.periods[self.periods.index(t) :])
        return min(1.0, left / (years * 8760))

    def _mechanisms(self) -> None:
        self.works: dict[tuple[str, str], Column] = {}
        for z in self.of("mechanisms"):
            choice = self.x["mechanism", z["id"]]
            for i, t in enumerate(self.periods):
                ready = [n + 1 for n in range(len(self.periods)) if n + z.get("lead", 0) <= i]
                self.works[z["id"], t] = np.isin(choice, ready).astype(float)
                for cost in self.of("mechanism_costs"):
                    if cost["mechanism"] == z["id"]:
                        cny = cost["cost_cny"] * (choice == i + 1)
                        life = self._life(z.get("life_years", 10), t)
                        self._booked(cost["body"], "", "mechanisms", cost.get("category", "capital"), t, cny, life)

    def _inspect(self) -> None:
        self.visits: dict[tuple[str, str, str], Column] = {}
        kinds = {q["id"]: q for q in self.of("kinds")}
        keep = {h["id"]: h.get("keep", 0) for h in self.of("hazards")}
        for (q, s), roles in self.crews.items():
            kind, area = kinds[q], self.site[s]["area"]
            for i, t in enumerate(self.periods):
                made = self._fill(q, s, t, roles, area)
                self.visits[q, s, t] = made
                self.within(made, kind.get("most", 1))
                self._visits_act(q, s, i, made, keep)
                if kind.get("refers_to"):
                    later = self.periods[min(i + kind.get("lag", 0), len(self.periods) - 1)]
                    for ((pool, via, (hours, materials, locks)),) in self._enforcers(kind, area).values():
                        self._work(pool, via, hours, materials, locks, area, later, kind["suspects"] * made)

    def _fill(self, q: str, s: str, t: str, roles: Any, area: str) -> Column:
        made: Column | None = None
        for role, found in roles.items():
            keys = [("fill", q, s, t, role, i) for i in range(len(found))]
            parts = [self.x[key] for key in keys if key in self.x]
            if made is None:
                made = np.sum(parts, axis=0)
            else:
                parts.append(made - np.sum(parts, axis=0))
                self.demand(parts[-1] >= 0)
            for (pool, via, (hours, materials, locks)), part in zip(found, parts, strict=True):
                self._work(pool, via, hours, materials, locks, area, t, part)
        assert made is not None
        return made

    def _work(self, pool: Row, via: str, hours: float, materials: float, locks: Any, area: str, t: str, n: Any) -> None:
        self.need_unlocking(n, locks, t)
        self.pool_hours[pool["id"], t] += hours * n
        cny = hours * pool.get("cost_cny_hour", 0) * n
        self._booked(pool["body"], area, "inspection", pool.get("category", "labour"), t, cny)
        self._booked(pool["body"], area, "inspection", "materials", t, materials * n)
        if via:
            self.prices.append((via, t, hours * n))
            self.lent[via, pool["id"], t] += hours * n

    def _visits_act(self, q: str, s: str, i: int, made: Column, keep: Mapping[str, float]) -> None:
        base, better = self.shares("kind", q), self.sharper(q)
        for h in self.touched("kind", q, s):
            weight = -math.log(1 - base.get(h, 0)) * np.ones(self.grid.size)
            if h in better:
                z, share = better[h]
                weight = np.where(self.works[z, self.periods[i]] > 0, -math.log(1 - share), weight)
            for lag, t in enumerate(self.periods[i:]):
                kept = 1.0 if lag == 0 else keep[h] ** lag
                for j in self.cell_shifts(h):
                    self.effort[s, h, t, j] += weight * kept * made

    def cell_shifts(self, hazard: str) -> list[str]:
        patrolled = any(e["by"] in ("class", "unit") and e["hazard"] == hazard for e in self.of("effects"))
        return [j["id"] for j in self.shifts] if len(self.shifts) > 1 and patrolled else [""]

    def _patrol(self) -> None:
        duty = {(t, j["id"]): self.hours[t] * j["hours_share"] for t in self.periods for j in self.shifts}
        used: dict[tuple[str, ...], Column] = defaultdict(lambda: np.zeros(self.grid.size))
        for key in [key for key in self.x if key[0] == "units"]:
            _, u, p, t, j = key
            unit, post = self._unit(u), next(r for r in self.of("posts") if r["id"] == p)
            n = self.x[key]
            cny = n * duty[t, j] * unit.get("cost_cny_hour", 0)
            self._booked(unit["body"], post["area"], "patrol", unit.get("category", "labour"), t, cny)
            if unit.get("mechanism"):
                self.need_unlocking(n, [[unit["mechanism"]]], t)
            used["payroll", u, t] += unit.get("relief", 1) * n
            used["fleet", u, t, j] += n
            used["room", p, t, j] += n
            used["post", p] += n
        for (what, *names), n in used.items():
            if what == "payroll":
                self.within(n, self._unit(names[0]).get("count", 1))
            elif what == "fleet":
                self.within(n, self._unit(names[0]).get("vehicles", 10**6))
            else:
                post = next(r for r in self.of("posts") if r["id"] == names[0])
                if what == "room":
                    self.within(n, post.get("units") or 10**6)
                elif post.get("open", "yes") == "no":  # opened as soon as somebody stands there
                    cny = post.get("open_cost_cny", 0) * (n > 0)
                    self._booked(post.get("body", ""), post["area"], "patrol", "capital", self.periods[0], cny)
        self._commit(duty)
        self._respond()

    def _unit(self, name: str) -> Row:
        return next(u for u in self.of("units") if u["id"] == name)

    def _commit(self, duty: Mapping[tuple[str, str], float]) -> None:
        lent: dict[tuple[str, str, str], Column] = defaultdict(lambda: np.zeros(self.grid.size))
        for key in [key for key in self.x if key[0] == "commit"]:
            _, u, p, t, j, k = key
            self.within(self.x[key], self.x["units", u, p, t, j])
            link = self.link(k)
            if link.get("mechanism"):
                self.need_unlocking(self.x[key], [[link["mechanism"]]], t)
            lent[k, u, t] += self._unit(u).get("relief", 1) * self.x[key]
            self.prices.append((k, t, duty[t, j] * self.x[key]))
        for (k, u, _), n in lent.items():
            self.within(n, self.link(k).get("share", 1) * self._unit(u).get("count", 1))

    def coming(self, response: str, site: str, t: str, j: str) -> Column:
        """Units of a class that can act at the site."""
        n = np.zeros(self.grid.size)
        for u, p in self.near[response, site]:
            stand = self.x["units", u, p, t, j]
            via = self.answers[u, p, site]
            n += stand if via == [""] else np.minimum(stand, sum(self.x["commit", u, p, t, j, k] for k in via))
        return n

    def _respond(self) -> None:
        for c in self.of("classes"):
            busy = c.get("busy", 0)
            for h, share in self.shares("class", c["id"]).items():
                for s in self.site:
                    if (s, h) not in self.lead or share == 0:
                        continue
                    for t, j in self.times:
                        shift = j if len(self.shifts) > 1 else ""
                        left = 1 - share * (1 - busy ** self.coming(c["id"], s, t, j))
                        if share == 1 and busy == 0:
                            self.gone[s, h, t, shift] = left
                        else:
                            self.effort[s, h, t, shift] += -np.log(left)

    def _prevent(self) -> None:
        self.adopted: dict[tuple[str, str], Column] = {}
        for (m, s), options in self.starts.items():
            measure, choice = next(r for r in self.of("measures") if r["id"] == m), self.x["start", m, s]
            cost = measure.get("cost_cny", 0) + measure.get("cost_cny_person", 0) * self.site[s].get("people", 0)
            self.adopted[m, s] = (choice > 0).astype(float)
            for n, (t, via) in enumerate(options, start=1):
                locks = [[z] for z in (measure.get("mechanism"), self.link(via).get("mechanism")) if z]
                self.need_unlocking((choice == n).astype(float), locks, t)
                category, life = measure.get("category", "capital"), self._life(measure.get("life_years", 10), t)
                self._booked(
                    measure["body"], self.site[s]["area"], "prevention", category, t, cost * (choice == n), life
                )
                if via:
                    self.prices.append((via, t, (choice == n).astype(float)))
            for i, t in enumerate(self.periods):
                ready = [
                    n
                    for n, (start, _) in enumerate(options, start=1)
                    if self.periods.index(start) + measure.get("lead", 0) <= i
                ]
                for h in self.touched("measure", m, s):
                    for j in self.cell_shifts(h):
                        weight = -math.log(1 - self.shares("measure", m)[h])
                        self.effort[s, h, t, j] += weight * np.isin(choice, ready)

    def _people(self) -> None:
        for (pool, t), used in self.pool_hours.items():
            row = next(p for p in self.of("pools") if p["id"] == pool)
            self.within(used, row.get("headcount", 1) * row.get("hours", 1000) + 0 * self.hours[t])
        for (via, pool, _), used in self.lent.items():
            row = next(p for p in self.of("pools") if p["id"] == pool)
            self.within(used, self.link(via).get("share", 1) * row.get("headcount", 1) * row.get("hours", 1000))

    # What it comes to

    def before(self) -> dict[tuple[str, str, str, str], float]:
        """ℓ by cell."""
        out: dict[tuple[str, str, str, str], float] = defaultdict(float)
        value = self.settings.get("casualty_value_cny", 0)
        for r in self.of("risks"):
            loss = r.get("loss_cny", 0) + r.get("casualties", 0) * value
            for t in self.periods if not r.get("period") else [r["period"]]:
                spread = 1.0 if r.get("period") else self.hours[t] / self.horizon
                for j in self.cell_shifts(r["hazard"]):
                    share = 1.0 if not j else next(x for x in self.shifts if x["id"] == j)["loss_share"]
                    out[r["site"], r["hazard"], t, j] += loss * spread * share
        return out

    def _losses(self) -> dict[tuple[str, str, str, str], Column]:
        out = {}
        for cell, loss in self.before().items():
            left = self.gone.get(cell, np.ones(self.grid.size)) * np.exp(-self.effort[cell])
            out[cell] = loss * left
        return out

    def _budgets(self) -> None:
        rows = [dict(b) for b in self.of("budgets")]
        groups: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
        for b in rows:
            if b.get("body") in self.coalition:
                groups[tuple(b.get(f) for f in ("area", "programme", "category", "periods"))].append(b)
        for group in groups.values():
            if {b["body"] for b in group} == self.coalition:
                amount = sum(min(b["amount_cny"] for b in group if b["body"] == body) for body in self.coalition)
                self._line(group[0], amount, self.coalition, {b["id"] for b in group})
                rows = [b for b in rows if b["id"] not in {g["id"] for g in group}]
        for b in rows:
            self._line(b, b["amount_cny"], {b["body"]} if b.get("body") else set(), {b["id"]})

    def _line(self, b: Row, amount: float, bodies: set[str], ids: set[str]) -> None:
        periods = set(filter(None, (b.get("periods") or "").split(";")))
        used = np.zeros(self.grid.size)
        for body, area, programme, category, t, cny, _ in self.costs:
            if (
                (not bodies or body in bodies)
                and inside(area, b.get("area") or "")
                and b.get("programme") in (None, programme)
                and b.get("category") in (None, category)
                and (not periods or t in periods)
            ):
                used += cny
        for via, t, quantity in self.prices:
            link = self.link(via)
            if not periods or t in periods:
                sign = (link.get("payer_line") in ids) - (link.get("helper_line") in ids)
                used += sign * link.get("price_cny", 0) * quantity
        self.within(used, amount)

    def _standard(self, r: Row) -> None:
        sites = [s for s in self.site if r.get("site") in (None, s) and inside(self.site[s]["area"], r.get("area", ""))]
        groups = [[s] for s in sites] if r.get("per") == "site" or r["rule"] == "cover" else [sites]
        for group in groups:
            for value in self._values(r, group):
                for bound, sign in (("at_least", 1), ("at_most", -1)):
                    if r.get(bound) is None:
                        continue
                    short = np.maximum(0, sign * (r[bound] - value))
                    if r.get("price_cny") is None:
                        self.within(short, 0.0)
                    else:
                        self.missed += r["price_cny"] * short

    def _values(self, r: Row, sites: list[str]) -> list[Column]:
        periods = [[t] for t in self.periods] if r.get("period") == "each" else [self.periods]
        if r.get("period") not in (None, "each"):
            periods = [[r["period"]]]
        none = np.zeros(self.grid.size)
        if r["rule"] == "visits":
            kinds = (r.get("kinds") or ";".join(q["id"] for q in self.of("kinds"))).split(";")
            return [
                none + sum(n for (q, s, t), n in self.visits.items() if q in kinds and s in sites and t in ts)
                for ts in periods
            ]
        if r["rule"] == "loss":
            chosen = {c: x for c, x in self.loss.items() if c[0] in sites and r.get("hazard") in (None, c[1])}
            return [none + sum(x for c, x in chosen.items() if c[2] in ts) for ts in periods]
        if r["rule"] == "measures":
            chosen_measures = [n for (m, s), n in self.adopted.items() if s in sites and r.get("measure") in (None, m)]
            return [none + sum(chosen_measures)]
        times = [time for time in self.times if any(time[0] in ts for ts in periods)]
        if r["rule"] == "cover":
            return [self.coming(r["response"], s, t, j) for s in sites for t, j in times]
        people = sum(self.site[s]["people"] for s in sites)
        return [
            none + sum(self.site[s]["people"] * (self.coming(r["response"], s, t, j) >= 1) for s in sites) / people
            for t, j in times
        ]

    def objective(self, name: str) -> float:
        """The best there is; infinite where no plan keeps the standards."""
        loss = np.zeros(self.grid.size) + sum(self.loss.values())
        spending = np.zeros(self.grid.size) + sum(cny * share for *_, cny, share in self.costs)
        areas: dict[str, Column] = defaultdict(lambda: np.zeros(self.grid.size))
        for cell, left in self.loss.items():
            areas[self.site[cell[0]]["area"]] += left
        values = {
            "loss": loss,
            "spending": spending,
            "loss_and_spending": loss + spending,
            "worst_area": np.max(list(areas.values()), axis=0) if areas else np.zeros(self.grid.size),
        }
        return float(np.min(np.where(self.keeps, values[name] + self.missed, np.inf)))
