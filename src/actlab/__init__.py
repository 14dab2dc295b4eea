"""actlab: understand, choose and debug activation functions.

Importing it needs NumPy only; everything else is imported when it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from actlab.networks.estimators import ActivationClassifier, ActivationRegressor
    from actlab.networks.swapping import swap as swap
    from actlab.networks.swapping import uses as uses

__all__ = [
    "Activation",
    "ActivationClassifier",
    "ActivationRegressor",
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
CALCULATIONS = ("compute", "differentiate", "value_and_derivative", "pull_back")
LATER = {
    "ActivationClassifier": "actlab.networks.estimators",
    "ActivationRegressor": "actlab.networks.estimators",
    "swap": "actlab.networks.swapping",
    "uses": "actlab.networks.swapping",
}
"""Names whose rooms are imported when they are first asked for; those that need an extra are not in `__all__`."""


class _Rooms:
    """The abilities that activations get from the rooms above the catalogue, each imported when first used."""

    def __getattr__(self, name: str) -> Any:
        """What works on arrays of any framework is dispatch's; kept here, since importing takes half a microsecond."""
        if name not in CALCULATIONS:
            raise AttributeError(f"The package lends activations no {name}.")
        from actlab.compilers import dispatch

        self.__dict__[name] = getattr(dispatch, name)
        return self.__dict__[name]

    def torch(self, function: Activation, features: int | None, axis: int, parameters: dict[str, Any]) -> Any:
        from actlab.compilers.torch import module

        return module(function, features, axis, **parameters)

    def keras(self, function: Activation, features: int | None, axis: int, parameters: dict[str, Any]) -> Any:
        from actlab.compilers import keras

        trains = features is not None or any(each.role != "fixed" for each in function.parameters)
        return (
            keras.layer(function, features, axis, **parameters)
            if trains
            else keras.function(function, axis, **parameters)
        )

    def onnx(self, function: Activation, dtype: str, axis: int | None, options: dict[str, Any]) -> Any:
        from actlab.compilers.onnx import model

        return model(function, dtype, axis, **options)

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

        return frozenset({*__all__, *LATER, *(room.name for room in iter_modules(__path__))} - {*names()})


catalogue.lend(_Rooms())
globals().update({name: find(name) for name in names()})


def __getattr__(name: str) -> Any:
    """The activations by their other names, and what is imported when it is first asked for."""
    if name == "__version__":
        from importlib.metadata import version

        return version("actlab")
    if name == "compare":
        return import_module("actlab.compare")
    if name in LATER:
        return getattr(import_module(LATER[name]), name)
    if name.startswith("_"):  # Python and notebooks ask for many such names
        raise AttributeError(f"actlab has no attribute {name!r}.")
    try:
        return find(name)
    except UnknownActivationError as error:
        raise AttributeError(f"actlab has no attribute {name!r}. {error}") from None


def __dir__() -> list[str]:
    return [*globals(), *LATER, "compare"]
