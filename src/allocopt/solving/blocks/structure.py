"""Which columns and rows of a model make up a block, and what joins the blocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from allocopt.solver import Arrays
from allocopt.solver.arrays import Floats

Ints = NDArray[np.int64]
# A smaller model is solved as a whole in a moment.
LEAST_COLUMNS = 50_000
# Rows whose limit is allotted, and columns that every block has a copy of.
ALLOTTED_ROWS = ("money.within_budget",)
COPIED = ("mechanisms.start", "patrol.opened", "supply.opened")
# Blocks smaller than this share of the model are put together with others.
LEAST_SHARE = 0.05
# With a block larger than this share of the model, little is won.
MOST_SHARE = 0.5


@dataclass(frozen=True)
class Structure:
    """A block-angular model: the rows and columns of each block by number, the rows whose upper limit is allotted, and
    the columns of which each block has a copy, with its share of their costs and of the allotted rows."""

    rows: Sequence[Ints]
    columns: Sequence[Ints]
    allotted: Ints
    copied: Ints


def block_angular(arrays: Arrays) -> Structure | None:
    """The blocks of a large model; None for one that does not fall apart."""
    if len(arrays.cost) < LEAST_COLUMNS:
        return None
    allotted = _allotted(arrays)
    copied = np.isin(arrays.components, COPIED)
    matrix = csr_array((arrays.values, arrays.columns, arrays.starts), shape=(len(arrays.row_lower), len(copied)))
    if not (allotted.any() and _can_be_allotted(arrays, matrix[np.flatnonzero(allotted)])):
        return None
    columns = _grouped(np.flatnonzero(~copied), matrix[np.flatnonzero(~allotted)][:, np.flatnonzero(~copied)])
    if max(len(each) for each in columns) > MOST_SHARE * len(copied):
        return None
    rows = [np.flatnonzero(~allotted & (np.diff(matrix[:, each].indptr) > 0)) for each in columns]
    alone = np.setdiff1d(np.flatnonzero(~allotted), np.concatenate(rows))  # rows of copied columns alone
    return Structure([np.union1d(each, alone) for each in rows], columns, *map(np.flatnonzero, (allotted, copied)))


def _allotted(arrays: Arrays) -> NDArray[np.bool_]:
    owners = [constraint.parent_component() for constraint in arrays.constraints]
    names = {key: owner.name for key, owner in {id(owner): owner for owner in owners}.items()}
    return np.isin([names[id(owner)] for owner in owners], ALLOTTED_ROWS)


def _can_be_allotted(arrays: Arrays, rows: csr_array) -> bool:
    """Whether all that stands in the rows takes from their limit, so that no block's part can be below zero."""
    free = np.flatnonzero(arrays.upper > arrays.lower)
    return bool((rows[:, free].data >= 0).all() and (arrays.lower[np.unique(rows.indices)] >= 0).all())


def _grouped(columns: Ints, joined: csr_array) -> list[Ints]:
    """Columns that rows join, as blocks; small ones together."""
    from scipy.sparse.csgraph import connected_components

    rows, many = joined.shape
    both = csr_array(
        (np.ones(len(joined.indices)), (np.repeat(np.arange(rows), np.diff(joined.indptr)), joined.indices + rows)),
        shape=(rows + many, rows + many),
    )
    _, label = connected_components(both, directed=False)
    order = np.argsort(label[rows:], kind="stable")
    ends = np.flatnonzero(np.diff(label[rows:][order])) + 1
    blocks: list[list[Ints]] = []
    for part in sorted(np.split(order, ends), key=lambda part: (-len(part), int(part[0]))):
        if len(part) >= LEAST_SHARE * many or not blocks:
            blocks.append([part])
        else:
            min(blocks, key=lambda block: sum(map(len, block))).append(part)
    return [np.sort(columns[np.concatenate(block)]) for block in blocks]


def part_of(arrays: Arrays, structure: Structure, k: int) -> tuple[Arrays, Ints]:
    """Block k as a model of its own, the allotted rows last, and the number that each of its columns has in the whole
    model."""
    columns = np.union1d(structure.columns[k], structure.copied)
    rows = np.concatenate([structure.rows[k], structure.allotted])
    share = np.where(np.isin(columns, structure.copied), 1.0 / len(structure.columns), 1.0)
    whole = csr_array((arrays.values, arrays.columns, arrays.starts), shape=(len(arrays.row_lower), len(arrays.cost)))
    own, allotted = whole[structure.rows[k]][:, columns], whole[structure.allotted][:, columns].multiply(share)
    matrix = _stacked(own, csr_array(allotted))
    part = Arrays(
        cost=arrays.cost[columns] * share,
        offset=0.0,
        lower=arrays.lower[columns],
        upper=arrays.upper[columns],
        whole=arrays.whole[columns],
        starts=matrix.indptr.astype(np.int32),
        columns=matrix.indices.astype(np.int32),
        values=matrix.data,
        row_lower=arrays.row_lower[rows],
        row_upper=arrays.row_upper[rows],
        variables=[arrays.variables[j] for j in columns],
        constraints=[arrays.constraints[i] for i in rows],
        model=arrays.model,
    )
    return part, columns


def _stacked(above: csr_array, below: csr_array) -> csr_array:
    from scipy.sparse import vstack

    return csr_array(vstack([above, below]))


def takes(part: Arrays, x: Floats, allotted: int) -> Floats:
    """What a solution of a block takes of each allotted row."""
    matrix = csr_array((part.values, part.columns, part.starts), shape=(len(part.row_lower), len(x)))
    return np.asarray(matrix[len(part.row_lower) - allotted :] @ x)
