"""Studies: many solves of one city, and what they say together."""
