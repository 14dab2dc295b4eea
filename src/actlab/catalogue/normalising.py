"""Functions of a whole row: every output depends on all inputs along the axis."""

from actlab.catalogue.activation import activation
from actlab.catalogue.function import Source
from actlab.formula import Expression
from actlab.formula.primitives import exp, log_total_exp


@activation("normalising", Source("Bridle", 1990, "Neurocomputing, NATO ASI F68"), aliases=("softargmax",))
def softmax(x: Expression) -> Expression:
    """Turns a row of scores into probabilities that add up to 1.

    The largest score gets the largest share; adding the same number to all scores changes nothing.
    """
    return exp(x - log_total_exp(x))
