"""The kinds of jobs: commands of the command line, and which of their options may be given.

An option's type, limits and help are taken from the command itself. Only what is listed here may be given, so that no
new option of the command line opens a door: one that names a file, say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import click
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, create_model

from allocopt.faults import Fault, InputError

# Words of a command to the command; None where there is none of this name.
Find = Callable[[Sequence[str]], click.Command | None]

OPTIONS = frozenset(
    [
        "--scenario",
        "--set",
        "--regime",
        "--coalition",
        "--objective",
        "--gap",
        "--gap-avoided",
        "--time-limit",
        "--from",
        "--to",
        "--budgets",
        "--line",
        "--points",
        "--next-yuan",
        "--step",
        "--rungs",
        "--weights",
        "--near",
        "--permutations",
        "--seed",
        "--surveys",
        "--level",
        "--draws",
        "--kinds",
        "--ill",
        "--cut",
        "--pairs",
        "--additions",
        "--changes",
    ]
)
# What the server decides: a job is one process with one thread, so that its limits are limits.
FIXED = {"--threads": "1", "--workers": "1"}
# What no job may be told: other folders, other machines, another form of the answer, plans changed by hand.
WITHHELD = frozenset(["--out", "--json", "--dask", "--start-over", "--city", "--edited"])
_COMMANDS = {
    "solve": ("solve",),
    "budget": ("study", "budget"),
    "collaboration": ("study", "collaboration"),
    "fairness": ("study", "fairness"),
    "information": ("study", "information"),
    "ladder": ("study", "ladder"),
    "replan": ("study", "replan"),
    "stress": ("study", "stress"),
}
_MOST_CHARACTERS, _MOST_VALUES = 1000, 200


def _as_text(value: Any) -> Any:
    """A number may stand for its text."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value) if isinstance(value, float) or abs(value) < 10**18 else value
    return value


# Text that can be a word of a command line.
Word = Annotated[str, StringConstraints(min_length=1, max_length=_MOST_CHARACTERS, pattern=r"^[^\x00-\x1f\x7f]+$")]
Amount = Annotated[Word, BeforeValidator(_as_text, json_schema_input_type=str | float)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


@dataclass(frozen=True)
class Kind:
    """A kind of job. `about` is what it is about: an `instance`, or the `plan` of another job."""

    name: str
    words: tuple[str, ...]
    about: Literal["instance", "plan"]
    command: click.Command
    options: type[Strict]

    def call(self, subject: Sequence[str], out: str, given: Mapping[str, Any]) -> list[str]:
        """The command line. Raises InputError for what the command itself refuses in a call."""
        words = [*subject, f"--out={out}", "--json", *self._fixed(), *_words(given)]
        try:
            self.command.make_context(" ".join(self.words), list(words))
        except click.ClickException as error:
            raise InputError([_fault(error)]) from None
        return [*self.words, *words]

    def _fixed(self) -> list[str]:
        has = {option for part in self.command.params for option in part.opts}
        return [f"{name}={value}" for name, value in FIXED.items() if name in has]


def kinds(find: Find) -> dict[str, Kind]:
    """All kinds of jobs."""
    return {name: _kind(name, words, command) for name, words in _COMMANDS.items() if (command := find(words))}


def _kind(name: str, words: tuple[str, ...], command: click.Command) -> Kind:
    argument = next(part for part in command.params if isinstance(part, click.Argument))
    about: Literal["instance", "plan"] = "plan" if argument.name == "plan" else "instance"
    fields = dict(_fields(command))
    return Kind(name, words, about, command, create_model(f"{name.title()}Options", __base__=Strict, **fields))


def _fields(command: click.Command) -> Iterator[tuple[str, Any]]:
    """(name, (type, field)) of each option that may be given; one that is not given is left to the command."""
    for option in command.params:
        if isinstance(option, click.Option) and option.opts[-1] in OPTIONS:
            name = option.opts[-1].removeprefix("--").replace("-", "_")
            field = Field(default=None, description=option.help)
            yield name, (_type(option) | None, field)


def _type(option: click.Option) -> Any:
    kind = option.type
    if option.is_flag:
        return bool
    if option.multiple:
        return Annotated[list[Word], Field(max_length=_MOST_VALUES)]
    if isinstance(kind, click.Choice):
        return Literal[tuple(kind.choices)]
    if isinstance(kind, click.IntRange):
        return Annotated[int, Field(ge=kind.min, le=10**9 if kind.max is None else kind.max)]
    return Amount


def _words(given: Mapping[str, Any]) -> Iterator[str]:
    """Each option as one word, so that no value can be taken for an option."""
    for name, value in given.items():
        option = "--" + name.replace("_", "-")
        if isinstance(value, bool):
            yield from [option] if value else []
        elif isinstance(value, list):
            yield from (f"{option}={each}" for each in value)
        elif value is not None:
            yield f"{option}={value}"


def _fault(error: click.ClickException) -> Fault:
    wrong = getattr(error, "param", None)
    name = wrong.opts[-1].removeprefix("--").replace("-", "_") if isinstance(wrong, click.Option) else ""
    words = " ".join(error.format_message().split())
    return Fault("the request", 0, f"options.{name}" if name else "options", words, "an option as the command takes it")
