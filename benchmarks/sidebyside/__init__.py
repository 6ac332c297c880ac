"""allocopt side by side with others on the same problems: time and memory by stage."""
