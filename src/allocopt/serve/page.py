"""The description of all calls as a plain table: no script, nothing fetched from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

_HEAD = """<!doctype html><meta charset="utf-8"><title>allocopt serve</title>
<style>body{font:15px sans-serif;margin:2em auto;max-width:60em}
td,th{text-align:left;vertical-align:top;padding:.3em .8em}code{white-space:nowrap}</style><h1>allocopt serve</h1>
<p>Every call but /health needs the header <code>Authorization: Bearer TOKEN</code>. Every error is
<code>{"faults": [{"file", "line", "field", "found", "expected"}]}</code>. The whole description is
<code>/openapi.json</code>.</p>"""


def calls(description: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """(method and path, what it does, its statuses) of each call, from an OpenAPI description."""
    for path, methods in description["paths"].items():
        for method, call in methods.items():
            words = call.get("description") or call.get("summary", "")
            yield f"{method.upper()} {path}", words, ", ".join(call["responses"])


def page(description: Mapping[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(call)}</code><td>{escape(words)}<td>{escape(statuses)}"
        for call, words, statuses in calls(description)
    )
    return f"{_HEAD}<table><tr><th>call<th>does<th>answers{rows}</table>"
