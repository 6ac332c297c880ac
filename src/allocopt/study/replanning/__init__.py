"""Replanning: the best plan within so many changes of the present one, as a curve over their number."""
