"""Functions of two inputs: one half of the features opens or closes the other half."""

from actlab.catalogue.activation import activation
from actlab.catalogue.function import Source
from actlab.catalogue.smooth import gelu, silu
from actlab.formula import Expression
from actlab.formula.primitives import sigmoid


@activation("gated", Source("Dauphin, Fan, Auli & Grangier", 2016, "arXiv:1612.08083"), aliases=("gated_linear_unit",))
def glu(value: Expression, gate: Expression) -> Expression:
    """One half of the features, through a sigmoid, opens or closes the other half.

    Given one array, its first half is the value and its second half the gate, as in PyTorch.
    """
    return value * sigmoid(gate)


@activation("gated", Source("Shazeer", 2020, "arXiv:2002.05202"))
def geglu(gate: Expression, value: Expression) -> Expression:
    """One half of the features, through GELU, opens or closes the other half."""
    return gelu(gate) * value


@activation("gated", Source("Shazeer", 2020, "arXiv:2002.05202"), aliases=("silu_and_mul",))
def swiglu(gate: Expression, value: Expression) -> Expression:
    """One half of the features, through swish, opens or closes the other half.

    The feed-forward layers of most large language models use it.
    """
    return silu(gate) * value
