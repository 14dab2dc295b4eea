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
        from actlab.properties import of

        return of(function)

    def plot(self, function: Activation) -> Any:
        from actlab.figures import functions

        return functions.plot(function)

    def reserved(self) -> frozenset[str]:
        from pkgutil import iter_modules

        return frozenset({*__all__, *(room.name for room in iter_modules(__path__))} - {*names()})


catalogue.lend(_Rooms())


def __getattr__(name: str) -> Any:
    """The activations by any of their names; `compare` and the version, imported when they are first asked for."""
    if name == "__version__":
        from importlib.metadata import version

        return version("actlab")
    if name == "compare":
        return import_module("actlab.compare")
    if name.startswith("_"):  # Python and notebooks ask for many such names
        raise AttributeError(f"actlab has no attribute {name!r}.")
    try:
        return find(name)
    except UnknownActivationError as error:
        raise AttributeError(f"actlab has no attribute {name!r}. {error}") from None


def __dir__() -> list[str]:
    return [*globals(), *names(), "compare"]
