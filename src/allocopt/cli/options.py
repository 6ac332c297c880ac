"""Options and arguments that several commands share."""

from __future__ import annotations

import math
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

OBJECTIVES = ("loss", "loss_and_spending", "spending", "worst_area", "cvar", "response_time")


def path(_ctx: click.Context, _param: click.Parameter, text: str | None) -> str | None:
    """The text of a path, which names something: a blank one would mean the folder one stands in."""
    if text is not None and not text.strip():
        raise click.BadParameter("the name of a folder is missing.")
    return text


def as_json(function: F) -> F:
    """The flag `--json` as `as_json`."""
    option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
    return option(function)


def city(function: F) -> F:
    """The argument CITY with the options that change what is read: `city`, `scenario`, `changes`."""
    return _with(function, click.argument("city", metavar="CITY", callback=path), changes)


def changes(function: F) -> F:
    """The options that change what is read: `scenario`, `changes`."""
    return _with(
        function,
        click.option("--scenario", metavar="NAME", help="A named set of changes from city.yaml."),
        click.option("--set", "changes", multiple=True, metavar="PATH=VALUE", help="Change a value; may be repeated."),
    )


def plan(function: F) -> F:
    """The argument PLAN, a plan's folder."""
    return click.argument("plan", metavar="PLAN", callback=path)(function)


def instance(function: F) -> F:
    """The option `--city` as `folder`: where a plan's instance is."""
    words = "The instance, if it is not where it was."
    return click.option("--city", "folder", metavar="CITY", callback=path, help=words)(function)


def edited(function: F) -> F:
    """The flag `--edited`."""
    option = click.option("--edited", is_flag=True, help="The plan was changed by hand: skip the hashes.")
    return option(function)


def gaps(function: F) -> F:
    """When a search stops: `gap`, `gap_avoided`, `time_limit`."""
    return _with(
        function,
        _gap,
        _gap_avoided,
        time_limit,
    )


def time_limit(function: F) -> F:
    """The option `--time-limit`."""
    words = "Stop after this number of seconds."
    return click.option("--time-limit", metavar="S", callback=above_zero, help=words)(function)


def threads(function: F) -> F:
    """The option `--threads`."""
    return click.option("--threads", metavar="N", callback=_threads, help="Threads of the solver.")(function)


def workers(function: F) -> F:
    """The option `--workers`."""
    words = "Processes that solve side by side; else one a core."
    return click.option("--workers", metavar="N", callback=_threads, help=words)(function)


def kept(function: F) -> F:
    """Who does a study that can be gone on with, and where: `workers`, `dask`, `start_over`, `out`."""
    return _with(
        function,
        workers,
        click.option("--dask", metavar="ADDRESS", help="Solve on the Dask cluster whose scheduler is there."),
        click.option("--start-over", is_flag=True, help="Drop what is kept of another study in the folder."),
        click.option("--out", metavar="DIR", callback=path, help="Folder of the study; else one under results/."),
    )


def words(_ctx: click.Context, _param: click.Parameter, text: str | None) -> tuple[str, ...]:
    """What is parted by commas."""
    return () if text is None else tuple(word.strip() for word in text.split(",") if word.strip())


def sums(function: F) -> F:
    """The sums of money of a study: `start`, `end`, `budgets`, `line`."""
    start = "The smallest sum: money or a share."
    return _with(
        function,
        click.option("--from", "start", metavar="A", default="50%", show_default=True, help=start),
        click.option("--to", "end", metavar="B", default="150%", show_default=True, help="The largest sum."),
        click.option("--budgets", metavar="A,B,…", callback=words, help="These sums, in place of evenly spread ones."),
        click.option("--line", metavar="ID", help="Change this budget line alone; else all are scaled together."),
    )


def numbers(ctx: click.Context, param: click.Parameter, text: str | None) -> tuple[float, ...]:
    """Numbers parted by commas, none below 0."""
    return tuple(at_least_zero(ctx, param, word) or 0.0 for word in words(ctx, param, text))


def share(_ctx: click.Context, _param: click.Parameter, text: str) -> float:
    """A share above 0 and at most 1: 30% or 0.3."""
    number = _number(text.strip().removesuffix("%"))
    number = number / 100 if text.strip().endswith("%") else number
    if not 0.0 < number <= 1.0:
        raise click.BadParameter(f"'{text}' is not a share above 0 and at most 100%.")
    return number


def study_folder(city: str, scenario: str | None, kind: str) -> Path:
    """Where a study goes when nobody says: results/<instance>[-scenario]-<kind>."""
    words = [Path(city).resolve().name or "city", scenario, kind]
    return Path("results") / "-".join(word for word in words if word)


def _gap(function: F) -> F:
    words = "Stop at this relative gap."
    return click.option("--gap", metavar="G", default="0.01", show_default=True, callback=at_least_zero, help=words)(
        function
    )


