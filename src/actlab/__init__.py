"""actlab: understand, choose and debug activation functions.

Importing it needs NumPy only; everything else is imported when it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from actlab import catalogue
from actlab.catalogue import (
    Activation,
    Parameter,
    Source,
    UnknownActivationError,
    activation,
    find,
    fixed,
    learned,
    names,
    uniform,
)

__all__ = [
    "Activation",
    "Parameter",
    "Source",
    "UnknownActivationError",
    "activation",
    "compare",
    "find",
    "fixed",
    "learned",
    "names",
    "uniform",
]
__all__ += list(names())
__all__.sort()


class _Rooms:
    """The abilities that activations get from the rooms above the catalogue, each imported when first used."""

    def compute(self, function: Activation, arrays: Any, parameters: dict[str, Any], axis: int) -> Any:
        from actlab.compilers import dispatch

        return dispatch.compute(function, arrays, parameters, axis)

    def differentiate(self, function: Activation, arrays: Any, parameters: dict[str, Any]) -> Any:
        from actlab.compilers import dispatch

        return dispatch.differentiate(function, arrays, parameters)

    def pull_back(self, function: Activation, arrays: Any, upstream: Any, parameters: dict[str, Any], axis: int) -> Any:
        from actlab.compilers import dispatch

        return dispatch.pull_back(function, arrays, upstream, parameters, axis)

    def latex(self, function: Activation) -> str:
        from actlab.compilers import latex

        return latex.latex(function.formula)

    def properties(self, function: Activation) -> Any:
        from actlab import properties

        return properties.of(function)

    def plot(self, function: Activation) -> Any:
        from actlab.figures import functions

        return functions.plot(function)


catalogue.lend(_Rooms())


def __getattr__(name: str) -> Any:
    """The activations by name; `compare` and the version, which are imported when they are first asked for."""
    if name == "__version__":
        from importlib.metadata import version

        return version("actlab")
    if name == "compare":
        return import_module("actlab.compare")
    if name in names():
        return find(name)
    raise AttributeError(f"actlab has no attribute {name!r}; actlab.names() lists the activations.")


def __dir__() -> list[str]:
    return [*globals(), *names(), "compare"]
