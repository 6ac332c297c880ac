"""The same tool over HTTP, for programs in other languages: upload an instance, start a job, fetch what it found.

A request never solves anything. It writes a row; a dispatcher starts workers, each of which runs the command line as a
process of its own, within limits; what a worker leaves in its folder is the truth about its job. So the server, a
worker, or both may be killed at any moment.
"""
