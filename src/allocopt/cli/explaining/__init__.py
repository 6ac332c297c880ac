"""The explanations, one file a command."""
