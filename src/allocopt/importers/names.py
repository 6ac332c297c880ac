"""What the sheets of an exported workbook are called: those of the instance have the names of its tables."""

COVER = "about"
# Before the name of a table: of the plan, and of today's plan in `current/`.
OF_PLAN, OF_TODAY = "plan ", "current "
