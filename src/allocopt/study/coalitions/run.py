"""The study: three regimes, every coalition, shares and payments, and what each link and mechanism is worth."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from allocopt.city import City
from allocopt.faults import Fault, InputError
from allocopt.games import Core, Game, Interval
from allocopt.plan import Plan
from allocopt.plan.frames import frame_of
from allocopt.schema.money import LinkRow
from allocopt.schema.prevention import MechanismRow
from allocopt.schema.risk import BodyRow
from allocopt.solving.manifest import describe
from allocopt.solving.options import Options
from allocopt.solving.run import Solved
from allocopt.study.cities import require_built_in
from allocopt.study.coalitions import tables
from allocopt.study.coalitions.interests import Interest, interests, payments
from allocopt.study.coalitions.regimes import REGIMES, RegimeTask, solve_regimes
from allocopt.study.coalitions.sample import sample
from allocopt.study.coalitions.sharing import Sharing, share
from allocopt.study.coalitions.values import Setting, Value, WholeTask, value_all, value_everybody
from allocopt.study.coalitions.worth import CHUNK, Item, LinkedPlan, Worth, WorthTask, worth_chunk
from allocopt.study.study import Study
from allocopt.study.workers import Runner, chunks, runner

# Limits of a coalition's value may be so far apart, as a share of the value of all together.
NEAR = 0.01
# Games of up to so many bodies are enumerated.
MOST_ENUMERATED = 10

Stakes = Mapping[str, Interest]


@dataclass(frozen=True)
class Asked:
    """What is asked of the study."""

    gap: float = 0.01
    gap_avoided: float | None = None
    time_limit: float | None = None
    near: float = NEAR
    permutations: int = 40
    seed: int = 0


def collaboration(
    city: City,
    *,
    gap: float = 0.01,
    gap_avoided: float | None = None,
    time_limit: float | None = None,
    near: float = NEAR,
    permutations: int = 40,
    seed: int = 0,
    workers: int | None = None,
    tell: Callable[[str], None] = lambda _: None,
    interrupted: Callable[[], bool] = lambda: False,
) -> Study:
    """What the bodies of a city gain by working together, by the expected loss.

    `gap`, `gap_avoided` and `time_limit` (seconds) hold for each regime; a coalition's value is sought to `near`, a
    share of that of all together. Of more than ten bodies, shares are drawn from so many `permutations`.
    Raises InputError for a city with fewer than two bodies; InterruptedStudyError when `interrupted` says so. A regime
    without a plan leaves a study without values, whose status says why.
    """
    asked = Asked(gap, gap_avoided, time_limit, near, permutations, seed)
    started = time.monotonic()
    require_built_in(city, "a study of collaboration")
    if len(city.of(BodyRow)) < 2:
        raise InputError([Fault("bodies.csv", 0, "", "fewer than two bodies", "two bodies or more, to work together")])
    with runner(workers, interrupted) as run:
        regimes = [RegimeTask(city, regime, gap, gap_avoided, time_limit) for regime in REGIMES]
        solved = solve_regimes(regimes, run, tell)
        missing = [name for name in REGIMES if not solved[name].plan.tables]
        if missing:
            return _without(city, asked, solved, missing[0])
        parts = _Parts(city, asked, solved, run, tell)
        return parts.study(started)


class _Parts:
    def __init__(
        self, city: City, asked: Asked, solved: Mapping[str, Solved], run: Runner, tell: Callable[[str], None]
    ) -> None:
        self.city, self.asked, self.solved, self.run, self.tell = city, asked, solved, run, tell
        self.bodies = tuple(sorted(body.id for body in city.of(BodyRow)))
        silo, joint = self._figures("silo"), self._figures("joint")
        low = max(silo[0] - joint[0], 0.0)
        everybody = (1 << len(self.bodies)) - 1
        self.everybody = Value(everybody, low, max(silo[0] - joint[1], low), None, True)
        self.near = asked.near * low

    def _figures(self, regime: str) -> tuple[float, float]:
        manifest = self.solved[regime].plan.manifest
        return float(manifest["objective"]), float(manifest["bound"])

    def study(self, started: float) -> Study:
        setting = Setting(self.city, self.solved["silo"].values, self.near)
        worth = self._worth()
        if len(self.bodies) > MOST_ENUMERATED:
            return self._sampled(setting, worth, started)
        self.tell("all together")
        whole = WholeTask(setting, self.everybody, self.solved["joint"].values)
        self.everybody = self.run(value_everybody, [whole])[0]
        values = value_all(setting, self.everybody, self.run, self.tell)
        self.tell("sharing the gain")
        sharing = share(self._game(values))
        game, shares = sharing.game, sharing.settled
        rows: dict[str, tables.Rows] = {
            "coalitions": tables.coalitions(values, self.bodies, game.low, game.high),
            "bodies": tables.bodies(sharing.shapley, sharing.nucleolus.shares, shares, *self._stakes(shares)),
            "leavers": tables.leavers(sharing),
            "poor_mergers": tables.poor_mergers(sharing),
            "worth": tables.worth(worth),
        }
        return self._made(rows, self._verdict(values, sharing), started)

    def _sampled(self, setting: Setting, worth: Sequence[Worth], started: float) -> Study:
        """Shares of a game too large to be enumerated, from drawn orders; no verdict on its core."""
        asked = self.asked
        found, values = sample(
            setting, self.everybody, permutations=asked.permutations, seed=asked.seed, tell=self.tell
        )
        drawn = {b: Interval(s.share, s.share - s.half_width, s.share + s.half_width) for b, s in found.shares.items()}
        shares = {body: interval.plan for body, interval in drawn.items()}
        low, high = ({value.members: getattr(value, end) for value in values} for end in ("low", "high"))
        rows: dict[str, tables.Rows] = {
            "coalitions": tables.coalitions(values, self.bodies, low, high),
            "bodies": tables.bodies(drawn, {}, shares, *self._stakes(shares)),
            "leavers": (),
            "poor_mergers": (),
            "worth": tables.worth(worth),
        }
        verdict = {
            "status": "done",
            "value_of_all": {"value": self.everybody.low, "low": self.everybody.low, "high": self.everybody.high},
            "coalitions": {"number": (1 << len(self.bodies)) - 1, "solved": sum(value.solved for value in values)},
            "shares": f"drawn from {found.permutations} orders, intervals of {found.confidence:.0%} confidence",
            "core": {"verdict": Core.UNDECIDED.value, "why": "not every coalition was valued"},
            "settled_by": "Shapley value",
        }
        return self._made(rows, verdict, started)

    def _stakes(self, shares: Mapping[str, float]) -> tuple[Stakes, Stakes, Mapping[str, float]]:
        """Interests alone and together, and the payments that settle these shares."""
        before, after = (interests(self.city, self.solved[name].plan) for name in ("silo", "joint"))
        return before, after, payments(shares, before, after)

    def _made(self, rows: dict[str, tables.Rows], verdict: Mapping[str, Any], started: float) -> Study:
        plans = {name: self.solved[name].plan for name in REGIMES}
        rows["regimes"] = tables.regimes(plans)
        made = {name: frame_of(spec, rows[name]) for name, spec in tables.COLUMNS.items()}
        manifest = {**manifest_of(self.city, self.asked), **verdict}
        manifest["seconds"] = {"study": time.monotonic() - started}
        return Study(manifest, tables.COLUMNS, made, plans)

    def _game(self, values: Sequence[Value]) -> Game:
        low, high = (np.array([getattr(value, end) for value in values]) for end in ("low", "high"))
        return Game(self.bodies, low, np.maximum(low, high))

    def _worth(self) -> list[Worth]:
        mechanisms = [Item("mechanism", row.id) for row in self.city.of(MechanismRow)]
        items = [*mechanisms, *(Item("link", row.id) for row in self.city.of(LinkRow))]
        self.tell(f"worth of {len(items)} links and mechanisms")
        objective, bound = self._figures("linked")
        linked = LinkedPlan(self.solved["linked"].values, objective, bound)
        near = max(self.near, 1e-6 * max(abs(objective), 1.0))
        tasks = [WorthTask(self.city, linked, near, chunk) for chunk in chunks(items, CHUNK)]
        return [worth for found in self.run(worth_chunk, tasks) for worth in found]

    def _verdict(self, values: Sequence[Value], sharing: Sharing) -> dict[str, Any]:
        game, core = sharing.game, sharing.core
        widths = game.high - game.low
        top = float(game.low[-1])
        return {
            "status": "done",
            "value_of_all": {"value": top, "low": top, "high": float(game.high[-1])},
            "coalitions": {
                "number": len(values) - 1,
                "solved": sum(value.solved for value in values),
                "near_enough": int((widths[1:] <= self.near * (1 + 1e-9) + 1e-6).sum()),
                "widest_share": float(widths.max() / top) if top > 0 else 0.0,
            },
            "shares": "exact",
            "core": {
                "verdict": core.verdict.value,
                "allocation": core.allocation,
                "balanced": None
                if core.balanced is None
                else {tables.together(coalition): str(weight) for coalition, weight in core.balanced},
                "margin": core.margin,
                "least_core_excess": {
                    "value": sharing.least_core.excess.plan,
                    "low": sharing.least_core.excess.low,
                    "high": sharing.least_core.excess.high,
                },
            },
            "settled_by": sharing.rule,
        }


def _without(city: City, asked: Asked, solved: Mapping[str, Solved], regime: str) -> Study:
    """The study that a regime without a plan leaves: what cannot hold together, and nothing else."""
    plan: Plan = solved[regime].plan
    manifest = manifest_of(city, asked) | {"status": plan.status, "regime": regime, "plan": plan.manifest}
    return Study(manifest, {}, {}, {})


def manifest_of(city: City, asked: Asked) -> dict[str, Any]:
    """The instance, the options and the one command that makes the study again."""
    options = Options("joint", None, "loss", asked.gap, asked.gap_avoided, asked.time_limit, None)
    about = describe(city, options)
    words = ["allocopt", "study", "collaboration", str(city.folder)]
    words += ["--scenario", city.scenario] if city.scenario else []
    words += [word for change in city.changes for word in ("--set", change)]
    words += ["--gap", repr(asked.gap), "--near", repr(asked.near)]
    words += ["--gap-avoided", repr(asked.gap_avoided)] if asked.gap_avoided is not None else []
    words += ["--time-limit", repr(asked.time_limit)] if asked.time_limit is not None else []
    if len(city.of(BodyRow)) > MOST_ENUMERATED:
        words += ["--permutations", str(asked.permutations), "--seed", str(asked.seed)]
    chosen = {key: about["options"][key] for key in ("scenario", "set", "gap", "gap_avoided", "time_limit")}
    chosen |= {"near": asked.near, "permutations": asked.permutations, "seed": asked.seed}
    return {
        "study": "collaboration",
        "allocopt": about["allocopt"],
        "solver": about["solver"],
        "instance": about["instance"],
        "options": chosen,
        "command": shlex.join(words),
        "title": about["title"],
        "names": {"bodies": about["names"].get("bodies", {}), "links": about["names"].get("links", {})}
        | {"mechanisms": about["names"].get("mechanisms", {})},
    }
