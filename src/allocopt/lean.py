"""Pyomo, and of scipy and numpy only what is used.

When scipy is imported after Pyomo, Pyomo takes that as the moment to import all of it, statistics included: 0.6 seconds
at every start. Without this callback it does so when it needs scipy itself, and its compiler needs the two names that
are given to it in `solver/arrays.py`.

scipy in turn copies every name of numpy, and so has numpy import what it otherwise would when it is asked for: its
Fortran reader, its tests. Names that stand there for that moment are not imported; later they are, as ever.
"""

import numpy
from pyomo.common.dependencies import DeferredImportCallbackFinder

DeferredImportCallbackFinder._callbacks.pop("scipy", None)

_NOT_NOW = {"ctypeslib", "f2py", "testing"} - vars(numpy).keys()
for _name in _NOT_NOW:
    setattr(numpy, _name, None)
try:
    import scipy.sparse  # noqa: F401 (what is imported here)
finally:
    for _name in _NOT_NOW:
        delattr(numpy, _name)
