"""The plan at a glance: its main figures, and how it was made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allocopt.report.found import Told
from allocopt.report.view import Figure, Figures, Part
from allocopt.report.words import Words
from allocopt.summary.certificate import is_money
from allocopt.summary.words import amount, money, percent, share_of


def glance(told: Told, words: Words) -> list[Part]:
    return [made(told.plan.manifest, words), Figures(main_figures(told, words)), *_by_hand(told, words)]


def made(manifest: Mapping[str, Any], words: Words) -> str:
    """What is minimised, under which regime, with which changes."""
    options = manifest.get("options", {})
    parts = [words("minimised", aim=aim_words(_aim(manifest), words))]
    parts += [words.or_as_is("regime", str(options["regime"]))] if options.get("regime") else []
    parts += [words("with_scenario", name=options["scenario"])] if options.get("scenario") else []
    parts += [words("with_changes", changes=", ".join(options["set"]))] if options.get("set") else []
    return words("stop").join(parts) + words("full_stop")


def aim_words(aim: Any, words: Words) -> str:
    if isinstance(aim, dict):
        return " + ".join(f"{amount(weight)} × {words.or_as_is('aim', name)}" for name, weight in aim.items())
    return words.or_as_is("aim", str(aim))


def aim_figure(manifest: Mapping[str, Any], value: float) -> str:
    """A value in the units of the objective."""
    return money(value) if is_money(_aim(manifest)) else amount(value)


def _aim(manifest: Mapping[str, Any]) -> Any:
    """What is minimised: the objective of a model's caller goes before that of the options."""
    own = (manifest.get("own_model") or {}).get("objective")
    return own or manifest.get("options", {}).get("objective") or "loss"


def main_figures(told: Told, words: Words) -> list[Figure]:
    plan, manifest = told.plan, told.plan.manifest
    before, after = plan.loss_if_nobody_acts, plan.loss
    figures = [
        ("loss_if_nobody_acts", before, money, ""),
        ("loss", after, money, ""),
        ("spending", plan.spending, money, ""),
        ("objective", plan.objective, lambda value: aim_figure(manifest, value), words.or_as_is("status", plan.status)),
        ("bound", plan.bound, lambda value: aim_figure(manifest, value), words("bound_note")),
        ("gap", plan.gap, percent, ""),
        ("gap_avoided", plan.gap_avoided, percent, words("gap_avoided_note")),
        ("casualties_if_nobody_acts", manifest.get("casualties_if_nobody_acts"), amount, ""),
        ("casualties", manifest.get("casualties"), amount, ""),
    ]
    found = [
        Figure(key, words(f"figure.{key}"), write(value), note)
        for key, value, write, note in figures
        if value is not None and (value or not key.startswith("casualties"))
    ]
    if before is not None and after is not None:
        share = share_of(before - after, before)
        found.insert(2, Figure("", words("figure.averted"), money(before - after), share))
    return found


def _by_hand(told: Told, words: Words) -> list[Part]:
    """What a plan made by hand with the same money comes to."""
    plan, by_hand = told.plan, told.plan.manifest.get("by_hand")
    if not isinstance(by_hand, Mapping) or plan.objective is None:
        return []
    if missed := by_hand.get("missed"):
        names = words("comma").join(words.standard(told.names, str(name)) for name in missed)
        return [words("by_hand_missed", names=names)]
    figures = {
        "hand": aim_figure(plan.manifest, by_hand["objective"]),
        "own": aim_figure(plan.manifest, plan.objective),
    }
    return [words("by_hand", **figures)]
