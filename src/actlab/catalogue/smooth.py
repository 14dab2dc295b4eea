"""Smooth relatives of the ReLU, without a corner."""

from actlab.catalogue.activation import activation
from actlab.catalogue.function import Source
from actlab.catalogue.roles import fixed
from actlab.formula import Expression
from actlab.formula import primitives as words
from actlab.formula.primitives import hypot, normal_cdf, pi, sigmoid, sqrt, tanh, where


@activation("smooth", Source("Hendrycks & Gimpel", 2016, "arXiv:1606.08415"))
def gelu(x: Expression) -> Expression:
    """Weighs each input by the share of a normal crowd that is smaller than it.

    The activation of BERT and GPT. For large inputs it is a ReLU; around 0 it bends smoothly and dips slightly
    below zero.
    """
    return x * normal_cdf(x)


@activation("smooth", Source("Hendrycks & Gimpel", 2016, "arXiv:1606.08415"), aliases=("gelu_new", "gelu_approximate"))
def gelu_tanh(x: Expression) -> Expression:
    """GELU through a formula that is quicker than the normal distribution; GPT-2 uses this one.

    Written with the sigmoid, (1 + tanh(u)) / 2 = sigmoid(2 u), which keeps the digits of the left tail.
    """
    return x * sigmoid(2 * sqrt(2 / pi) * (x + 0.044715 * x**3))


@activation("smooth", Source("Elfwing, Uchibe & Doya", 2017, "arXiv:1702.03118"), aliases=("swish", "swish_1"))
def silu(x: Expression) -> Expression:
    """Weighs each input by its own sigmoid.

    Found by hand in 2017 and again by a search through formulas, which called it Swish.
    """
    return x * sigmoid(x)


@activation("smooth", Source("Misra", 2019, "arXiv:1908.08681"))
def mish(x: Expression) -> Expression:
    """Gated by the tanh of its own softplus."""
    return x * tanh(words.softplus(x))


@activation("smooth", Source("Dugas, Bengio, Bélisle, Nadeau & Garcia", 2000, "NIPS 13"), aliases=("smooth_relu",))
def softplus(x: Expression, beta: Expression = fixed(1.0, low=0)) -> Expression:
    """A ReLU with a rounded corner that is never quite 0.

    Its slope is the sigmoid. The larger beta, the sharper the corner.
    """
    return words.softplus(beta * x) / beta


@activation("smooth", Source("Barron", 2021, "arXiv:2112.11687"))
def squareplus(x: Expression, b: Expression = fixed(4.0, low=0)) -> Expression:
    """A softplus made from a square root alone: (x + sqrt(x² + b)) / 2.

    For negative inputs the same number is written as a quotient, because the sum would lose its digits there,
    and all of it is halved beforehand, so that the largest numbers do not overflow.
    """
    half = x / 2
    root = hypot(half, sqrt(b) / 2)
    return where(x > 0, half + root, b / 4 / (root - half))
