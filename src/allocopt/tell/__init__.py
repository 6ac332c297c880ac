"""From a settled model to the tables of a plan: one function a table, decisions first, then what follows from them."""
