"""Who solves the problems beside allocopt. Each imports what it needs before its clock starts."""
