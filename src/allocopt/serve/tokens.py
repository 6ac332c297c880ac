"""Tokens: 256 random bits, of which only the SHA-256 is kept.

A hash without salt or stretching is enough, since nobody can try 2^256 tokens.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from pathlib import Path

from allocopt.faults import Fault, InputError
from allocopt.reading.plain_text import shown

PREFIX = "allocopt_"
# As many characters as 256 bits have in base 64.
SHORTEST = 43
NAME = re.compile(r"[\w.-]{1,60}")
_TOKEN = re.compile(r"[!-~]+")


def new_token() -> str:
    return PREFIX + secrets.token_urlsafe(32)


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def owner(presented: str, known: Iterable[tuple[str, str]]) -> str | None:
    """The name of the token that was presented, out of (name, hash). Every hash is compared, each in constant time."""
    hash_ = hashed(presented)
    found = None
    for name, kept in known:
        if hmac.compare_digest(hash_, kept):
            found = name
    return found


def check_name(name: str) -> str:
    """Raises InputError for a name that no token may have."""
    if not NAME.fullmatch(name):
        expected = "up to 60 letters, digits, and '.', '-' or '_'"
        raise InputError([Fault("the name of a token", 0, "", shown(name), expected)])
    return name


def read_tokens(file: Path) -> dict[str, str]:
    """Tokens by name, from lines `NAME TOKEN`; empty lines and those that begin with # say nothing.

    Raises InputError, never showing a token.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise InputError([Fault(str(file), 0, "", "no file that can be read", "lines of NAME TOKEN")]) from None
    faults: list[Fault] = []
    tokens: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if why := _why_not(words, tokens):
            faults.append(Fault(str(file), number, "", why, f"NAME TOKEN, a token of at least {SHORTEST} characters"))
        else:
            tokens[words[0]] = words[1]
    if faults:
        raise InputError(faults)
    return tokens


def _why_not(words: list[str], before: dict[str, str]) -> str:
    if len(words) != 2:
        return f"{len(words)} words"
    name, token = words
    if not NAME.fullmatch(name):
        return f"the name {shown(name)}"
    if name in before or token in before.values():
        return "a name or a token that stands there twice"
    return "" if _TOKEN.fullmatch(token) and len(token) >= SHORTEST else "a token that is too short, or not plain ASCII"
