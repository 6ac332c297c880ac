"""A smallest set of members that cannot hold together.

First the elastic filter (Chinneck and Dravnieks 1991): all give way where that costs least, those that did are held
from then on, until nothing holds. What was held by then cannot hold together, and is often a handful out of hundreds;
the relaxation does it where it can. Then the deletion filter: each is let go in turn, and stays away where the rest
cannot hold without it either. Every member that is left was seen to be needed, with whole numbers.
"""

from __future__ import annotations

from collections.abc import Sequence

from allocopt.solving.conflicts.holding import Holding, Trial
from allocopt.solving.conflicts.members import Member

# A member gives way when it does so by more than this share of its unit.
DUST = 1e-6


def smallest_members(holding: Holding, groups: Sequence[Sequence[Member]] = ()) -> tuple[list[Member], bool]:
    """The members, and whether it is proved that they cannot hold and every part of them can (else time ran out). There
    are none where nothing holds even without them.

    `groups` are members without levers, which are tried a group at a time before each by itself.
    """
    limits = [member for group in groups for member in group]
    needed = [*limits, *_suspects(holding, limits)]
    for group in groups:
        rest = [member for member in needed if member not in group]
        if holding.can_hold(rest) is False:
            needed = rest
    proved = True
    for member in list(needed):
        rest = [other for other in needed if other is not member]
        possible = holding.can_hold(rest)
        if possible is False:
            needed = rest
        proved = proved and possible is not None
    return needed, proved and holding.can_hold(needed) is False


def _suspects(holding: Holding, limits: Sequence[Member]) -> list[Member]:
    """Members with levers among which, with the limits, a conflict is."""
    easy = [member for member in holding.members if member.levers]
    held: list[Member] = []
    for relaxed in (True, False):
        while True:
            trial = holding.ease_all_but([*limits, *held], relaxed=relaxed)
            if trial.possible is False:
                return [member for member in easy if member in held]
            gave = [member for member in easy if member not in held and _gives_way(holding, member, trial)]
            if trial.possible is None or not gave:
                break
            held += gave
    return easy


def _gives_way(holding: Holding, member: Member, trial: Trial) -> bool:
    if trial.x is None:
        return False
    return any(amount > DUST * lever.unit for lever, amount in holding.amounts(trial.x, member.levers).items())
