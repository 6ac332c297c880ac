"""Cooperative games whose values are known between proved bounds: who adds how much, and which shares are stable."""

from allocopt.games.core import Core, CoreVerdict, Objection, blocking, core_verdict, in_core
from allocopt.games.game import Coalition, Game, GameError, Interval, game_of, monotone
from allocopt.games.mergers import Answer, Merger, MergerTest, convex, poor_mergers, superadditive, worth_of_merger
from allocopt.games.nucleolus import LeastCore, Nucleolus, least_core, nucleolus
from allocopt.games.sampled import SampledShapley, SampledShare, sampled_shapley
from allocopt.games.shapley import shapley

__all__ = [
    "Answer",
    "Coalition",
    "Core",
    "CoreVerdict",
    "Game",
    "GameError",
    "Interval",
    "LeastCore",
    "Merger",
    "MergerTest",
    "Nucleolus",
    "Objection",
    "SampledShapley",
    "SampledShare",
    "blocking",
    "convex",
    "core_verdict",
    "game_of",
    "in_core",
    "least_core",
    "monotone",
    "nucleolus",
    "poor_mergers",
    "sampled_shapley",
    "shapley",
    "superadditive",
    "worth_of_merger",
]
