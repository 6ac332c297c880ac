"""The formulations: Pyomo building blocks, typed data in, unsolved model out.

What they are made of comes from `pyomo.core`. `pyomo.environ` would also import every solver and extension of Pyomo,
which takes longer than all else and which no block needs; who hands a model to one of these imports it.
"""
