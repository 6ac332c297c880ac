"""The tables of the study, one function each."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from allocopt.plan import PlanTable
from allocopt.plan.columns import table
from allocopt.study.mishaps.additions import Addition
from allocopt.study.mishaps.case import Record
from allocopt.study.mishaps.losses import Stress

_ANSWERS = (
    "=loss =more =regret_at_least =regret_at_most =recovered_at_least =recovered_at_most =repaired =repaired_bound"
    " =known =known_bound broken can_keep_all fell_away"
)
COLUMNS: Mapping[str, PlanTable] = {
    name: table(name, columns, decision=False)
    for name, columns in {
        "stresses": f"kind thing =share =weight {_ANSWERS}",
        "pairs": f"first second =beyond_singles {_ANSWERS}",
        "broken": "first second standard scenario site area period =required =reached",
        "additions": "kind thing place =amount =cost_cny =averted =averted_if_nothing_fails *helps"
        " most_under =averted_most",
        "helps": "addition kind thing =loss =averted",
    }.items()
}


@dataclass(frozen=True)
class Told:
    """What the study found: by name of a loss or of a pair."""

    base: Record
    weights: Mapping[str, float]
    singles: Sequence[tuple[Stress, Record]]
    pairs: Sequence[tuple[tuple[Stress, Stress], Record]]
    additions: Sequence[Addition]
    # By loss (blank: nothing goes wrong), what is lost with each addition.
    helped: Mapping[str, Sequence[float]]


def stresses(told: Told) -> Iterator[dict[str, Any]]:
    for stress, record in told.singles:
        about = {"kind": stress.kind, "thing": stress.thing, "share": stress.share, "weight": told.weights[stress.name]}
        yield about | _answers(told, record)


def pairs(told: Told) -> Iterator[dict[str, Any]]:
    """`beyond_singles`: how much more is lost than by the two losses one by one."""
    more = {stress.name: record.held - told.base.held for stress, record in told.singles}
    for (first, second), record in told.pairs:
        beyond = record.held - told.base.held - more[first.name] - more[second.name]
        yield {"first": first.name, "second": second.name, "beyond_singles": beyond} | _answers(told, record)


def _answers(told: Told, record: Record) -> dict[str, Any]:
    return {
        "loss": record.held,
        "more": record.held - told.base.held,
        "regret_at_least": record.held - record.known,
        "regret_at_most": _finite(record.held - record.known_bound),
        "recovered_at_least": record.held - record.repaired,
        "recovered_at_most": _finite(record.held - record.repaired_bound),
        "repaired": record.repaired,
        "repaired_bound": _finite(record.repaired_bound),
        "known": record.known,
        "known_bound": _finite(record.known_bound),
        "broken": " ".join(dict.fromkeys(missed.standard for missed in record.missed)),
        "can_keep_all": record.can_keep_all,
        "fell_away": "; ".join(f"{name} {amount:.6g}" for name, amount in sorted(record.fell_away.items())),
    }


def broken(told: Told) -> Iterator[dict[str, Any]]:
    """Hard standards that the held plan misses; a blank second where one thing alone goes wrong."""
    cases = [((stress.name, ""), record) for stress, record in told.singles]
    cases += [((first.name, second.name), record) for (first, second), record in told.pairs]
    for (one, other), record in cases:
        for missed in record.missed:
            yield {"first": one, "second": other} | asdict(missed)


def additions(told: Told) -> Iterator[dict[str, Any]]:
    """`averted`: the mean over the single losses by weight; `helps`: under how many of them it averts anything."""
    whole = sum(told.weights.values())
    for place, addition in enumerate(told.additions):
        averted = {stress.name: _averted(told, stress.name, record, place) for stress, record in told.singles}
        most = max(averted, key=lambda name: (averted[name], name))
        yield {
            "kind": addition.kind,
            "thing": addition.thing,
            "place": addition.place,
            "amount": addition.amount,
            "cost_cny": addition.cost_cny,
            "averted": math.fsum(told.weights[name] * each for name, each in averted.items()) / whole,
            "averted_if_nothing_fails": _averted(told, "", told.base, place),
            "helps": sum(each > _NOTHING_CNY for each in averted.values()),
            "most_under": most,
            "averted_most": averted[most],
        }


# Yuan that are told as nothing.
_NOTHING_CNY = 0.005


def _averted(told: Told, loss: str, record: Record, place: int) -> float:
    return record.held - told.helped[loss][place]


def helps(told: Told) -> Iterator[dict[str, Any]]:
    for place, addition in enumerate(told.additions):
        for stress, record in told.singles:
            lost = told.helped[stress.name][place]
            about = {"addition": addition.name, "kind": stress.kind, "thing": stress.thing}
            yield about | {"loss": lost, "averted": record.held - lost}


def _finite(number: float) -> float:
    """A number for a table: none where it is infinite."""
    return number if math.isfinite(number) else math.nan
