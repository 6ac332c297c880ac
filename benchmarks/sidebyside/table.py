"""Medians of runs and their ratios, as rows of one table; written and read back as CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from statistics import median

from sidebyside.answers import disagreements
from sidebyside.cases.case import Case
from sidebyside.measure import Run

WHOLE, WORK = "whole", "work"


@dataclass(frozen=True)
class Row:
    """One step of one case for one runner, the median of its runs; `whole` is everything, `work` all but the start.

    `time_ratio` and `memory_ratio` are to the case's base: 2 is twice as much. `peak_mb` is that of the process up to
    the end of the step. `word` says what is to be known about the answer; blank where it agrees with all others.
    """

    case: str
    runner: str
    step: str
    runs: int
    seconds: float
    least_seconds: float
    most_seconds: float
    time_ratio: float | None
    peak_mb: float
    memory_ratio: float | None
    objective: float | None
    bound: float | None
    word: str


def rows_of(case: Case, runs: Sequence[Run], gap: float, words: Mapping[str, str]) -> list[Row]:
    """The rows of a case. `words` say of those who did not run why not."""
    by_runner = {name: [run for run in runs if run.rival == name] for name in case.runners}
    answers = {name: found[0].answer for name, found in by_runner.items() if found and found[0].answer is not None}
    said = dict(words)
    said |= {name: "stopped by the time limit" for name, answer in answers.items() if answer and not answer.done}
    said |= disagreements({name: answer for name, answer in answers.items() if answer}, gap)
    rows: list[Row] = []
    base = _measures(case, by_runner[case.base])
    for name, found in by_runner.items():
        for step, (seconds, peaks) in _measures(case, found).items():
            rows.append(_row(case, name, step, (seconds, peaks), base.get(step), found[0], said.get(name, "")))
        if not found:
            rows.append(Row(case.name, name, WHOLE, 0, 0.0, 0.0, 0.0, None, 0.0, None, None, None, said.get(name, "")))
    return rows


Measures = tuple[list[float], list[float]]


def _measures(case: Case, runs: Sequence[Run]) -> dict[str, Measures]:
    """Seconds and peaks of all runs, by step."""
    if not runs:
        return {}
    steps = {step: ([run.seconds[step] for run in runs], _peaks(runs, step)) for step in ("start", *case.steps)}
    work = [run.whole - run.seconds["start"] for run in runs]
    most = [run.peak for run in runs]
    return steps | {WORK: (work, most), WHOLE: ([run.whole for run in runs], most)}


def _peaks(runs: Sequence[Run], step: str) -> list[float]:
    return [run.peak_mb.get(step, 0.0) for run in runs]


def _row(case: Case, name: str, step: str, own: Measures, base: Measures | None, run: Run, word: str) -> Row:
    (seconds, peaks), answer = own, run.answer
    return Row(
        case=case.name,
        runner=name,
        step=step,
        runs=len(seconds),
        seconds=median(seconds),
        least_seconds=min(seconds),
        most_seconds=max(seconds),
        time_ratio=ratio(seconds, base[0]) if base else None,
        peak_mb=median(peaks),
        memory_ratio=ratio(peaks, base[1]) if base else None,
        objective=None if answer is None else answer.objective,
        bound=None if answer is None else answer.bound,
        word=word,
    )


def ratio(own: Sequence[float], base: Sequence[float]) -> float | None:
    """Median by median; None where the base took nothing."""
    against = median(base)
    return median(own) / against if against > 0 else None


def write_csv(file: Path, rows: Iterable[Row]) -> None:
    """Numbers in so many digits as mean something."""
    names = [field.name for field in fields(Row)]
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: _text(value) for name, value in asdict(row).items()} for row in rows)


def _text(value: object) -> object:
    return f"{value:.9g}" if isinstance(value, float) else value


def read_csv(file: Path) -> list[Row]:
    with file.open(encoding="utf-8", newline="") as source:
        return [_read(cells) for cells in csv.DictReader(source)]


def _read(cells: Mapping[str, str]) -> Row:
    texts = {"case", "runner", "step", "word"}
    numbers = {
        name: None if text == "" else float(text) for name, text in cells.items() if name not in texts | {"runs"}
    }
    return Row(**{name: cells[name] for name in texts}, runs=int(cells["runs"]), **numbers)  # type: ignore[arg-type]
