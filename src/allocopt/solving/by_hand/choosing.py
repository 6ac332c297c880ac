"""The best thing to do next, of many: the worth of most falls as more is done, so few are looked at again.

Lazy greedy choice (Minoux 1978): an action is valued again only when it comes to the top with an old value. One that a
limit refused is tried again when a limit that refused it has given way; one that a mechanism or an opening makes better
is valued again when that has come.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import NamedTuple

from allocopt.solving.by_hand.actions import Action
from allocopt.solving.by_hand.books import Books

# The smallest is the best.
Rank = tuple[float, float]
_NOT_VALUED: Rank = (float("-inf"), float("-inf"))
_UNKNOWN = (_NOT_VALUED, 0)


class Choice(NamedTuple):
    """An action and all that has to be done for it."""

    action: Action
    bundle: dict[int, float]


@dataclass
class Refusal:
    """What refused an action, with how often it had given way, and how many gates were open then; `seen`: after how
    many moves it was last found to hold."""

    rows: dict[int, int]
    opened: int
    seen: int


@dataclass
class Memory:
    """What was found out about actions, for all choices that value alike: their last values, each with how many gates
    were open then, and what refused them."""

    values: dict[int, tuple[Rank | None, int]] = field(default_factory=dict)
    refused: dict[int, Refusal] = field(default_factory=dict)

    def refuses(self, actions: Sequence[Action], moves: int) -> bool:
        """Whether all of these are known to be refused after so many moves; one that was found not to help is not."""
        for action in actions:
            refusal = self.refused.get(id(action))
            if refusal is None or refusal.seen != moves or self.values.get(id(action), _UNKNOWN)[0] is None:
                return False
        return True


class Choices:
    """Actions to choose from. `rank` values one as things stand; None when it does not help."""

    def __init__(
        self,
        books: Books,
        actions: Sequence[Action],
        rank: Callable[[Action, dict[int, float]], Rank | None],
        memory: Memory | None = None,
    ) -> None:
        self._books, self._actions, self._rank = books, actions, rank
        self._memory = Memory() if memory is None else memory
        self._begun = False

    def _begin(self) -> None:
        """All are to be valued."""
        self._begun = True
        self._value: dict[int, Rank] = {}
        self._unvalued: list[int] = []
        self._heap: list[tuple[Rank, int]] = []
        self._refused: set[int] = set()
        self._seen_loosened, self._seen_opened = self._books.times_loosened, len(self._books.opened)
        self._by_gate: dict[int, list[int]] = defaultdict(list)
        for i, action in enumerate(self._actions):
            for gate in action.gates:
                self._by_gate[gate].append(i)
        self._value_anew(range(len(self._actions)))

    def best(self) -> Choice | None:
        """The best that can be done now; it stays among the choices. None when nothing helps."""
        if not self._begun:
            if self._memory.refuses(self._actions, self._books.moves):
                return None
            self._begin()
        self._look_again()
        while self._unvalued or self._heap:
            value, i = (_NOT_VALUED, heappop(self._unvalued)) if self._unvalued else heappop(self._heap)
            if self._value.get(i) != value:
                continue
            del self._value[i]
            bundle = self._try(i)
            if bundle is None:
                continue
            rank = self._rank(self._actions[i], bundle)
            self._memory.values[id(self._actions[i])] = rank, len(self._books.opened)
            self._push(i, rank)
            if rank is not None and self._next() == i:
                return Choice(self._actions[i], bundle)
        return None

    def _next(self) -> int:
        """What is looked at next: first those to be valued, in their order."""
        return self._unvalued[0] if self._unvalued else self._heap[0][1]

    def _gate_opened(self, i: int, before: int) -> bool:
        opened = self._books.opened
        return before < len(opened) and not set(self._actions[i].gates).isdisjoint(opened[before:])

    def _push(self, i: int, rank: Rank | None) -> None:
        if rank is not None:
            self._value[i] = rank
            heappush(self._heap, (rank, i))

    def _try(self, i: int) -> dict[int, float] | None:
        books, name = self._books, id(self._actions[i])
        if name not in self._memory.refused or self._has_given_way(i):
            books.refused.clear()
            bundle = self._actions[i].bundle(books)
            if bundle is not None:
                self._memory.refused.pop(name, None)
                return bundle
            rows = {row: books.loosened[row] for row in books.refused}
            self._memory.refused[name] = Refusal(rows, len(books.opened), books.moves)
        self._refused.add(i)
        return None

    def _has_given_way(self, i: int) -> bool:
        """Whether something that refused an action has given way since."""
        books, refusal = self._books, self._memory.refused.get(id(self._actions[i]))
        if refusal is None:
            return self._gate_opened(i, 0)
        if refusal.seen == books.moves:
            return False
        if self._gate_opened(i, refusal.opened) or any(books.loosened[row] > n for row, n in refusal.rows.items()):
            return True
        refusal.seen = books.moves
        return False

    def _look_again(self) -> None:
        books = self._books
        if books.times_loosened > self._seen_loosened:
            self._seen_loosened = books.times_loosened
            self._value_anew([i for i in self._refused if self._has_given_way(i)])
        for gate in books.opened[self._seen_opened :]:
            self._value_anew(self._by_gate.get(gate, ()))
        self._seen_opened = len(books.opened)

    def _value_anew(self, actions: Sequence[int]) -> None:
        """To be valued when the next is asked for, but for those with a last value that no gate has made better."""
        for i in actions:
            self._refused.discard(i)
            known = self._memory.values.get(id(self._actions[i]))
            if known is not None and not self._gate_opened(i, known[1]):
                self._value.pop(i, None)
                self._push(i, known[0])
            else:
                self._value[i] = _NOT_VALUED
                heappush(self._unvalued, i)
