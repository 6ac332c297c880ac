"""The problems: how they are drawn as cities, how their tables become data, and the competitors' models of them."""
