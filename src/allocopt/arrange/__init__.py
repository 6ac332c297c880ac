"""From a city and a regime to the typed data that the formulations take: who may act where, what it takes and does."""
