"""The table of beats, from a settled model."""

from __future__ import annotations

from pyomo.core import value

from allocopt.arrange.whole import Arranged
from allocopt.tell.decisions import Rows
from allocopt_models.city import CityModel


def beats(model: CityModel, _: Arranged) -> Rows:
    """The answering post of every site, where the city asks for beats."""
    data = model.data.beats
    if data is None or not data.asked:
        return
    for (post, site), minutes in sorted(data.minutes.items()):
        if round(value(model.model.beats.assigned[post, site])):
            yield {"site": site, "post": post, "minutes": minutes, "people": data.people[site]}
