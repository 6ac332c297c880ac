"""The tables as Markdown, in `results/benchmarks/README.md` and between two markers in the project's README."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from sidebyside.table import WHOLE, Row

BEGIN, END = "<!-- benchmarks: begin -->", "<!-- benchmarks: end -->"
STAGES = ("start", "load", "reduce", "build", "solve", "write", "check")
# What is promised of building: at most so many times the bare arrays, and this share of Pyomo's own interfaces.
MOST_OF_FLOOR, MOST_OF_PYOMO = 10.0, 0.25
FORMULATIONS, FLOOR, PYOMO = "formulations", "arrays", ("appsi_highs", "highs")

Steps = Mapping[str, Row]


def page(rows: Sequence[Row], conditions: Mapping[str, str]) -> str:
    """Everything that one run of the benchmarks says, as Markdown."""
    runs = _by_runner(rows)
    solved = {key: steps for key, steps in runs.items() if "formulate" not in steps}
    built = {key: steps for key, steps in runs.items() if "formulate" in steps}
    parts = [_conditions(conditions)]
    if solved:
        parts += [_table(_SOLVED, (_solved(steps) for steps in solved.values())), *_words(solved)]
    for case in dict.fromkeys(case for case, _ in built):
        parts.append(_built(case, {runner: steps for (of, runner), steps in built.items() if of == case}))
    return "\n\n".join(parts)


def between_markers(text: str, content: str) -> str:
    """The text with the content between its markers. Raises ValueError where it has not both."""
    before, _, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"no lines {BEGIN} and {END}")
    return f"{before}{BEGIN}\n{content}\n{end}{after}"


def _by_runner(rows: Iterable[Row]) -> dict[tuple[str, str], dict[str, Row]]:
    found: dict[tuple[str, str], dict[str, Row]] = {}
    for row in rows:
        found.setdefault((row.case, row.runner), {})[row.step] = row
    return found


def _conditions(known: Mapping[str, str]) -> str:
    versions = [f"{name} {known[name]}" for name in known if name not in _ABOUT]
    return (
        f"Measured on {known['date']}: {known['processor']} with {known['processors']} processors, {known['system']}, "
        f"threads each: {known['threads']}; medians of {known['runs']} runs. Python {known['python']}, "
        f"{', '.join(versions)}."
    )


_ABOUT = ("date", "processor", "processors", "system", "runs", "python", "time_limit_s", "threads")
_SOLVED = ("case", "who", *STAGES, "whole s", "ratio", "MB", "ratio", "objective", "")


def _solved(steps: Steps) -> list[str]:
    whole = steps[WHOLE]
    if not whole.runs:
        return [whole.case, whole.runner, *[""] * (len(_SOLVED) - 3), whole.word]
    stages = [_seconds(steps[stage].seconds) for stage in STAGES]
    memory = [f"{whole.peak_mb:.0f}", _ratio(whole.memory_ratio)]
    objective = "" if whole.objective is None else f"{whole.objective:,.9g}"
    return [
        whole.case,
        whole.runner,
        *stages,
        _seconds(whole.seconds),
        _ratio(whole.time_ratio),
        *memory,
        objective,
        "*" if whole.word else "",
    ]


def _words(runs: Mapping[tuple[str, str], Steps]) -> list[str]:
    """What is to be known about single answers."""
    told = [
        f"* {case}, {runner}: {steps[WHOLE].word}"
        for (case, runner), steps in runs.items()
        if steps[WHOLE].word and steps[WHOLE].runs
    ]
    return ["\n".join(told)] if told else []


def _built(case: str, ways: Mapping[str, Steps]) -> str:
    """What building and loading one model costs, and whether what is promised holds."""
    heading = ("building", "way", "formulate s", "load s", "both s", "ratio", "MB")
    lines = [
        [
            case,
            way,
            *(_milli(steps[step].seconds) for step in ("formulate", "pass")),
            _milli(_both(steps)),
            _ratio(_both(steps) / _both(ways[FLOOR])),
            f"{steps[WHOLE].peak_mb:.0f}",
        ]
        for way, steps in ways.items()
        if steps[WHOLE].runs
    ]
    return _table(heading, lines) + "\n\n" + promises(ways)


def promises(ways: Mapping[str, Steps]) -> str:
    """Both targets in one sentence: against bare arrays, and against Pyomo's interfaces on the same Pyomo model."""
    own = ways[FORMULATIONS]
    of_floor = _both(own) / _both(ways[FLOOR])
    shares = {name: own["pass"].seconds / ways[name]["pass"].seconds for name in PYOMO if name in ways}
    against = ", ".join(f"{share:.2f} of that by {name}" for name, share in shares.items())
    kept = of_floor <= MOST_OF_FLOOR and all(share <= MOST_OF_PYOMO for share in shares.values())
    return (
        f"Data to solver takes {of_floor:.1f} times the bare arrays (at most {MOST_OF_FLOOR:g} wanted); Pyomo model to "
        f"solver takes {against} (at most {MOST_OF_PYOMO:g} wanted): {'kept' if kept else 'not kept'}."
    )


def _both(steps: Steps) -> float:
    return steps["formulate"].seconds + steps["pass"].seconds


def _table(heading: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    rule = ["---" if i < 2 else "--:" for i in range(len(heading))]
    return "\n".join(f"| {' | '.join(line)} |" for line in (heading, rule, *lines))


def _seconds(seconds: float) -> str:
    return f"{seconds:.2f}" if seconds < 100 else f"{seconds:.0f}"


def _milli(seconds: float) -> str:
    return f"{seconds:.4f}" if seconds < 0.1 else f"{seconds:.3f}"


def _ratio(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.2f}" if value < 10 else f"{value:.0f}"


def put_into(readme: Path, content: str) -> None:
    """Write the content between the markers of a page."""
    readme.write_text(between_markers(readme.read_text(encoding="utf-8"), content), encoding="utf-8")
