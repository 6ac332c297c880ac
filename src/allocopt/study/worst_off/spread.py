"""How unevenly a loss per head is spread over areas, each weighted by its people."""

from __future__ import annotations

import math
from collections.abc import Sequence

# Aversion to inequality in a burden, as in Logan et al. (2021); a burden takes it below zero.
EPSILON = -1.0


def mean(values: Sequence[float], people: Sequence[float]) -> float:
    return math.fsum(x * p for x, p in zip(values, people, strict=True)) / math.fsum(people)


def gini(values: Sequence[float], people: Sequence[float]) -> float:
    """The Gini coefficient, from its definition: the mean difference between two people over twice the mean."""
    pairs = list(zip(values, people, strict=True))
    apart = math.fsum(p * q * abs(x - y) for x, p in pairs for y, q in pairs)
    average = mean(values, people)
    return apart / (2.0 * math.fsum(people) ** 2 * average) if average > 0 else 0.0


def kappa(values: Sequence[float], people: Sequence[float]) -> float:
    """The parameter of the Kolm-Pollak equivalent: −ε Σx / Σx², above zero; 0 where nothing is lost.

    Distributions are compared with the kappa of one of them (Logan, Anderson, Williams and Conrow 2021, Measuring
    inequalities in urban systems, Computers, Environment and Urban Systems 86, 101590).
    """
    squares = math.fsum(p * x * x for x, p in zip(values, people, strict=True))
    return -EPSILON * math.fsum(p * x for x, p in zip(values, people, strict=True)) / squares if squares > 0 else 0.0


def kolm_pollak(values: Sequence[float], people: Sequence[float], kappa: float) -> float:
    """The Kolm-Pollak equally-distributed equivalent of a burden: the loss per head that, were it the same for all,
    would be as bad as this spread. It lies between the mean and the largest.

        (1/κ) · ln(Σ p · exp(κ · x) / Σ p)
    """
    if kappa <= 0:
        return mean(values, people)
    largest = max(values)
    inner = math.fsum(p * math.exp(kappa * (x - largest)) for x, p in zip(values, people, strict=True))
    return largest + math.log(inner / math.fsum(people)) / kappa
