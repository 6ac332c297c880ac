"""The summary of a plan, as a planner reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocopt.plan import Plan
from allocopt.summary import account
from allocopt.summary.actions import action_grids
from allocopt.summary.by_hand import by_hand_parts
from allocopt.summary.certificate import certificate, no_plan, objective_words, own_parts
from allocopt.summary.crossing import crossing_parts
from allocopt.summary.layout import Section, to_text
from allocopt.summary.naming import Names
from allocopt.summary.provenance import provenance
from allocopt.summary.sums import points_reached
from allocopt.summary.words import amount, counted, money, share_of

if TYPE_CHECKING:
    from allocopt.checker.verdict import Verdict


def render(plan: Plan, width: int = 100, *, colour: bool = False, verdict: Verdict | None = None) -> str:
    """The summary as text of at most `width` columns. `verdict` is what the checker said, if it was asked."""
    return to_text(sections(plan, verdict), width, colour=colour)


def sections(plan: Plan, verdict: Verdict | None = None) -> list[Section]:
    """The summary, section by section; those without parts have nothing to say."""
    title = str(plan.manifest.get("title") or plan.name)
    if not plan.tables:
        return [Section(title, no_plan(plan))]
    names = Names(plan.manifest)
    return [
        Section(title, _head(plan)),
        Section("Who goes where, with what", action_grids(plan, names)),
        Section("What bodies do for each other", crossing_parts(plan, names)),
        Section("What it costs", account.cost_grids(plan, names)),
        Section("What it achieves", [*account.loss_grids(plan, names), *account.after_the_horizon(plan)]),
        Section("Standards", account.standard_parts(plan, names)),
        Section("What the next money would buy", account.next_money_parts(plan, names)),
        Section("What rests on assumed figures", provenance(plan, names)),
        Section("How good it is", [*certificate(plan, verdict), *_folder(plan)]),
    ]


def _head(plan: Plan) -> list[str]:
    """The plan in a few sentences."""
    options = plan.manifest.get("options", {})
    regime = {"silo": "each body on its own", "linked": "the links of the instance", "joint": "all bodies as one"}
    words = [regime.get(options.get("regime"), str(options.get("regime") or ""))]
    words += [f"scenario {options['scenario']}"] if options.get("scenario") else []
    words += [f"changed: {', '.join(options['set'])}"] if options.get("set") else []
    lines = [f"Plan with the least {objective_words(plan)}; {'; '.join(filter(None, words))}."]
    before, after = plan.loss_if_nobody_acts, plan.loss
    if before is not None and after is not None:
        share = share_of(before - after, before)
        averted = f": {money(before - after)} CNY ({share}) are averted" if share else ""
        lines.append(f"Loss if nobody acts {money(before)} CNY, with this plan {money(after)} CNY{averted}.")
    return lines + own_parts(plan) + _points(plan) + _people_spared(plan) + _spending(plan) + by_hand_parts(plan)


def _points(plan: Plan) -> list[str]:
    """How many points there are, into how many groups they were merged, and how many of them are reached."""
    merged = plan.manifest.get("points")
    if not merged:
        return []
    lines = [
        f"{counted(merged['points'], 'point')} merged into {counted(merged['groups'], 'group')} with the same covering "
        "posts, before the model was built."
    ]
    for found in points_reached(plan):
        share = share_of(found["reached"], found["weight"]) or "nothing"
        when = "" if found["duties"] == 1 else ", on average over its periods and shifts"
        points = counted(found["points"], "point")
        lines.append(f"{found['response']} reaches {points}, {share} of the weight{when}.")
    return lines


def _people_spared(plan: Plan) -> list[str]:
    before = plan.manifest.get("casualties_if_nobody_acts")
    after = plan.manifest.get("casualties")
    if not before or after is None:
        return []
    return [f"Expected casualties if nobody acts {amount(before)}, with this plan {amount(after)}."]


def _spending(plan: Plan) -> list[str]:
    return [] if plan.spending is None else [f"Spending {money(plan.spending)} CNY."]


def _folder(plan: Plan) -> list[str]:
    return [] if plan.folder is None else [f"The plan is in {plan.folder}."]
