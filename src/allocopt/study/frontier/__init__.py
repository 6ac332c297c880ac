"""The frontier: what can be reached with any sum between two, and what the next yuan buys."""
