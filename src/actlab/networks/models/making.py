"""How a person's models come to be: a function builds one for each activation, or a swap changes a ready one."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

import torch
from torch import nn

from actlab.catalogue import Activation
from actlab.data import UsageError
from actlab.networks.models.failures import ModelError, told
from actlab.networks.swapping import swap

SIZES = ("inputs", "outputs")


class Maker(Protocol):
    """Makes a model for an activation, each time a new one."""

    @property
    def name(self) -> str:
        """What a person calls it."""

    @property
    def fingerprint(self) -> str:
        """SHA-256 of what decides the model, as far as it can be read."""

    @property
    def is_new(self) -> bool:
        """Whether each model starts with weights of its own; otherwise with those that came."""

    def model(self, activation: Activation, inputs: int, outputs: int) -> nn.Module:
        """A model; ModelError when it cannot be made."""


@dataclass(frozen=True, eq=False)
class FunctionMaker:
    """A function that builds a model of an activation; sizes it gets if it asks for them."""

    function: Callable[..., Any] = field(repr=False)
    name: str
    fingerprint: str
    asks: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    by_name: bool = False
    is_new = True

    def model(self, activation: Activation, inputs: int, outputs: int) -> nn.Module:
        """Call it."""
        known = {name: size for name, size in zip(SIZES, (inputs, outputs), strict=True) if size}
        sizes = {name: known[name] for name in self.asks if name in known}
        for name in self.needs:
            if name not in known:
                raise ModelError(f"{self.name} asks for {name}, which this data does not tell; leave it out")
        with told(f"{self.name} with {activation.name}"):
            named: dict[str, Any] = {"activation": activation} if self.by_name else {}
            made = self.function(*([] if named else [activation]), **named, **sizes)
        if not isinstance(made, nn.Module):
            raise ModelError(f"{self.name} gives {made!r:.80}; let it return a torch.nn.Module")
        return made


@dataclass(frozen=True, eq=False)
class SwappingMaker:
    """A ready model in which an activation takes the baseline's place; all begin with the weights that came."""

    ready: nn.Module = field(repr=False)
    baseline: Activation
    name: str
    fingerprint: str
    is_new = False

    def model(self, activation: Activation, inputs: int, outputs: int) -> nn.Module:  # noqa: ARG002 - it has its sizes
        """Swap, in the baseline's own case too, so that all are computed and read alike."""
        with told(f"swapping {self.baseline.name} for {activation.name}"):
            return swap(self.ready, self.baseline, activation)


def maker_of(model: Any, baseline: Activation) -> Maker:
    """The maker of what a person handed over as their model.

    Raises:
        UsageError: no module and no function, or a function that asks for what is not known.
    """
    if isinstance(model, nn.Module):
        return SwappingMaker(_copied(model), baseline, type(model).__name__, _hash_of_module(model))
    if isinstance(model, type) and issubclass(model, nn.Module) and not _takes_activation(model):
        raise UsageError(
            f"The class {model.__name__} takes no activation; give the module {model.__name__}(), in which "
            f"{baseline.name} is replaced, or a function make_model(activation) that builds one."
        )
    if not callable(model) or isinstance(model, Activation):
        raise UsageError(
            f"model is of type {type(model).__name__}; give a torch.nn.Module, or a function make_model(activation) "
            "that builds one."
        )
    return function_maker(model, getattr(model, "__name__", type(model).__name__), hash_of_function(model))


def function_maker(function: Callable[..., Any], name: str, fingerprint: str) -> FunctionMaker:
    """The maker of a function, its signature read.

    Raises:
        UsageError: it takes no activation, or asks for what is not known.
    """
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return FunctionMaker(function, name, fingerprint)
    by_name = "activation" in parameters
    positional = [
        each for each in parameters.values() if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)
    ]
    several = any(each.kind == each.VAR_POSITIONAL for each in parameters.values())
    first = "activation" if by_name else positional[0].name if positional else ""
    if (not first and not several) or first in SIZES:
        raise UsageError(
            f"{name} takes no activation; write def {name}(activation): … and use activation.torch() in it."
        )
    unknown = [
        each.name
        for each in parameters.values()
        if each.default is each.empty
        and each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)
        and each.name not in (first, *SIZES)
    ]
    if unknown:
        raise UsageError(
            f"{name} asks for {', '.join(unknown)}; it is given an activation, and inputs and outputs if it asks for "
            f"them, so give {unknown[0]} a default."
        )
    asks = tuple(each for each in SIZES if each in parameters)
    needs = tuple(each for each in asks if parameters[each].default is inspect.Parameter.empty)
    return FunctionMaker(function, name, fingerprint, asks, needs, by_name)


def _copied(model: nn.Module) -> nn.Module:
    """A copy that nobody else changes, on the CPU, from where it travels to whoever trains it."""
    try:
        return deepcopy(model).cpu()
    except (RuntimeError, TypeError) as error:
        raise UsageError(
            f"This {type(model).__name__} cannot be copied ({error}); give a function make_model(activation) instead."
        ) from error


def _takes_activation(kind: type[nn.Module]) -> bool:
    return any(name != "self" for name in inspect.signature(kind.__init__).parameters)


def hash_of_function(function: Any) -> str:
    """SHA-256 of its code; of what it calls nothing is known."""
    while isinstance(function, partial):
        function = function.func
    try:
        code = inspect.getsource(function).encode()
    except (OSError, TypeError):
        own = getattr(function, "__code__", None)
        code = own.co_code if own is not None else b""
    return hashlib.sha256(code).hexdigest()


def _hash_of_module(module: nn.Module) -> str:
    found = hashlib.sha256(repr(module).encode())
    for name, value in module.state_dict().items():
        found.update(name.encode())
        if isinstance(value, torch.Tensor):
            found.update(value.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())
    return found.hexdigest()
