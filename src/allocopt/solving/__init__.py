"""The solve: a city in, a plan with its certificate out."""
