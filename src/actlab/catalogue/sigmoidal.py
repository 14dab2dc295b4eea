"""Functions shaped like an S: a smooth passage between two levels."""

from actlab.catalogue.activation import activation
from actlab.catalogue.function import Source
from actlab.formula import Expression
from actlab.formula import primitives as words
from actlab.formula.primitives import clip, where


@activation("sigmoidal", Source("Rumelhart, Hinton & Williams", 1986, "Nature 323"), aliases=("logistic", "soft_step"))
def sigmoid(x: Expression) -> Expression:
    """Smooths the step into a curve from 0 to 1, which can be read as a probability.

    Small changes of a weight make small differences, so a network can learn. Far from 0 the curve is flat, and
    there learning is slow; its outputs are never negative, which makes the next layer's work harder.
    """
    return words.sigmoid(x)


@activation(
    "sigmoidal",
    Source("LeCun, Bottou, Orr & Müller", 1998, "Efficient BackProp"),
    aliases=("hyperbolic_tangent", "tansig"),
)
def tanh(x: Expression) -> Expression:
    """The sigmoid's relative between -1 and 1, centred on zero.

    Outputs that are negative as often as positive make the next layer's work easier. Like the sigmoid it is flat
    far from 0.
    """
    return words.tanh(x)


@activation("sigmoidal", Source("Bergstra, Desjardins, Lamblin & Bengio", 2009, "Tech. report 1337, Univ. Montreal"))
def softsign(x: Expression) -> Expression:
    """An S between -1 and 1 that needs no exponential and flattens slowly.

    Its slope falls like 1 / x², not exponentially, so units far from 0 still learn a little.
    """
    return x / (1 + abs(x))


@activation(
    "sigmoidal",
    Source("Collobert", 2004, "Large Scale Machine Learning, PhD thesis, Univ. Paris VI"),
    aliases=("hard_tanh",),
)
def hardtanh(x: Expression) -> Expression:
    """A straight line cut off at -1 and 1: the tanh drawn with a ruler.

    On the two corners its slope counts as 0.
    """
    return clip(x, -1, 1)


@activation("sigmoidal", Source("Howard et al.", 2019, "arXiv:1905.02244"), aliases=("hard_sigmoid",))
def hardsigmoid(x: Expression) -> Expression:
    """A straight line cut off at 0 and 1: the sigmoid drawn with a ruler, from -3 to 3.

    Cheap enough for phones. On the two corners its slope counts as 0.
    """
    return where(x > -3, where(x < 3, (x + 3) / 6, 1), 0)


@activation("sigmoidal", Source("Collobert, Kavukcuoglu & Farabet", 2011, "Torch7"), aliases=("log_sigmoid",))
def logsigmoid(x: Expression) -> Expression:
    """The logarithm of the sigmoid: a probability between 0 and 1 becomes a log-probability below 0.

    Used inside losses, because it stays exact where the sigmoid itself is almost 0.
    """
    return -words.softplus(-x)
