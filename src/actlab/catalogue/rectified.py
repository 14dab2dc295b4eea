"""Functions that let positive inputs through and hold negative ones back."""

from actlab.catalogue.activation import activation
from actlab.catalogue.function import Source
from actlab.catalogue.roles import fixed, learned, uniform
from actlab.formula import Expression
from actlab.formula.expression import Operand
from actlab.formula.primitives import clip, expm1, where


@activation(
    "rectified",
    Source("Widrow & Hoff", 1960, "Adaptive switching circuits, IRE WESCON"),
    aliases=("linear", "none"),
)
def identity(x: Expression) -> Expression:
    """Passes on what it is given.

    Layers of such units are no more than one straight line, however many there are. It is the yardstick: a
    network that beats it has used the bend of its activation.
    """
    return x


@activation(
    "rectified",
    Source("Fukushima", 1969, "IEEE Trans. SSC 5"),
    aliases=("rectifier", "ramp"),
)
def relu(x: Expression) -> Expression:
    """Lets positive inputs through and gives 0 otherwise.

    Cheap, and layers of it can come close to any function. About half of its outputs are 0 at a random start, and
    that is healthy. A unit that is silent on every sample gets no gradient and never comes back: it is dead.
    """
    return where(x > 0, x, 0)


@activation("rectified", Source("Maas, Hannun & Ng", 2013, "ICML workshop WDLASL"), aliases=("lrelu",))
def leaky_relu(x: Expression, slope: Operand = 0.01) -> Expression:
    """Lets a small share of every negative input through.

    The tail leaks, so every unit gets some gradient and can come back to life.
    """
    return where(x > 0, x, slope * x)


@activation("rectified", Source("He, Zhang, Ren & Sun", 2015, "arXiv:1502.01852"), aliases=("parametric_relu",))
def prelu(x: Expression, slope: Expression = learned(0.25)) -> Expression:
    """A leaky ReLU whose leak is trained with the weights."""
    return leaky_relu(x, slope)


@activation("rectified", Source("Xu, Wang, Chen & Li", 2015, "arXiv:1505.00853"), aliases=("randomized_relu",))
def rrelu(x: Expression, slope: Expression = uniform(1 / 8, 1 / 3)) -> Expression:
    """A leaky ReLU whose leak is drawn at random while training, and fixed at its mean afterwards.

    The chance keeps a network from relying on exact values, as dropout does.
    """
    return leaky_relu(x, slope)


@activation(
    "rectified",
    Source("Krizhevsky", 2010, "Convolutional Deep Belief Networks on CIFAR-10"),
    aliases=("relu_6",),
)
def relu6(x: Expression) -> Expression:
    """A ReLU that stops growing at 6, so that its outputs fit into few bits.

    On its two corners its slope counts as 0.
    """
    return clip(x, 0, 6)


@activation("rectified", Source("Clevert, Unterthiner & Hochreiter", 2015, "arXiv:1511.07289"))
def elu(x: Expression, alpha: Expression = fixed(1.0, low=0)) -> Expression:
    """Positive inputs pass; negative ones run smoothly into a floor at -alpha.

    The negative outputs bring the mean closer to zero, and no unit is cut off completely.
    """
    return where(x > 0, x, alpha * expm1(x))


@activation("rectified", Source("Klambauer, Unterthiner, Mayr & Hochreiter", 2017, "arXiv:1706.02515"))
def selu(x: Expression, scale: Operand = 1.0507009873554805, alpha: Operand = 1.6732632423543772) -> Expression:
    """An ELU scaled so that signals keep mean 0 and variance 1 through many layers.

    The two numbers are not a taste: they are the solution for which the mean and variance stay where they are.
    """
    return scale * where(x > 0, x, alpha * expm1(x))


@activation("rectified", Source("Barron", 2017, "arXiv:1704.07483"))
def celu(x: Expression, alpha: Expression = fixed(1.0, low=0)) -> Expression:
    """An ELU without a kink, whatever alpha is."""
    return where(x > 0, x, alpha * expm1(x / alpha))


@activation("rectified", Source("Howard et al.", 2019, "arXiv:1905.02244"), aliases=("hard_swish", "h_swish"))
def hardswish(x: Expression) -> Expression:
    """Swish drawn with straight lines and one parabola, cheap enough for phones.

    At its corners, -3 and 3, the slope of the left side counts.
    """
    return where(x > -3, where(x > 3, x, x * (x + 3) / 6), 0)
