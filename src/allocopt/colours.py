"""Colours that people who see few of them can tell apart; every layer has a shape of its own as well."""

from __future__ import annotations

# Okabe and Ito 2008.
BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, RED, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
GREY, LIGHT = "#767676", "#c8c8c8"
# From dark blue to yellow, as lightness alone (cividis: Nuñez, Anderton and Renslow 2018): 0 to 1 of a share.
RAMP = ("#00224e", "#35456c", "#666970", "#948e77", "#c8b866", "#fee838")