def _gap_avoided(function: F) -> F:
    words = "Stop at this gap in the loss that can be averted."
    return click.option("--gap-avoided", metavar="G", callback=at_least_zero, help=words)(function)


def _regime(function: F, default: str | None = "linked") -> F:
    return click.option(
        "--regime",
        type=click.Choice(["silo", "linked", "joint"]),
        default=default,
        show_default=True,
        help="Who may act for whom: nobody, as the links say, everybody.",
    )(function)


def _aim(function: F) -> F:
    return click.option(
        "--objective",
        metavar="NAME",
        callback=_objective,
        help=f"What is minimised: {', '.join(OBJECTIVES)}; or weights such as loss=1,spending=0.2.",
    )(function)


def together(function: F) -> F:
    """Who may act for whom: `regime`, `coalition`."""
    words = "Bodies that act as one."
    coalition = click.option("--coalition", multiple=True, metavar="BODY,BODY", callback=_bodies, help=words)
    return _with(function, _regime, coalition)


def acting(function: F) -> F:
    """Who may act for whom, and what is minimised: `regime`, `objective`."""
    return _with(function, _regime, _aim)


def acting_as_planned(function: F) -> F:
    """The same, where nothing means what a plan was made with."""
    return _with(function, lambda command: _regime(command, None), _aim)


def acting_and_gaps(function: F) -> F:
    """Who may act for whom, what is minimised, and how near a plan must be: `regime`, `coalition`, `objective`, `gap`,
    `gap_avoided`."""
    return _with(function, together, _aim, _gap, _gap_avoided)


def regime_and_gaps(function: F) -> F:
    """As `acting_and_gaps`, for who minimises what it must."""
    return _with(function, together, _gap, _gap_avoided)


def solving(function: F) -> F:
    """The options of a search, under the names that `allocopt.solve` takes."""
    return _with(
        function,
        together,
        _aim,
        gaps,
        threads,
    )


def _with(function: F, *decorators: Callable[[F], F]) -> F:
    """The function with these options, told in this order."""
    for decorate in reversed(decorators):
        function = decorate(function)
    return function


def _number(text: str) -> float:
    """The finite number of a text. Raises BadParameter for anything else."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        hint = " One per cent is 0.01." if text.strip().endswith("%") else ""
        raise click.BadParameter(f"'{text}' is not a number.{hint}")
    return number


def number(_ctx: click.Context, _param: click.Parameter, text: str | None) -> float | None:
    """A number; whether it is within limits is told later, together with what is wrong in the files."""
    return None if text is None else _number(text)


def at_least_zero(_ctx: click.Context, _param: click.Parameter, text: str | None) -> float | None:
    number = None if text is None else _number(text)
    if number is not None and number < 0:
        raise click.BadParameter(f"'{text}' is below 0.")
    return number


def above_zero(_ctx: click.Context, _param: click.Parameter, text: str | None) -> float | None:
    number = None if text is None else _number(text)
    if number is not None and number <= 0:
        raise click.BadParameter(f"'{text}' is not above 0.")
    return number


def _threads(_ctx: click.Context, _param: click.Parameter, text: str | None) -> int | None:
    if text is not None and not (text.isascii() and text.isdigit() and int(text) >= 1):
        raise click.BadParameter(f"'{text}' is not a whole number of at least 1.")
    return None if text is None else int(text)


def _bodies(_ctx: click.Context, _param: click.Parameter, texts: tuple[str, ...]) -> tuple[str, ...] | None:
    bodies = tuple(body.strip() for text in texts for body in text.split(","))
    if not all(bodies):
        raise click.BadParameter("the id of a body is missing.")
    return bodies or None


def _objective(ctx: click.Context, param: click.Parameter, text: str | None) -> str | dict[str, float] | None:
    """One objective by name, or several by weight. Raises BadParameter for names or weights that are wrong."""
    if text is None or text in OBJECTIVES:
        return text
    weights: dict[str, float] = {}
    for part in text.split(","):
        name, sign, weight = (word.strip() for word in part.partition("="))
        if name not in OBJECTIVES or name in weights:
            raise click.BadParameter(_no_objective(name) if name not in OBJECTIVES else f"'{name}' stands there twice.")
        if not sign:
            raise click.BadParameter(f"'{name}' needs a weight, such as {name}=1.")
        weights[name] = at_least_zero(ctx, param, weight) or 0.0
    if not any(weights.values()):
        raise click.BadParameter("no weight is above 0, so nothing would be minimised.")
    return weights


def _no_objective(name: str) -> str:
    close = get_close_matches(name, OBJECTIVES, n=1)
    hint = f" Did you mean '{close[0]}'?" if close else ""
    return f"'{name}' is not one of {', '.join(OBJECTIVES)}.{hint}"
