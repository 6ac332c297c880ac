"""Pyomo, and of scipy only what is used.

When scipy is imported after Pyomo, Pyomo takes that as the moment to import all of it, statistics included: 0.6 seconds
at every start. Without this callback it does so when it needs scipy itself, and its compiler needs the two names that
are given to it in `solver/arrays.py`.
"""

from pyomo.common.dependencies import DeferredImportCallbackFinder

DeferredImportCallbackFinder._callbacks.pop("scipy", None)
