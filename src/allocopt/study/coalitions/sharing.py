"""How the gain of all together may be shared, and whether some would rather leave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from allocopt.games import (
    Answer,
    CoreVerdict,
    Game,
    Interval,
    LeastCore,
    Merger,
    Nucleolus,
    Objection,
    blocking,
    core_verdict,
    in_core,
    least_core,
    monotone,
    nucleolus,
    poor_mergers,
    shapley,
)
from allocopt.study.coalitions.values import Value


@dataclass(frozen=True)
class Sharing:
    """The game and its solutions, in CNY. `settled` are the shares that payments are made by, named by `rule`: the
    Shapley value where nobody gains by leaving it, else the nucleolus; `leavers` would gain by leaving these."""

    game: Game
    shapley: Mapping[str, Interval]
    core: CoreVerdict
    least_core: LeastCore
    nucleolus: Nucleolus
    rule: str
    settled: Mapping[str, float]
    leavers: tuple[Objection, ...]
    poor_mergers: tuple[Merger, ...]


def game_of(values: Sequence[Value], bodies: tuple[str, ...]) -> Game:
    """The game of which every coalition is valued, by its bits."""
    low, high = (np.array([getattr(value, end) for value in values]) for end in ("low", "high"))
    return Game(bodies, low, np.maximum(low, high))


def share(raw: Game) -> Sharing:
    """The solutions of a game given by what each coalition reaches by itself."""
    game = monotone(raw)
    values, inner = shapley(game), nucleolus(game)
    by_shapley = {body: interval.plan for body, interval in values.items()}
    stays = in_core(game, by_shapley) is Answer.YES or not blocking(_as_found(game), by_shapley)
    settled = by_shapley if stays else inner.shares
    return Sharing(
        game=game,
        shapley=values,
        core=core_verdict(game),
        least_core=least_core(game),
        nucleolus=inner,
        rule="Shapley value" if stays else "nucleolus",
        settled=settled,
        leavers=tuple(blocking(_as_found(game), settled)),
        poor_mergers=poor_mergers(raw),
    )


def _as_found(game: Game) -> Game:
    """The game as the plans found have it, without its gaps."""
    return Game(game.players, game.low, game.low, monotone=game.monotone)
