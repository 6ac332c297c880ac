"""The solver's build and manners: its version, what it refuses, and when it stops."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version

import numpy as np

from allocopt.doctor.problems import SEED, programme
from allocopt.programmes import installed
from allocopt.solver import Arrays, LiveModel, SolverError, compile_model

NEEDED = {"highspy": (1, 15, 1), "pyomo": (6, 10, 1)}
# From these releases on, answers are known to be wrong.
TOO_NEW = {"highspy": (1, 16)}
ALLOWED_SECONDS, LATE_SECONDS = 0.3, 10.0


def versions() -> Iterator[str]:
    """The libraries are of the releases that were tried; others are known for wrong answers."""
    for name, needed in NEEDED.items():
        release = tuple(int(number) for number in re.findall(r"\d+", version(name))[: len(needed)])
        if release < needed:
            yield f"{name} {version(name)} is older than {_dotted(needed)}"
        if release >= TOO_NEW.get(name, (math.inf,)):
            yield f"{name} {version(name)} is not older than {_dotted(TOO_NEW[name])}"


def _dotted(release: tuple[int, ...]) -> str:
    return ".".join(map(str, release))


def joined() -> tuple[str, Callable[[], Iterator[str]]]:
    """Which programmes from outside can be used, and a check that tells of the others."""
    found = installed()
    names = ", ".join(f"{own.name} ({own.package} {own.version})" for own in found.programmes)
    return names or "none installed", lambda: (str(fault) for fault in found.faults)


def refuses_nan() -> Iterator[str]:
    """What is not a number must be refused wherever it may come in."""
    nan = float("nan")
    live = LiveModel(_plain(), threads=1)
    ways: dict[str, Callable[[], object]] = {
        "in a bound": lambda: live.set_bounds(0, 0.0, nan),
        "in all bounds": lambda: live.set_all_bounds(np.full(2, nan), np.ones(2)),
        "in a cost": lambda: live.set_costs(np.array([1.0, nan]), 0.0),
        "in a row's limit": lambda: live.set_row(0, nan, 1.0),
        "in a new row": lambda: live.add_rows([(0.0, [0, 1], [1.0, nan])]),
        "in a model": _compiled_nan,
    }
    yield from (f"accepted {where}" for where, way in ways.items() if not _refused(way))
    if abs(live.solve().objective - 1.0) > 1e-9:
        yield "a change that was refused left something behind"


def refuses_options() -> Iterator[str]:
    """HiGHS tells of a wrong option by a status only; the status must be there."""
    import highspy

    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    for name, value in (("treads", 1), ("threads", 1.5), ("presolve", 3)):
        if highs.setOptionValue(name, value) != highspy.HighsStatus.kError:
            yield f"took {name} = {value!r} without a word"


def stops_in_time() -> Iterator[str]:
    """A problem that takes far too long must end at its limit, and keep a true bound."""
    if time.get_clock_info("monotonic").adjustable:
        yield "the monotonic clock of this machine can be set"
    start = time.monotonic()
    found = LiveModel(_market_split(), threads=1).solve(deadline=start + ALLOWED_SECONDS)
    took = time.monotonic() - start
    if took > LATE_SECONDS:
        yield f"took {took:.1f} s where {ALLOWED_SECONDS:g} s were allowed"
    if found.bound > found.objective + 1e-6:
        yield f"stopped with the bound {found.bound:g} above the objective {found.objective:g}"


def _plain() -> Arrays:
    """min x + y with x + y ≥ 1, both 0 or 1."""
    return programme([1, 1], [[1, 1]], (1, np.inf), (0, 1))


def _refused(way: Callable[[], object]) -> bool:
    try:
        way()
    except (SolverError, ValueError):
        return True
    return False


def _compiled_nan() -> None:
    from pyomo.core import ConcreteModel, Constraint, Objective, Var

    model = ConcreteModel()
    model.x = Var(bounds=(0, 1))
    model.row = Constraint(expr=float("nan") * model.x <= 1.0)
    model.aim = Objective(expr=model.x)
    compile_model(model)


def _market_split() -> Arrays:
    """Parting customers so that every product's demand is halved exactly: few and small, and very hard to prove.

    Cornuéjols and Dawande (1998); the slack of each product is paid for.
    """
    rng = np.random.default_rng(SEED)
    m, n = 5, 40
    demand = rng.integers(0, 100, (m, n))
    matrix = np.hstack([demand, np.eye(m), -np.eye(m)])
    half = demand.sum(axis=1) // 2
    upper = [1.0] * n + [float(demand.sum())] * (2 * m)
    return programme([0] * n + [1] * (2 * m), matrix, (half, half), (0, upper), [True] * n + [False] * (2 * m))
