"""A plan made by hand: completed, compared with what the same money could do, and bettered move by move."""
