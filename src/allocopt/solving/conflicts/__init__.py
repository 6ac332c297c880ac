"""What cannot hold together, by name, and the cheapest ways to let it."""

from allocopt.solving.conflicts.conflict import find_conflict, smallest_members
from allocopt.solving.conflicts.holding import Holding
from allocopt.solving.conflicts.members import Member, members_of

__all__ = ["Holding", "Member", "find_conflict", "members_of", "smallest_members"]
