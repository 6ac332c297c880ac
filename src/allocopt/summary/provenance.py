"""What rests on figures that nobody measured: their share of loss and spending, and how far they move the plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allocopt.plan import Plan
from allocopt.summary.certificate import figure
from allocopt.summary.naming import Names
from allocopt.summary.words import counted, money, percent

_MOST_LINES = 3
# A figure that changes by less, relative, stays.
_STAYS = 1e-9


def provenance(plan: Plan, names: Names) -> list[str]:
    """Shares, then a line a group of figures; nothing where no figure is assumed."""
    groups: Mapping[str, Mapping[str, Any]] = plan.manifest.get("sensitivity") or {}
    lines = _shares(plan)
    for name, group in groups.items():
        if group["assumed_rows"]:
            lines.append(_group(plan, names, name, group))
    idle = [name for name, group in groups.items() if not group["assumed_rows"]]
    return [*lines, f"Among {_listed(idle)} no figure is assumed."] if lines and idle else lines


def _shares(plan: Plan) -> list[str]:
    loss, cost = plan.manifest.get("assumed_share"), plan.manifest.get("assumed_cost_share")
    words = [f"{percent(loss)} of the loss if nobody acts"] if loss else []
    words += [f"{percent(cost)} of the spending"] if cost else []
    verb = "stand" if len(words) == 2 else "stands"
    return [f"{' and '.join(words)} {verb} in rows whose figures are assumed, not measured."] if words else []


def _group(plan: Plan, names: Names, name: str, group: Mapping[str, Any]) -> str:
    rows = counted(int(group["assumed_rows"]), "row")
    told = [_objective(plan, group)]
    if "spending_at_1.2" in group:
        told.append(f"spending {money(group['spending_at_0.8'])} to {money(group['spending_at_1.2'])} CNY")
    line = f"{name.capitalize()} assumed ({rows}) 20 % lower to 20 % higher: {', '.join(told)}."
    overrun = sorted((group.get("overrun_at_1.2") or {}).items(), key=lambda item: (-item[1], item[0]))
    return f"{line} {_overrun(names, overrun)}" if overrun else line


def _objective(plan: Plan, group: Mapping[str, Any]) -> str:
    low, high, now = group["at_0.8"], group["at_1.2"], plan.objective or 0.0
    if low is None or high is None:
        return "the objective cannot be told"
    if max(abs(low - now), abs(high - now)) <= _STAYS * max(1.0, abs(now)):
        return "the objective stays"
    low_word, high_word = figure(plan, low), figure(plan, high)
    return f"objective {low_word.removesuffix(' CNY')} to {high_word}"


def _overrun(names: Names, overrun: list[tuple[str, float]]) -> str:
    told = [f"{names.of('budgets', line)} by {money(over)} CNY" for line, over in overrun[:_MOST_LINES]]
    more = len(overrun) - _MOST_LINES
    told += [counted(more, "other line")] if more > 0 else []
    return f"Dearer by 20 %, the plan overruns these lines: {_listed(told)}."


def _listed(words: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))
