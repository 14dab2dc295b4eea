"""Functions that pull small inputs towards 0 and leave large ones alone."""

from actlab.catalogue.activation import activation
from actlab.catalogue.function import Source
from actlab.catalogue.roles import fixed
from actlab.formula import Expression
from actlab.formula.primitives import where, x_minus_tanh


@activation(
    "shrinking",
    Source("Donoho & Johnstone", 1994, "Biometrika 81"),
    aliases=("hard_shrink", "hard_thresholding"),
)
def hardshrink(x: Expression, threshold: Expression = fixed(0.5, low=0)) -> Expression:
    """Sets small inputs to 0 and keeps the others as they are.

    It jumps at both thresholds; an input that lies exactly on one becomes 0, with slope 0.
    """
    return where(abs(x) > threshold, x, 0)


@activation(
    "shrinking",
    Source("Donoho", 1995, "IEEE Trans. Information Theory 41"),
    aliases=("soft_shrink", "soft_thresholding"),
)
def softshrink(x: Expression, threshold: Expression = fixed(0.5, low=0)) -> Expression:
    """Sets small inputs to 0 and moves the others towards 0 by the same amount.

    Without a jump. An input that lies exactly on a threshold has slope 0.
    """
    return where(x > threshold, x - threshold, where(x < -threshold, x + threshold, 0))


@activation("shrinking", Source("Collobert, Kavukcuoglu & Farabet", 2011, "Torch7"), aliases=("tanh_shrink",))
def tanhshrink(x: Expression) -> Expression:
    """What the tanh cuts off: almost nothing near 0, all but 1 far out."""
    return x_minus_tanh(x)
