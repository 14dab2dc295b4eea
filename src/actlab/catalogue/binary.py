"""Functions that decide: yes or no, nothing between."""

from actlab.catalogue.activation import activation
from actlab.catalogue.function import Source
from actlab.formula import Expression
from actlab.formula.primitives import where


@activation(
    "binary",
    Source("McCulloch & Pitts", 1943, "Bull. Math. Biophysics 5"),
    aliases=("heaviside", "binary_step", "threshold"),
)
def step(x: Expression) -> Expression:
    """Fires (1) when its input is above 0, and is silent (0) otherwise.

    The first artificial neuron. A small change of a weight changes nothing, or flips the answer: its slope is 0
    on both sides of the jump, so layers below it get no hint in which direction to learn. At exactly 0 it does not
    fire.
    """
    return where(x > 0, 1, 0)
