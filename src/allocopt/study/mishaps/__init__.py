"""A fixed plan while things go wrong: what is lost, what could be regained, and what more would have helped."""
