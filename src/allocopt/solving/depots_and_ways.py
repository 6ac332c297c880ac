"""What opens depots, what is in stock there, and what is sent to needs, told by the matrix of a model."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from allocopt.solver.arrays import Floats
from allocopt.solving.ordered_matrix import Flags, OrderedMatrix, Whole


@dataclass(frozen=True)
class Kinds:
    """What the columns are, by column: what opens a depot, what is sent, what is missed, what is in stock."""

    opens: Flags
    sent: Flags
    missed: Flags
    stock: Flags


@dataclass(frozen=True)
class Ways:
    """Of every way its column, the row of the need that it meets, the column of the stock that it takes and the row
    that says so, and the most that can be sent."""

    column: Whole
    need: Whole
    stock: Whole
    leaves: Whole
    most: Floats


@dataclass(frozen=True)
class Depot:
    """The column that opens it (None: it is open), the row of its room (None: a bound says it), its room, and by column
    of each stock the size of a unit and the most there can be. The row has all of these `scale` times."""

    opens: int | None
    row: int | None
    room: float
    size: dict[int, float]
    most: dict[int, float]
    scale: float = 1.0


def kinds_of(matrix: OrderedMatrix, whole: Flags) -> Kinds | None:
    """What the columns are; None where needs are met by anything but units sent or missed, or rows say anything else
    than what is sent of a stock, what a depot has room for, and that it is open."""
    row, column, value = matrix.row, matrix.column, matrix.value
    asks = matrix.limit[row] < 0
    asked, elsewhere = matrix.columns_of(asks) > 0, matrix.columns_of(~asks) > 0
    kinds = Kinds(whole & elsewhere, asked & elsewhere, asked & ~elsewhere, ~whole & ~asked & elsewhere)
    sent, stock, opens = (matrix.rows_of(~asks & kind[column]) for kind in (kinds.sent, kinds.stock, kinds.opens))
    leaves, strong = (sent >= 1) & (stock == 1) & (opens == 0), (sent == 1) & (stock == 0) & (opens == 1)
    rooms = (sent == 0) & (stock >= 1) & (opens <= 1)
    turned = np.where(kinds.opens[column] | (leaves[row] & kinds.stock[column]), -1.0, 1.0)
    sound = np.where(leaves[row], value == turned, value * turned > 0)
    bound_to_zero = (leaves | (opens > 0)) & (matrix.limit != 0)
    once = matrix.columns_of(~asks & leaves[row])[kinds.sent | kinds.stock] == 1
    is_known = (
        (value[asks] == -1).all()
        and not whole[column[asks]].any()
        and (matrix.columns_of(asks) <= 1).all()
        and (leaves | strong | rooms)[row[~asks]].all()
        and sound[~asks].all()
        and not bound_to_zero.any()
        and once.all()
    )
    return kinds if is_known else None


def ways_of(matrix: OrderedMatrix, kinds: Kinds) -> Ways:
    """All ways, in the order of their columns."""
    row, column, value = matrix.row, matrix.column, matrix.value
    asks, sent = matrix.limit[row] < 0, kinds.sent[column]
    stock_in = kinds.stock[column] & (value < 0)
    need_of, leaves_of = (np.full(len(kinds.sent), -1, dtype=np.int64) for _ in range(2))
    stock_of = np.full(len(matrix.limit), -1, dtype=np.int64)
    stock_of[row[stock_in]] = column[stock_in]
    of_stock = sent & ~asks & (stock_of[row] >= 0)
    need_of[column[sent & asks]], leaves_of[column[of_stock]] = row[sent & asks], row[of_stock]
    most = matrix.upper.copy()
    opens = np.zeros(len(matrix.limit))
    opens[row[kinds.opens[column]]] = -value[kinds.opens[column]]
    strong = sent & ~asks & ~of_stock
    np.minimum.at(most, column[strong], opens[row[strong]] / value[strong])
    ways = np.flatnonzero(kinds.sent)
    return Ways(ways, need_of[ways], stock_of[leaves_of[ways]], leaves_of[ways], most[ways])


def depots_of(matrix: OrderedMatrix, kinds: Kinds) -> list[Depot] | None:
    """The depots, in the order of their columns; None where the rows of one are more than one limit on all its stocks,
    and one on each."""
    row, column, value = matrix.row, matrix.column, matrix.value
    stock_in, opens_in = kinds.stock[column] & (value > 0), kinds.opens[column]
    opening = {
        int(i): (int(j), -float(a)) for i, j, a in zip(row[opens_in], column[opens_in], value[opens_in], strict=True)
    }
    of_row: dict[int, dict[int, float]] = defaultdict(dict)
    for i, j, a in zip(row[stock_in].tolist(), column[stock_in].tolist(), value[stock_in].tolist(), strict=True):
        of_row[i][j] = a
    of_depot: dict[tuple[bool, int], list[int]] = defaultdict(list)
    for i in of_row:
        of_depot[(True, opening[i][0]) if i in opening else (False, i)].append(i)
    alone = np.setdiff1d(np.flatnonzero(kinds.stock), column[stock_in]).tolist()
    upper = matrix.upper
    out = [Depot(None, None, float(upper[j]), {j: 1.0}, {j: float(upper[j])}) for j in alone]
    for (closed, key), rows in sorted(of_depot.items()):
        limits = {i: opening[i][1] if closed else float(matrix.limit[i]) for i in rows}
        depot = _depot(key if closed else None, {i: of_row[i] for i in rows}, limits, upper)
        if depot is None:
            return None
        out.append(depot)
    stocks = [j for depot in out for j in depot.size]
    return out if len(stocks) == len(set(stocks)) else None


def _depot(
    opens: int | None, rows: dict[int, dict[int, float]], limits: dict[int, float], upper: Floats
) -> Depot | None:
    """A depot of these rows; each has the sizes of its stocks, and a limit."""
    several = [i for i, sizes in rows.items() if len(sizes) > 1]
    stocks = sorted({j for sizes in rows.values() for j in sizes})
    most = {j: float(upper[j]) for j in stocks}
    for i, sizes in rows.items():
        for j, size in sizes.items() if len(sizes) == 1 else ():
            most[j] = min(most[j], limits[i] / size)
    if len(stocks) == 1 and not several:
        (j,) = stocks
        i = min(rows, key=lambda i: limits[i] / rows[i][j])
        return Depot(opens, i, limits[i] / rows[i][j], {j: 1.0}, {j: most[j]}, rows[i][j])
    if len(several) != 1 or len(rows[several[0]]) < len(stocks):
        return None
    return Depot(opens, several[0], limits[several[0]], rows[several[0]], most)
