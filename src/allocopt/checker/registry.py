"""The sections of the checker in the order in which they run, and every rule with its sentence."""

from __future__ import annotations

from collections.abc import Iterable

from allocopt.checker import (
    beats,
    by_hand,
    cooperation,
    inspection,
    money,
    patrol,
    people,
    points,
    prevention,
    risk,
    sensitivity,
    standards,
    supply,
    totals,
)
from allocopt.checker.section import Section
from allocopt.checker.tables import PlanTable

PROGRAMMES: tuple[Section, ...] = (
    prevention.MECHANISM_SECTION,
    inspection.SECTION,
    patrol.SECTION,
    prevention.SECTION,
    supply.SECTION,
    beats.SECTION,
)
"""What is done; programmes from outside come after these."""

ACCOUNTS: tuple[Section, ...] = (
    risk.SECTION,
    points.SECTION,
    people.SECTION,
    cooperation.SECTION,
    money.SECTION,
    standards.SECTION,
    totals.SECTION,
    sensitivity.SECTION,
    by_hand.SECTION,
)

SECTIONS = (*PROGRAMMES, *ACCOUNTS)


def tables_of(sections: Iterable[Section]) -> tuple[PlanTable, ...]:
    """The tables of a plan that these sections answer for."""
    return tuple(table for section in sections for table in section.tables)


TABLES = tables_of(SECTIONS)

_COMMON = {
    "manifest": "plan.json can be read.",
    "options": "The options in plan.json meet the instance: regime, coalition, scenario, changes.",
    "instance": "The instance's files can be read and understood.",
    "hash": "No file has changed since the plan was made (not looked at with `--edited`).",
    "table": "Every table is there, with its columns, known ids, numbers, and each row once.",
    "whole": "Visits, units and people are whole.",
    "allowed": "Whoever acts may act there, in this way and then: regime, power, skill, link, mechanism, reach.",
    "derived": "Figures beside a decision (hours, cost, volume, kilometres, shares) follow from it.",
    "outcome": "Figures of outcomes follow from the decisions.",
    "outcome-row": "Tables of outcomes have the rows that follow from the decisions, and no others.",
    "programme": "The checker part of every programme from outside that the plan names is installed.",
    "recompute": "Everything could be recomputed from files that hold together.",
}

RULES: dict[str, str] = _COMMON | {rule: text for section in SECTIONS for rule, text in section.rules.items()}
"""Every rule that a violation may name."""
