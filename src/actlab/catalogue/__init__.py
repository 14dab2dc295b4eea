"""Every activation function, declared once as a formula, grouped by family."""

from actlab.catalogue import binary, gated, normalising, rectified, shrinking, sigmoidal, smooth  # noqa: F401 (declares)
from actlab.catalogue.activation import UnknownActivationError, activation, find, names
from actlab.catalogue.function import Activation, Source, lend
from actlab.catalogue.roles import Parameter, fixed, learned, uniform

__all__ = [
    "Activation",
    "Parameter",
    "Source",
    "UnknownActivationError",
    "activation",
    "find",
    "fixed",
    "learned",
    "lend",
    "names",
    "uniform",
]
