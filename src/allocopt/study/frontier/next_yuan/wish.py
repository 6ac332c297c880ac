"""What is asked of the next yuan: how many sums, by which step; and its way through the study of the budget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from allocopt.arrange.money import arrange_lines
from allocopt.city import City
from allocopt.faults import Fault, InputError
from allocopt.solving.options import Options
from allocopt.study.frontier.next_yuan.asking import Asking, NextYuan
from allocopt.study.frontier.next_yuan.raises import raised, roomy
from allocopt.study.frontier.rounds import Frontier, Standing
from allocopt.study.frontier.sums import Sum, sums_of

NEXT_YUAN, STEP = 20, "1%"
# The money that the city has.
OWN_SHARE = 1.0


@dataclass(frozen=True)
class Wish:
    """So many sums at `most` (0: none), each raised by the `step`."""

    most: int
    step: str

    @cached_property
    def _step(self) -> Sum:
        """Raises InputError for a step that is none."""
        (step,) = sums_of((self.step,), "--step")
        if step.number <= 0:
            raise InputError([Fault("--step", 0, "", f"'{self.step}'", "money above zero, or a share above zero")])
        return step

    @property
    def identity(self) -> dict[str, str]:
        """What tells it from another, as text by name."""
        return {"--next-yuan": str(self.most), "--step": f"{self._step.number!r}{'%' if self._step.is_share else ''}"}

    @property
    def words(self) -> list[str]:
        """The options that ask for it."""
        return ["--next-yuan", str(self.most), *(["--step", self.step] if self.most else [])]

    @property
    def shares(self) -> Sequence[float]:
        """The share of the money from which is counted."""
        return (OWN_SHARE,) if self.most else ()

    def roomy(self, most: City, own: City, options: Options) -> City:
        """The city with the most money, and with room for all that is to be raised."""
        if not self.most:
            return most
        rows, _ = raised(arrange_lines(own, options.acting(own)))
        return roomy(most, own, rows, self._step)

    def granted(self, frontier: Frontier, standings: Sequence[Standing], city: City) -> NextYuan | None:
        """The table; None where none is wished for, or where the city's own money allows no plan."""
        places = [place for place, standing in enumerate(standings) if standing.share == OWN_SHARE and standing.plan]
        if not (self.most and places):
            return None
        record, bound = frontier.records[places[0]], standings[places[0]].bound
        asking = Asking(frontier.ground, city, self._step, self.most, frontier.keeper, frontier.run)
        return asking.found(record, bound)
