"""What the next yuan buys: for each line, body and area, and at which sum the plan changes."""
