"""Activations as layers: torch.nn modules whose learned parameters are trained with the weights."""

from __future__ import annotations

from numbers import Real
from typing import Any

import torch
from torch import Tensor, nn

from actlab.catalogue import Activation, Parameter
from actlab.compilers.torch import short, trained
from actlab.compilers.torch.checking import check_room, inputs_of
from actlab.compilers.torch.functions import compute, drawn


class ActivationModule(nn.Module):
    """An activation as a layer.

    Learned parameters are `nn.Parameter`s of one number, or of one a feature; random ones are drawn anew for each
    element while training, and stand at their mean otherwise.

    Args:
        activation: The function.
        features: How many numbers each learned parameter has; None is one for all.
            They lie along axis 1, as in nn.PReLU; in a tensor of one axis, along that.
        axis: Along which softmax adds up and gated functions split.
        **parameters: Where learned parameters start, and what the others are.

    Raises:
        TypeError: a parameter that it does not have, or that is no number.
        ValueError: a parameter outside its domain, or features where nothing is learned.
    """

    def __init__(self, activation: Activation, features: int | None = None, axis: int = -1, **parameters: Any) -> None:
        super().__init__()
        self.activation, self.features, self.axis = activation, features, axis
        self.numbers: dict[str, float] = {}
        self._drawn: tuple[Parameter, ...] = ()
        _check_features(activation, features)
        complete = activation._complete(parameters)
        for each in activation.parameters:
            self._place(each, _number(activation.name, each, complete[each.name]), each.name in parameters)
        self._preset = () if self.numbers == activation.defaults else tuple(self.numbers.values())

    def forward(self, *arrays: Tensor) -> Tensor:
        """The values at x, of its shape and dtype; functions of two inputs take both, or one tensor to split."""
        settled = not self._parameters and not (self._drawn and self.training)
        if len(arrays) == 1 and self.features is None:
            if settled:
                found = short.value(self.activation, arrays[0], self.axis, self._preset)
            else:
                found = trained.value(
                    self.activation, arrays[0], [each for each in self._parameters.values() if each is not None]
                )
            if found is not None:
                return found
        given: dict[str, Any] = dict(self.numbers)
        if not settled:
            (x, *_) = arrays if arrays and isinstance(arrays[0], Tensor) else inputs_of(self.activation, arrays, -1)
            for name, value in self._parameters.items():
                given[name] = self._along(value, x)
            for each in self._drawn if self.training else ():
                given[each.name] = drawn(x, each.low, each.high)
        return compute(self.activation, "value", arrays, given, self.axis)[0]

    def extra_repr(self) -> str:
        """The name, and what differs from the defaults."""
        defaults = self.activation.defaults
        told = [f"{name}={value:g}" for name, value in self.numbers.items() if value != defaults[name]]
        told += [f"features={self.features}"] * (self.features is not None)
        told += [f"axis={self.axis}"] * (self.axis != -1)
        return ", ".join([self.activation.name, *told])

    def _place(self, parameter: Parameter, value: float, is_given: bool) -> None:
        """Keep a parameter where its role asks for it."""
        if parameter.role == "learned":
            start = torch.full((1 if self.features is None else self.features,), value)
            self.register_parameter(parameter.name, nn.Parameter(start))
            return
        self.numbers[parameter.name] = value
        if parameter.role == "random" and not is_given:
            self._drawn += (parameter,)

    def _along(self, value: Any, x: Tensor) -> Tensor:
        """A learned parameter in a shape that stretches to x: its features along their axis."""
        if self.features is None:
            return value if x.ndim else value.reshape(())
        axis = min(1, x.ndim - 1)
        if axis < 0 or x.shape[axis] != self.features:
            raise ValueError(
                f"{self.activation.name} has {self.features} features along axis {max(axis, 0)}, but x has the shape "
                f"{tuple(x.shape)}; bring the features there, by x.movedim(-1, 1) if they come last."
            )
        shape = [1] * x.ndim
        shape[axis] = self.features
        return value.reshape(shape)


def _check_features(activation: Activation, features: Any) -> None:
    if features is None:
        return
    if not isinstance(features, int) or isinstance(features, bool) or features < 1:
        raise ValueError(f"{activation.name} got features={features!r}; write a whole number above 0.")
    if not any(each.role == "learned" for each in activation.parameters):
        raise ValueError(
            f"{activation.name} learns no parameter, so it has none for each of {features} features; "
            f"write actlab.{activation.name}.torch()."
        )


def _number(name: str, parameter: Parameter, value: Any) -> float:
    if not isinstance(value, Real) or isinstance(value, bool):
        several = f", or give features and set layer.{parameter.name}.data" if parameter.role == "learned" else ""
        keeps = "starts at one number" if parameter.role == "learned" else "keeps a number"
        raise TypeError(
            f"{name} got {parameter.name} of type {type(value).__name__}, but a module {keeps}; "
            f"write {parameter.name}={parameter.default:g}{several}."
        )
    parameter.check(float(value), name)
    if parameter.role == "learned":
        check_room(name, parameter, float(value))
    return float(value)
