"""What the calls stand on: the folder, the store, the dispatcher, the errands, and the commands that there are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request

from allocopt.serve.dispatch import Dispatcher
from allocopt.serve.errands import Errands
from allocopt.serve.kinds import Find, Kind, kinds
from allocopt.serve.limits import Limits
from allocopt.serve.places import Places
from allocopt.serve.store import Store


@dataclass(frozen=True)
class Server:
    places: Places
    store: Store
    limits: Limits
    find: Find
    kinds: dict[str, Kind]
    dispatcher: Dispatcher
    errands: Errands


def server(root: Path, limits: Limits, find: Find) -> Server:
    """A server that works in a folder. Raises OSError where it cannot be had."""
    places = Places(root)
    places.make()
    store = Store(places.store)
    dispatcher, errands = Dispatcher(places, store, limits), Errands(places, limits)
    return Server(places, store, limits, find, kinds(find), dispatcher, errands)


def _server(request: Request) -> Server:
    found: Server = request.app.state.server
    return found


def _owner(request: Request) -> str:
    """The name of the token, as the guard has found it."""
    name: str = request.state.owner
    return name


Here = Annotated[Server, Depends(_server)]
Owner = Annotated[str, Depends(_owner)]
