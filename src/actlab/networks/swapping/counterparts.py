"""Which modules and functions of torch are which activation, with which parameters."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from actlab.catalogue import Activation
from actlab.compilers.torch import ActivationModule


@dataclass(frozen=True)
class Found:
    """An activation that was met, and how it was set up there."""

    name: str
    parameters: Mapping[str, float] = field(default_factory=dict)
    axis: int | None = None


@dataclass(frozen=True)
class Counterpart:
    """One module of torch, the functions that compute the same, and torch's names for its options in their order."""

    name: str
    module: type[nn.Module]
    words: tuple[str, ...]
    options: Mapping[str, str] = field(default_factory=dict)
    """By torch's name ours; "" where we have none."""
    variants: Mapping[tuple[Any, ...], str] = field(default_factory=dict)
    """The activation by the values of all options, where they decide which it is; others are in no catalogue."""

    @cached_property
    def plain(self) -> Found:
        """What it is without any options."""
        return Found(self.name)

    @property
    def names(self) -> frozenset[str]:
        """Every activation that it may be."""
        return frozenset({self.name, *self.variants.values()})


TABLE = (
    Counterpart("identity", nn.Identity, ()),
    Counterpart("relu", nn.ReLU, ("relu",)),
    Counterpart("leaky_relu", nn.LeakyReLU, ("leaky_relu",), {"negative_slope": "slope"}),
    Counterpart("prelu", nn.PReLU, ("prelu",)),
    Counterpart("rrelu", nn.RReLU, ("rrelu",)),
    Counterpart("relu6", nn.ReLU6, ("relu6",)),
    Counterpart("elu", nn.ELU, ("elu",), {"alpha": "alpha"}),
    Counterpart("selu", nn.SELU, ("selu",)),
    Counterpart("celu", nn.CELU, ("celu",), {"alpha": "alpha"}),
    Counterpart(
        "gelu", nn.GELU, ("gelu",), {"approximate": ""}, {("none",): "gelu", (): "gelu", ("tanh",): "gelu_tanh"}
    ),
    Counterpart("silu", nn.SiLU, ("silu",)),
    Counterpart("mish", nn.Mish, ("mish",)),
    Counterpart("softplus", nn.Softplus, ("softplus",), {"beta": "beta"}),
    Counterpart("hardswish", nn.Hardswish, ("hardswish",)),
    Counterpart("hardsigmoid", nn.Hardsigmoid, ("hardsigmoid",)),
    Counterpart(
        "hardtanh",
        nn.Hardtanh,
        ("hardtanh",),
        {"min_val": "", "max_val": ""},
        {(): "hardtanh", (-1.0, 1.0): "hardtanh", (0.0, 6.0): "relu6"},
    ),
    Counterpart("hardshrink", nn.Hardshrink, ("hardshrink",), {"lambd": "threshold"}),
    Counterpart("softshrink", nn.Softshrink, ("softshrink",), {"lambd": "threshold"}),
    Counterpart("tanhshrink", nn.Tanhshrink, ("tanhshrink",)),
    Counterpart("softsign", nn.Softsign, ("softsign",)),
    Counterpart("sigmoid", nn.Sigmoid, ("sigmoid", "expit")),
    Counterpart("logsigmoid", nn.LogSigmoid, ("logsigmoid",)),
    Counterpart("tanh", nn.Tanh, ("tanh",)),
    Counterpart("softmax", nn.Softmax, ("softmax",), {"dim": "axis"}),
    Counterpart("glu", nn.GLU, ("glu",), {"dim": "axis"}),
)
MODULES: Mapping[type[nn.Module], Counterpart] = {row.module: row for row in TABLE}


def _functions() -> dict[Callable[..., Any], tuple[Counterpart, bool]]:
    """By each function of torch its row, and whether it writes into its input."""
    found: dict[Callable[..., Any], tuple[Counterpart, bool]] = {}
    for row in TABLE:
        for word in row.words:
            for home in (torch, functional, torch.Tensor, torch.special, torch._C._nn):
                for name, writes in ((word, False), (f"{word}_", True)):
                    if hasattr(home, name):
                        found[getattr(home, name)] = row, writes
    return found


FUNCTIONS = _functions()
WORDS: Mapping[str, Counterpart] = {name: row for row in TABLE for word in row.words for name in (word, f"{word}_")}


def of_module(module: nn.Module) -> Found | None:
    """Which activation a module is: one of ours, or one of torch's that computes as torch wrote it."""
    if isinstance(module, ActivationModule):
        numbers = {name: value for name, value in module.numbers.items() if value != module.activation.defaults[name]}
        return Found(module.activation.name, numbers, None if module.activation.univariate else module.axis)
    forward = inspect.unwrap(type(module).forward)
    for kind in type(module).__mro__:
        if (row := MODULES.get(kind)) is not None:
            options = {name: getattr(module, name) for name in row.options if hasattr(module, name)}
            return _found(row, options) if forward is row.module.forward else None
    return None


def of_call(function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> Found | None:
    """Which activation a call of one of torch's functions computes; the first of `args` is the input."""
    row, _ = FUNCTIONS[function]
    if not row.options:
        return row.plain
    options = {name: kwargs[name] for name in row.options if name in kwargs}
    return _found(row, {**dict(zip(row.options, args[1:], strict=False)), **options})


def of_function(thing: Any) -> Found | None:
    """Which activation a function is that a module keeps: torch's, ours, or a partial of one."""
    if isinstance(thing, Activation):
        return Found(thing.name)
    if isinstance(thing, partial):
        return of_call(thing.func, (None, *thing.args), thing.keywords) if is_function(thing.func) else None
    return of_call(thing, (None,), {}) if is_function(thing) else None


def is_function(thing: Any) -> bool:
    """Whether it is one of torch's activation functions."""
    return callable(thing) and not isinstance(thing, nn.Module) and _hashable(thing) and thing in FUNCTIONS


def _hashable(thing: Any) -> bool:
    return type(thing).__hash__ is not None


def _found(row: Counterpart, options: Mapping[str, Any]) -> Found | None:
    if row.variants:
        name = row.variants.get(tuple(options.values()))
        return None if name is None else Found(name)
    ours = {row.options[name]: value for name, value in options.items()}
    axis = ours.pop("axis", None)
    if row.name == "glu" and axis is None:
        axis = -1
    return Found(row.name, {name: float(value) for name, value in ours.items() if isinstance(value, int | float)}, axis)
