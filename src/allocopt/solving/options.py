"""What is asked of a solve."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import get_args

from allocopt.arrange.acting import REGIMES, Regime
from allocopt.arrange.objective import weights_of
from allocopt.city import City
from allocopt.faults import Fault, InputError, did_you_mean
from allocopt.instance.rules.points import SINGLE
from allocopt.schema.risk import BodyRow
from allocopt.schema.settings import Objective

# A name, or weights by name.
Aim = str | Mapping[str, float]


@dataclass(frozen=True)
class Options:
    """The choices that make a plan; they are written into it."""

    regime: str
    coalition: tuple[str, ...] | None
    objective: Aim
    gap: float
    gap_avoided: float | None
    time_limit: float | None
    threads: int | None

    def acting(self, city: City) -> Regime:
        """The regime, with the coalition in place of its own where one is named."""
        named = Regime.named(self.regime, city)
        return named if self.coalition is None else replace(named, coalition=frozenset(self.coalition))

    @property
    def is_loss(self) -> bool:
        """Whether the objective is the expected loss alone, so that the gap in the loss avoided means something."""
        return self.objective == "loss"


def objective_of(city: City) -> Aim:
    """The objective that the city's settings name."""
    given = city.settings.objective
    return given if isinstance(given, str) else {str(name): float(weight) for name, weight in given.items()}


def plain(aim: Aim) -> Aim:
    """The objective's bare name where it is one name with weight one."""
    weights = weights_of(aim)
    return next(iter(weights)) if list(weights.values()) == [1.0] else aim


def require_sound(options: Options, city: City) -> None:
    """Raise InputError, with every fault, for a regime, objective or body that there is none of."""
    bodies = [body.id for body in city.of(BodyRow)]
    known = {"--regime": REGIMES, "--objective": get_args(Objective), "--coalition": bodies}
    asked = {
        "--regime": [options.regime],
        "--objective": list(weights_of(options.objective)),
        "--coalition": list(options.coalition or ()),
    }
    faults = [
        Fault(option, 0, "", f"'{word}'", f"one of {', '.join(known[option])}{did_you_mean(word, known[option])}")
        for option, words in asked.items()
        for word in words
        if word not in known[option]
    ]
    if city.points is not None:
        faults += [
            Fault("--objective", 0, "", f"{word} with points", "an objective that does not look at single places")
            for word in sorted(SINGLE & set(weights_of(options.objective)))
        ]
    if options.gap_avoided is not None and not options.is_loss:
        aim = ", ".join(weights_of(options.objective))
        faults.append(Fault("--gap-avoided", 0, "", f"the objective {aim}", "the objective loss, alone"))
    if faults:
        raise InputError(faults)
