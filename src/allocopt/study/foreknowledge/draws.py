"""What a survey could find: draws of the factor by which the true figures of a risk row differ from the stated ones.

A row with a range says that its true figures are `low` to `high` times the stated ones. The stated ones are taken as
expected, so the factor has the mean 1: a beta distribution over the range with α + β = 6, as in PERT (Malcolm et al.
1959), and

    α = 6 (1 − low) / (high − low)        β = 6 (high − 1) / (high − low)

Draws are stratified (McKay, Beckman and Conover 1979): one in each of K equal parts of the distribution, in an order
of their own a row, then drawn together towards one end of the range until their mean is exactly 1. Each row has a
stream of random numbers of its own, from the seed and the row's key, so that the order of rows changes nothing; all
surveys see the same draws.
"""

from __future__ import annotations

import hashlib
import json

import numpy as np
from scipy.special import betaincinv

from allocopt.schema.risk import RiskRow
from allocopt.solver.arrays import Floats

CONCENTRATION = 6.0


def is_uncertain(row: RiskRow) -> bool:
    """Whether a survey could find something else than what is stated. A range on one side of 1 only has no spread,
    since its mean is 1."""
    return row.low is not None and row.high is not None and row.low < 1.0 < row.high


def factors(row: RiskRow, draws: int, seed: int) -> Floats:
    """So many draws of the row's factor, within its range and with the mean 1."""
    assert row.low is not None and row.high is not None
    low, high = row.low, row.high
    stream = _stream(row, seed)
    strata = (stream.permutation(draws) + stream.random(draws)) / draws
    alpha = CONCENTRATION * (1.0 - low) / (high - low)
    drawn = low + (high - low) * betaincinv(alpha, CONCENTRATION - alpha, strata)
    return _with_mean_one(drawn, low, high)


def _stream(row: RiskRow, seed: int) -> np.random.Generator:
    key = json.dumps([row.site, row.hazard, row.period], ensure_ascii=False)
    words = np.frombuffer(hashlib.sha256(key.encode()).digest(), dtype="<u4")
    return np.random.default_rng([seed, *words.tolist()])


def _with_mean_one(drawn: Floats, low: float, high: float) -> Floats:
    mean = float(drawn.mean())
    if mean > 1.0:
        return low + (drawn - low) * ((1.0 - low) / (mean - low))
    return high - (high - drawn) * ((high - 1.0) / (high - mean))
