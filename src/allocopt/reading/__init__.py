"""Turning files somebody else wrote into plain values, strictly: every fault is collected, none is guessed away."""
