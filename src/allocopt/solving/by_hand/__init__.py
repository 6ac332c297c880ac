"""The plan an analyst would make by hand, to compare the search's plan with.

First what hard standards ask for, standard by standard. Then down the list of sites by loss, the largest first, round
after round: at each site the action that averts most a yuan, of those that are allowed and can be paid, until nothing
helps any more. It is made on the model's own decisions and limits, so that it is a plan like any other: under the same
regime, with the same money and people, valued by the same formula.
"""

from allocopt.solving.by_hand.comparing import ByHand, compare_by_hand

__all__ = ["ByHand", "compare_by_hand"]
