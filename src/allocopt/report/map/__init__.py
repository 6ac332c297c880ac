"""The map: where things are, what a plan does there, and how it is drawn."""
