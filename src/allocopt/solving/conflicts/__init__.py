"""What cannot hold together, by name, and the cheapest ways to let it."""

from allocopt.solving.conflicts.conflict import find_conflict
from allocopt.solving.conflicts.holding import Holding
from allocopt.solving.conflicts.members import Member, members_of
from allocopt.solving.conflicts.smallest import smallest_members

__all__ = ["Holding", "Member", "find_conflict", "members_of", "smallest_members"]
