"""How plain a function is: what its formula is made of."""

from __future__ import annotations

from actlab.catalogue import find
from actlab.formula.expression import walk

NOTHING = frozenset({"constant", "symbol", "pi"})
ARITHMETIC = frozenset(
    {
        "add", "subtract", "multiply", "divide", "negative", "absolute", "sign", "minimum", "maximum", "power",
        "greater", "greater_equal", "logical_and", "logical_or", "logical_not", "where",
    }
)  # fmt: skip
TRANSCENDENTAL = 3
LEARNED = 2


def plainness(name: str) -> int:
    """A number that is smaller for a plainer function.

    Each different operation in its formula counts 1, or 3 when it is more than arithmetic (exp, tanh, erf, …), and
    each parameter that is learned or drawn counts 2: identity has 0, relu 2, leaky_relu 3, prelu 5, silu 4, mish 7.

    >>> plainness("identity"), plainness("relu"), plainness("silu")
    (0, 2, 4)
    """
    activation = find(name)
    operations = [node.word for node in walk(activation.formula) if node.word not in NOTHING]
    parameters = sum(parameter.role != "fixed" for parameter in activation.parameters)
    return sum(1 if word in ARITHMETIC else TRANSCENDENTAL for word in operations) + LEARNED * parameters
