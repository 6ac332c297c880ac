"""Whether this machine's solver can be trusted: some hundreds of small problems whose answers are known.

The answers come from enumeration, from closed forms, from another linear programming code, and for whole cities from
the checker, so that a broken build, a wrong version or a strange machine shows before it costs anybody a plan.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

# Gives what it finds wrong, a text each.
Check = Callable[[], Iterator[str]]

# Of so many small problems, one more city is planned and checked.
PROBLEMS_A_CITY = 75
MOST_TOLD = 3


@dataclass(frozen=True)
class Trial:
    """What was tried, whether it went as it must, and how (or what went wrong)."""

    name: str
    ok: bool
    detail: str


def run(problems: int = 300) -> Iterator[Trial]:
    """Try the solver on about so many problems, the same on every machine, and tell trial by trial."""
    from allocopt.doctor import cities, judge, machine
    from allocopt.doctor.problems import FAMILIES, HURRIED, PITFALLS, draw

    yield _tried("versions", "as needed", machine.versions)
    yield _tried("programmes from outside", *machine.joined())
    yield _tried("numbers that are none are refused", "everywhere", machine.refuses_nan)
    yield _tried("options that are misspelt are refused", "by name and by type", machine.refuses_options)
    yield _tried("time limits follow a clock that nobody sets", "stopped in time", machine.stops_in_time)
    each = max(problems // len(FAMILIES), 1)
    for name in FAMILIES:
        drawn = draw(name, each)
        yield _tried(f"{name} against enumeration", _count(each, "problem"), partial(judge.optima, drawn))
        yield _tried(f"{name} without whole numbers", _count(each, "problem"), partial(judge.relaxations, drawn))
    few = [problem for name in FAMILIES for problem in draw(name, max(each // 4, 1))]
    several = _count(len(few), "problem")
    yield _tried("bounds at a wide gap", several, partial(judge.bounds, few))
    yield _tried("bounds proved without the solver", several, partial(judge.proofs, few))
    yield _tried("problems changed and solved again", several, partial(judge.changes, few))
    yield _tried(
        "problems begun from a solution", _count(len(few) + 1, "problem"), partial(judge.begun, [*few, HURRIED])
    )
    yield _tried("the same input, the same answer", several, partial(judge.repeats, few))
    yield _tried("feasible problems that are hard to see as such", _count(len(PITFALLS), "problem"), judge.pitfalls)
    towns = max(problems // PROBLEMS_A_CITY, 1)
    yield _tried("whole cities, solved and checked", _count(towns, "city"), partial(cities.plans, towns))


def _tried(name: str, all_well: str, check: Check) -> Trial:
    """The trial of one check; whatever it raises is a complaint too."""
    found: list[str] = []
    try:
        found.extend(check())
    except Exception as error:
        found.append(f"{type(error).__name__}: {error}")
    more = f" (and {len(found) - MOST_TOLD} more)" if len(found) > MOST_TOLD else ""
    return Trial(name, not found, "; ".join(found[:MOST_TOLD]) + more if found else all_well)


def _count(number: int, noun: str) -> str:
    plural = noun[:-1] + "ies" if noun.endswith("y") else noun + "s"
    return f"{number} {noun if number == 1 else plural}"
