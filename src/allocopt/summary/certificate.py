"""How good a plan surely is, and why there is none, in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocopt.plan import Plan
from allocopt.summary.conflict import conflict_lines
from allocopt.summary.naming import Names
from allocopt.summary.words import amount, counted, money, percent

if TYPE_CHECKING:
    from allocopt.checker.verdict import Verdict

_OBJECTIVES = {
    "loss": "expected loss",
    "loss_and_spending": "expected loss plus spending",
    "spending": "spending",
    "worst_area": "loss of the worst-off area",
    "cvar": "mean loss in the worst cases (CVaR)",
    "response_time": "mean minutes to the answering post",
}
# The gap at which a plan counts as reaching what was asked for, and a price that is told as more than nothing.
_NONE_TO_SPEAK_OF, _LEAST_PRICE_CNY = 1e-6, 0.005
_IN_MONEY = {"loss", "loss_and_spending", "spending", "cvar"}


def objective_words(plan: Plan) -> str:
    """What the plan minimises."""
    if own := (plan.manifest.get("own_model") or {}).get("objective"):
        return str(own)
    objective = plan.manifest.get("options", {}).get("objective") or "loss"
    if isinstance(objective, dict):
        return " + ".join(f"{amount(weight)} × {_OBJECTIVES.get(name, name)}" for name, weight in objective.items())
    return _OBJECTIVES.get(str(objective), str(objective))


def certificate(plan: Plan, verdict: Verdict | None) -> list[str]:
    """Objective, bound and gaps; what the bound rests on; what the checker said."""
    return [
        *_bound(plan),
        *_gap_avoided(plan),
        *_rests_on(plan),
        *_merged(plan),
        *_sees_ahead(plan),
        *_checked(verdict),
    ]


def _bound(plan: Plan) -> list[str]:
    if plan.objective is None:
        return []
    found = f"This plan has {figure(plan, plan.objective)} ({objective_words(plan)}{_missed(plan)})"
    if plan.bound is None:
        return [f"{found}; how far below another plan could be is not known."]
    if plan.gap is not None and plan.gap <= _NONE_TO_SPEAK_OF:
        return [f"{found}. {_none(plan)} can have less."]
    gap = "" if plan.gap is None else f", {percent(max(plan.gap, 0.0))} below"
    reached = {"optimal": "", "feasible": " The search stopped before the gap that was asked for was reached."}
    return [
        f"{found}. {_none(plan)} can have less than {figure(plan, plan.bound)}{gap}." + reached.get(plan.status, "")
    ]


def _none(plan: Plan) -> str:
    """Of which plans the bound holds: of all, of those with the tables that were given, of those near another."""
    if given := plan.manifest.get("given"):
        return f"No plan with the same {', '.join(map(str, given))}"
    within = plan.manifest.get("within_changes")
    if plan.manifest.get("own_model"):
        return "No plan of this model"
    return "No plan at all" if within is None else f"No plan within {counted(int(within), 'change')} of the present one"


def _missed(plan: Plan) -> str:
    """What the price of standards that are missed adds to the objective; blank when it adds nothing."""
    price = float(plan.table("standards")["price_cny"].sum())
    return f", with {money(price)} CNY for standards that are missed" if price >= _LEAST_PRICE_CNY else ""


def _gap_avoided(plan: Plan) -> list[str]:
    if plan.gap_avoided is None or plan.gap_avoided <= _NONE_TO_SPEAK_OF:
        return []
    return [f"Of all the loss that can be averted, at most {percent(max(plan.gap_avoided, 0.0))} is not."]


def _rests_on(plan: Plan) -> list[str]:
    ground = plan.manifest.get("bound_rests_on")
    return [f"The bound rests on {ground}."] if ground else []


def _merged(plan: Plan) -> list[str]:
    merged = plan.manifest.get("merged_sites")
    if not merged:
        return []
    return [f"{merged['sites']:,} sites were merged into {merged['into']:,} with the same covering posts."]


def _sees_ahead(plan: Plan) -> list[str]:
    scenarios = plan.manifest.get("sees_ahead") or []
    if not scenarios:
        return []
    names = Names(plan.manifest)
    told = ", ".join(names.of("scenarios", scenario) for scenario in scenarios)
    return [f"Supplies are planned as if it were known from the first period on that this comes: {told}."]


def _checked(verdict: Verdict | None) -> list[str]:
    if verdict is None:
        return ["`allocopt check` recomputes every figure from the tables, without the solver."]
    if verdict.ok:
        return ["Checked: every rule and figure was recomputed from the tables without the solver, and holds."]
    return [f"CHECKED AND FOUND WRONG: {counted(len(verdict.violations), 'violation')}. Do not rely on this plan."]


def no_plan(plan: Plan) -> list[str]:
    """Why there is no plan."""
    if plan.status == "no_plan":
        more = "Give it more time (--time-limit), or a wider gap (--gap)."
        return ["No plan was found in the time there was. " + more, *own_parts(plan)]
    conflict = plan.manifest.get("conflict")
    told = conflict_lines(conflict, Names(plan.manifest)) if conflict else []
    return ["No plan keeps all standards and budgets.", *told, *own_parts(plan)]


def own_parts(plan: Plan) -> list[str]:
    """What the plan's model had from its caller."""
    own = plan.manifest.get("own_model") or {}
    words = {"rows": "rows", "variables": "variables", "limits": "limits of built-in variables"}
    lists = [f"{word} {', '.join(own[kind])}" for kind, word in words.items() if own.get(kind)]
    lists += [f"the objective {own['objective']}"] if own.get("objective") else []
    return [f"Solved with the caller's own {'; '.join(lists)}. The checker knows nothing of these."] if lists else []


def figure(plan: Plan, value: float) -> str:
    """A value in the units of the objective."""
    objective = plan.manifest.get("options", {}).get("objective") or "loss"
    own = (plan.manifest.get("own_model") or {}).get("objective")
    return f"{money(value)} CNY" if is_money(objective) and not own else amount(value)


def is_money(aim: object) -> bool:
    """Whether an objective, as options name it, is counted in yuan."""
    return isinstance(aim, str) and aim in _IN_MONEY
