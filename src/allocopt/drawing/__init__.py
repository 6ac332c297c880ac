"""Cities drawn by chance from stated distributions: to try a city of one's own size, and to measure on."""
