"""What a thing is said to avert is what is lost less once it is done, also where that was found out before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given

from allocopt.arrange.whole import arrange
from allocopt.city import City
from allocopt.solving.by_hand.books import Books
from allocopt.solving.by_hand.following import Following
from allocopt.solving.options import Options, plain
from allocopt.solving.search import Search
from allocopt_models.city import CityModel, city_model
from by_hand.test_drawn import FEW
from cities import city
from drawn.strategies import Drawn, mixed, patrolled


def followed(town: City) -> tuple[CityModel, Books, Following]:
    aim = plain("loss")
    options = Options("linked", None, aim, 0.0, None, None, 1)
    model = city_model(arrange(town, options.acting(town), aim).data)
    arrays = Search(model, threads=1).arrays
    books = Books(model, arrays)
    return model, books, Following(model, arrays, books)


def lost(model: CityModel, books: Books) -> float:
    left = books.names.columns("risk.left")
    alike = model.model.risk.alike
    return sum(cny * books.x[left[alike[cell]]] for cell, cny in model.data.loss_cny.items() if cell in alike)


def try_out(town: City) -> None:
    """Value all units and visits, do one of them, and so on."""
    model, books, following = followed(town)
    columns = [*books.names.columns("patrol.units").values(), *books.names.columns("inspection.visits").values()]
    chance = Random(1)
    for column in chance.choices(columns, k=12) if columns else ():
        said = {each: following.outcome({each: 1.0}).averted for each in columns}
        before = lost(model, books)
        following.do({column: 1.0})
        assert said[column] == pytest.approx(before - lost(model, books), rel=1e-9, abs=1e-6)


@pytest.mark.parametrize("strategy", [patrolled, mixed])
def test_what_is_said_is_what_follows(strategy: Callable[[], object]) -> None:
    @FEW
    @given(strategy())  # type: ignore[arg-type]
    def test(drawn: Drawn) -> None:
        tables, settings = drawn
        with TemporaryDirectory() as place:
            try_out(city(Path(place) / "city", tables, **{"worst_area": {"level": 1, "per": "total"}, **settings}))

    test()
