"""Cities of stock and shipments too large for one model: the first stage in one, each scenario in its own."""
