"""A plan worked out by hand passes, and its figures come back."""

from __future__ import annotations

from pathlib import Path

import pytest

from allocopt.checker import check
from checker import small_city as small


def test_the_plan_worked_out_by_hand_is_sound(plan: Path) -> None:
    verdict = check(plan)
    assert [str(violation) for violation in verdict.violations] == []
    assert verdict.ok
    assert verdict.loss == pytest.approx(small.LOSS, rel=1e-12)
    assert verdict.objective == pytest.approx(small.OBJECTIVE, rel=1e-12)
    assert verdict.spending == pytest.approx(small.SPENDING, rel=1e-12)
    assert verdict.bound == small.BOUND


def test_plan_json_itself_may_be_named(plan: Path) -> None:
    assert check(plan / "plan.json").ok


def test_the_city_may_have_moved(plan: Path) -> None:
    moved = plan.parent / "elsewhere"
    (plan.parent / "city").rename(moved)
    assert not check(plan).ok
    assert check(plan, city=moved).ok
