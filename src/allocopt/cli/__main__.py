"""`python -m allocopt.cli`, the same as `allocopt`."""

from allocopt.cli import main

main()
