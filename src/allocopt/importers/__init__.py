"""Files of others as instances: a reader a format, and one way to write what they read."""
