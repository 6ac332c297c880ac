"""The sections that tell one plan, a file each."""
