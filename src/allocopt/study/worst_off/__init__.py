"""Fairness: total loss against the loss of the worst-off area, from one end to the other."""
