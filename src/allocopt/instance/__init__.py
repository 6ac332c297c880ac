"""From a folder of files to a `City`, or to everything that is wrong with them; and a new folder to start from."""
