"""The ladder: plans for growing budgets, each of which keeps what the one before it started."""
