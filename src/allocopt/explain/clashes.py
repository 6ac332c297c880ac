"""What cannot hold together in a city: a smallest set of hard standards and budget lines, and the cheapest repairs."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from allocopt.arrange.whole import arrange
from allocopt.city import City
from allocopt.progress import Watcher, in_one_part
from allocopt.schema.standards import StandardRow
from allocopt.solving.conflicts import Holding, find_conflict, members_of
from allocopt.solving.options import Options, objective_of, plain, require_sound
from allocopt.solving.search import Search
from allocopt.summary.naming import naming
from allocopt_models.city import city_model

FEASIBLE, INFEASIBLE, UNKNOWN = "feasible", "infeasible", "unknown"


def conflict(
    city: City,
    *,
    regime: str = "linked",
    coalition: tuple[str, ...] | None = None,
    time_limit: float | None = None,
    threads: int | None = None,
    progress: Watcher | None = None,
    interrupted: Callable[[], bool] = lambda: False,
) -> dict[str, Any]:
    """Whether the hard standards and the money can hold together (`status` feasible, infeasible, or unknown when time
    ran out), and where they cannot: the smallest set found, where its rows stand, and at most three repairs, the
    cheapest first, each proved to let all hold. `progress` is told what is worked at; `interrupted` is asked whether to
    stop.

    Raises InputError for a regime or body that there is none of.
    """
    started = time.monotonic()
    options = Options(regime, coalition, plain(objective_of(city)), 0.0, None, time_limit, threads)
    require_sound(options, city)
    answer = {"instance": city.settings.name, "regime": regime, "coalition": coalition and list(coalition)}
    if nothing_is_asked(city):
        return answer | _told(FEASIBLE, started)
    say = in_one_part(progress)
    say("building the model")
    arranged = arrange(city, options.acting(city), options.objective)
    search = Search(city_model(arranged.data), threads=threads, interrupted=interrupted)
    deadline = None if time_limit is None else started + time_limit
    say("asking whether all can hold")
    can = Holding(search, members := members_of(search), deadline).can_hold(members)
    if can is not False:
        return answer | _told(UNKNOWN if can is None else FEASIBLE, started)
    say("looking for the smallest set that cannot, and for repairs")
    found = find_conflict(city, search, deadline)
    return answer | _told(INFEASIBLE, started) | found | {"names": naming(city)["names"]}


def nothing_is_asked(city: City) -> bool:
    """Whether doing nothing at all keeps every standard, as there is no hard one."""
    asked = [city.settings.beats, city.settings.worst_area.at_most]
    return asked == [None, None] and not any(row.price_cny is None for row in city.of(StandardRow))


def _told(status: str, started: float) -> dict[str, Any]:
    return {"status": status, "seconds": round(time.monotonic() - started, 3)}
