"""Lending: what is done for another body under a link stays within what the link lends.

Σ over what is done under the link ≤ share · what the helper has        of what, and for what, the block says
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pyomo.core import Constraint, Set

from allocopt_models.terms import Block, Expr, add, total

Lent = Mapping[Any, Sequence[Expr]]


def add_lending(b: Block, *, lent: Lent, most: Callable[..., Expr], parts: str, doc: str) -> None:
    """Adds `lent_within_share` for every key of `lent`, whose `parts` are named, the link first; `most` of the parts is
    what the link lends there."""
    add(b, "LENT", Set(initialize=sorted(lent), dimen=len(parts.split(", ")), doc=parts))

    def lent_within_share(_: Block, *key: str) -> Expr:
        return total(lent[key]) <= most(*key)

    add(b, "lent_within_share", Constraint(b.LENT, rule=lent_within_share, doc=doc))
