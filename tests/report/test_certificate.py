"""What a page says of how good a plan is."""

from __future__ import annotations

import pytest

from allocopt.checker.verdict import Verdict
from allocopt.plan import Plan
from allocopt.report.found import Told
from allocopt.report.plan_page.certificate import certificate
from allocopt.report.plan_page.glance import made
from allocopt.report.words import LANGUAGES, Words
from allocopt.summary.naming import Names
from plan.samples import manifest

OWN = {"rows": ["no_measures"], "variables": [], "limits": ["prevention.start"], "objective": "visits"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_model_of_the_callers_own_is_told_and_its_objective_is_no_money(lang: str) -> None:
    words, whole = Words(lang), manifest(own_model=OWN, objective=120_500.4)
    told = Told(Plan(whole, {}), Verdict(True, 120.5, 120.5, 120.25, 50.0, ()), Names(whole))
    said = [part for part in certificate(told, words) if isinstance(part, str)]
    names = words("comma").join(("no_measures", "prevention.start", "visits"))
    assert words("own_model", names=names) in said
    assert "visits" in made(whole, words)


def test_a_plan_of_the_citys_model_says_nothing_of_it() -> None:
    words, whole = Words("en"), manifest()
    told = Told(Plan(whole, {}), Verdict(True, 120.5, 120.5, 120.25, 50.0, ()), Names(whole))
    assert not any("caller" in str(part) for part in certificate(told, words))
