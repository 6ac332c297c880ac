"""allocopt: who goes where, with what, and when, when there is more risk than money."""
