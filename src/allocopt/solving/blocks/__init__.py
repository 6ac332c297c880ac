"""A large city whose model falls into blocks, seasons for instance, that only the budget lines and what is opened join.

Each block is small enough to be solved in a moment. What joins them is allotted: each block gets a part of every line's
money, and parts are moved to where they avert most (Geoffrion 1970). What the blocks' multipliers say of every
allotment bounds all plans (Kelley 1960; Benders 1962); the plan is made block by block at the best allotment found.
"""
