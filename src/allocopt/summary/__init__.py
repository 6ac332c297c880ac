"""What a plan says, in plain words and tables, from its folder alone."""
