"""The score of a plan made by hand, as a planner reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from allocopt.plan import Plan
from allocopt.plan.changes import Change
from allocopt.summary.certificate import certificate, figure, no_plan, objective_words
from allocopt.summary.changes import in_words
from allocopt.summary.layout import Grid, Section, first
from allocopt.summary.naming import Names
from allocopt.summary.words import counted, money, percent, share_of

_MOST_BROKEN, _MOST_LINES = 12, 12
# Money below this is rounding.
CENT = 0.01


class SameMoney(Protocol):
    """The best plan with the same money."""

    @property
    def lines(self) -> Mapping[str, float]: ...
    @property
    def objective(self) -> float | None: ...
    @property
    def bound(self) -> float | None: ...
    @property
    def spending(self) -> float | None: ...


class Move(Protocol):
    """The best plan of so many changes."""

    @property
    def changes(self) -> int: ...
    @property
    def objective(self) -> float: ...
    @property
    def gain(self) -> float | None: ...
    @property
    def done(self) -> tuple[Change, ...]: ...


class Stray(Protocol):
    """A row that is no action of the regime."""

    @property
    def table(self) -> str: ...
    @property
    def cells(self) -> Mapping[str, Any]: ...
    @property
    def why(self) -> str: ...


class Score(Protocol):
    """What was found of a plan made by hand."""

    @property
    def plan(self) -> Plan: ...
    @property
    def completed(self) -> tuple[str, ...]: ...
    @property
    def strays(self) -> Sequence[Stray]: ...
    @property
    def keeps(self) -> bool: ...
    @property
    def impossible(self) -> bool: ...
    @property
    def conflict(self) -> Mapping[str, Any] | None: ...
    @property
    def same_money(self) -> SameMoney: ...
    @property
    def moves(self) -> Sequence[Move]: ...


def sections(
    score: Score, rows: Mapping[str, int], violations: Sequence[str], tables: str, out: str | None
) -> list[Section]:
    """The summary, section by section; `rows` are those of each table given, `violations` what the checker says."""
    plan, names = score.plan, Names(score.plan.manifest)
    title = f"{plan.manifest.get('title') or plan.name}: the plan in {tables}"
    written = [] if out is None else [f"The completed plan is in {out}."]
    return [
        Section(title, [*_given(score, rows), *_worth(score), *_spent(plan), *written]),
        Section("The rules", _rules(score, violations)),
        Section("What the same money could do", _same_money(score, names)),
        Section("The moves that bring most", _moves(score, names)),
    ]


def _given(score: Score, rows: Mapping[str, int]) -> list[str]:
    told = ", ".join(f"{name} ({counted(number, 'row')})" for name, number in rows.items())
    lines = [f"Given: {told}."]
    if score.completed and score.keeps:
        lines.append(f"Completed as well as it can be: {', '.join(score.completed)}.")
    elif score.completed:
        why = (
            "Nothing completes it within the rules"
            if score.impossible
            else "Nothing was found that completes it in time"
        )
        lines.append(f"{why}; left empty: {', '.join(score.completed)}.")
    return lines


def _worth(score: Score) -> list[str]:
    """What the plan comes to, with the bound that holds for plans with the same tables."""
    plan = score.plan
    if score.keeps or plan.objective is None:
        return certificate(plan, None)[:1]
    return [f"Could it be done as it stands, it would have {figure(plan, plan.objective)} ({objective_words(plan)})."]


def _spent(plan: Plan) -> list[str]:
    return [] if plan.spending is None else [f"It spends {money(plan.spending)} CNY."]


def _rules(score: Score, violations: Sequence[str]) -> list[Grid | str]:
    """What the plan breaks, and the rows that are no action of the regime."""
    lines = [*(_stray(stray) for stray in score.strays), *violations]
    if not lines:
        return ["It keeps every rule, recomputed from its tables without the solver."]
    told = [f"It breaks {counted(len(lines), 'rule')}.", *lines[:_MOST_BROKEN]]
    more = [f"… and {len(lines) - _MOST_BROKEN:,} more"] if len(lines) > _MOST_BROKEN else []
    return [*_conflict(score), *told, *more]


def _conflict(score: Score) -> list[str]:
    """Which standards and lines keep it from being completed."""
    if score.conflict is None:
        return []
    if not score.conflict["standards"]:
        return ["What is given cannot be done by itself, whatever standards and budget lines say."]
    told = Plan({**score.plan.manifest, "status": "infeasible", "conflict": score.conflict}, {})
    return ["With what is given, not all standards and budget lines can be kept.", *no_plan(told)[1:]]


def _stray(stray: Stray) -> str:
    cells = ", ".join(str(cell) for cell in stray.cells.values() if isinstance(cell, str) and cell)
    return f"{stray.table}.csv: {cells}: {stray.why}; left out"


def _same_money(score: Score, names: Names) -> list[Grid | str]:
    plan, same = score.plan, score.same_money
    if same.objective is None or same.bound is None:
        return ["No plan that keeps the rules was found with what this one uses of each budget line."]
    limit = "uses no more of any budget line" if same.lines else "has the same people and means; no line limits money"
    best = f"The best plan that {limit} has {figure(plan, same.objective)}; none can have less than "
    parts: list[Grid | str] = [f"{best}{figure(plan, same.bound)}."]
    if score.keeps and plan.objective is not None:
        parts.append(_better(plan, plan.objective, same.objective))
    lines = [[names.of("budgets", line), money(used)] for line, used in sorted(same.lines.items())]
    shown, more = first(lines, _MOST_LINES, "lines")
    return [*parts, *([Grid("", ("Budget line", "CNY"), shown, 1, more)] if lines else [])]


def _better(plan: Plan, objective: float, best: float) -> str:
    gain = objective - best
    if gain <= CENT:
        return "This plan is as good."
    share = share_of(objective - best, abs(objective))
    return f"That is {figure(plan, gain)} less than this plan has" + (f", {share} of it." if share else ".")


def _moves(score: Score, names: Names) -> list[Grid | str]:
    if not score.moves:
        return ["None was found that betters it."] if score.same_money.objective is not None else []
    gain = _gain(score)
    rows = [[_what(move, names), *_cells(score.plan, move, gain)] for move in score.moves]
    note = "Each row is a plan of its own that keeps every rule, the best of no more than so many changes; who does "
    headings = ("What to do otherwise", "Changes", "Gain" if score.keeps else "Then", *(["Of all"] if gain else []))
    return [Grid("", headings, rows, 1, f"{note}what, hours and amounts of goods are chosen anew at no change.")]


def _gain(score: Score) -> float:
    """All that could be gained; nothing where the plan breaks rules, or no better one is known."""
    if not score.keeps or score.plan.objective is None or score.same_money.objective is None:
        return 0.0
    return max(score.plan.objective - score.same_money.objective, 0.0)


def _cells(plan: Plan, move: Move, gain: float) -> list[str]:
    told = [str(move.changes), figure(plan, move.objective if move.gain is None else move.gain)]
    return [*told, *([percent((move.gain or 0.0) / gain)] if gain else [])]


def _what(move: Move, names: Names) -> str:
    return "; ".join(in_words(move.done, names)) or "only who does what, hours, and amounts of goods"
