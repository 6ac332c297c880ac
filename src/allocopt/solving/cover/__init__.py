"""Maximal covering that prices alone leave open: rows of odd sets, a plan from them, and a tree over regions."""

from allocopt.solving.cover.tree import Found, OverRegions

__all__ = ["Found", "OverRegions"]
