"""The formulations: Pyomo building blocks, typed data in, unsolved model out."""
