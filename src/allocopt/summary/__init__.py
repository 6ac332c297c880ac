"""What a plan says, in plain words and tables, from its folder alone."""

from allocopt.summary.comparison import compare, render_comparison
from allocopt.summary.naming import Names, naming
from allocopt.summary.render import render, sections

__all__ = ["Names", "compare", "naming", "render", "render_comparison", "sections"]
