"""A plan in memory and as a folder: `plan.json` and one CSV table for each decision and outcome."""

from allocopt.plan.columns import PLAN_TABLES, PlanTable
from allocopt.plan.plan import Plan
from allocopt.plan.read import read, read_all, require_plan
from allocopt.plan.write import check_target, write

__all__ = ["PLAN_TABLES", "Plan", "PlanTable", "check_target", "read", "read_all", "require_plan", "write"]
