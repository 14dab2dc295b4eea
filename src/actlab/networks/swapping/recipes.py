"""What comes instead: a name, one of our functions, a module to copy or a function that makes one."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

from torch import nn

from actlab.catalogue import Activation, find
from actlab.compilers.torch import module as layer
from actlab.networks.swapping.counterparts import Found, of_function

Recipe = Callable[[Found], nn.Module]  # what was found at a place in, a new module for it out


def old_activation(old: Any) -> Activation:
    """The activation to look for."""
    if isinstance(old, str):
        return find(old)
    if isinstance(old, Activation):
        return old
    raise TypeError(f'old is {_told(old)}; write a name such as "relu", or a function such as actlab.relu.')


def recipe(old: Activation, new: Any, features: int | None, parameters: Mapping[str, Any]) -> Recipe:
    """How to make a module for each place; its first one is made now, so that mistakes show before any change."""
    if isinstance(new, str):
        new = find(new)
    if isinstance(new, Activation):
        return _of_activation(old, new, features, parameters)
    if features is not None or parameters:
        given = ", ".join([*parameters] + ["features"] * (features is not None))
        raise TypeError(f"{given} can be set where new is a name or one of our functions; put it into the module.")
    if isinstance(new, nn.Module):
        return lambda _: deepcopy(new)
    found = of_function(new)
    if found is not None or not callable(new):
        written = f'the name, "{found.name}"' if found is not None else 'a name such as "mish"'
        raise TypeError(f"new is {_told(new)}; write {written}, or a module such as nn.Mish().")
    return lambda _: _made_by(new)


def _of_activation(old: Activation, new: Activation, features: int | None, parameters: Mapping[str, Any]) -> Recipe:
    if len(new.inputs) != len(old.inputs):
        joins = len(new.inputs) > 1
        raise ValueError(
            f"{new.name} {'makes one feature of two, and' if joins else 'keeps every feature, but'} {old.name} "
            f"{'keeps every one' if joins else 'makes one of two'}, so the next layer would not fit; build the model "
            f"with {new.name} instead."
        )
    if old.elementwise and not new.elementwise:
        raise ValueError(
            f"{new.name} works along an axis, which {old.name} has not; write "
            f"lambda: actlab.{new.name}.torch(axis=-1) with the axis that you want."
        )
    layer(new, features, **parameters)

    def make(found: Found) -> nn.Module:
        takes_axis = not new.univariate and found.axis is not None
        return layer(new, features, found.axis if takes_axis and found.axis is not None else -1, **parameters)

    return make


def _made_by(factory: Callable[[], Any]) -> nn.Module:
    try:
        inspect.signature(factory).bind()
    except (TypeError, ValueError):
        raise TypeError(
            f"new is {_told(factory)}, which wants arguments; write a function without any, as lambda: nn.PReLU(8)."
        ) from None
    made = factory()
    if not isinstance(made, nn.Module):
        raise TypeError(
            f"The new activation's function gave {_told(made)}; let it give a module, as lambda: nn.Mish()."
        )
    return made


def _told(thing: Any) -> str:
    name = getattr(thing, "__name__", None)
    return f"{type(thing).__name__} {name}" if name else repr(thing)
