"""How Sphinx makes the site of these pages: `python -m sphinx -W docs build/site`, without a network."""

from __future__ import annotations

import re
from importlib.metadata import version as installed
from typing import Any

project = "allocopt"
release = version = installed("allocopt")
extensions = ["myst_parser", "sphinx.ext.autodoc"]
language = "en"
smartquotes = False
html_theme = "furo"
html_title = "allocopt"
html_static_path = ["site"]
html_css_files = ["allocopt.css"]
html_copy_source = False
html_show_copyright = False
# Titles are linked to as code hosts do it.
myst_heading_anchors = 4
# In docstrings a single backtick means code, as in Markdown.
default_role = "code"
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
python_maximum_signature_line_length = 88
add_module_names = False


def _contents(_: Any, page: str, source: list[str]) -> None:
    """The order of the site is that of the links on the first page, section by section."""
    if page == "index":
        for title, body in re.findall(r"^## (.+)\n((?:(?!## ).*\n)*)", source[0], re.MULTILINE):
            links = re.findall(r"\]\(([\w/-]+)\.md\)", body)
            if links:
                source[0] += "\n".join(["\n```{toctree}", ":hidden:", f":caption: {title}", "", *links, "```", ""])


def _no_formulas(_: Any, what: str, *rest: Any) -> None:
    """What a module of formulations says stands on the page of the mathematics."""
    if what == "module":
        rest[-1].clear()


def _no_fields(_: Any, __: str, ___: str, member: Any, skip: bool, ____: Any) -> bool | None:
    """The fields of a named tuple stand in its signature."""
    return True if (getattr(member, "__doc__", None) or "").startswith("Alias for field number") else None


def setup(app: Any) -> None:
    app.connect("source-read", _contents)
    app.connect("autodoc-process-docstring", _no_formulas)
    app.connect("autodoc-skip-member", _no_fields)
