"""What a row model cannot see: how rows fit together. One small function a rule, all of them in `ALL`."""

from __future__ import annotations

from allocopt.instance.rules import (
    aims,
    areas,
    calendar,
    effects,
    money,
    patrol,
    people,
    places,
    points,
    risks,
    standards,
    supply,
)
from allocopt.instance.rules.rule import Rule

ALL: tuple[Rule, ...] = (
    *calendar.RULES,
    *aims.RULES,
    *places.RULES,
    *points.RULES,
    *areas.RULES,
    *risks.RULES,
    *effects.RULES,
    *people.RULES,
    *patrol.RULES,
    *supply.RULES,
    *money.RULES,
    *standards.RULES,
)
