"""What bodies lose by acting alone, gain together, and how they may share it."""
