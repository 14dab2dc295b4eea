"""Functional calls: what a module's forward asks torch for is answered by another activation.

A function mode is on while a forward runs. It sees every way of writing a call, goes through any control flow, and
torch.compile and torch.export look through it; torch.fx would need a forward without either. The module gets a
subclass of its own class, so that all else about it stays: its keys, its copies, its pickles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache, wraps
from types import new_class
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from actlab.compilers.torch import ActivationModule
from actlab.networks.swapping.counterparts import FUNCTIONS, Found, of_call

TABLE = "swapped_calls"  # the attribute where a module keeps, by activation, a module or the name of one among its own


class Answering(TorchFunctionMode):
    """While it is on, one module's calls of activations are answered by their replacements."""

    def __init__(self, owner: nn.Module) -> None:
        super().__init__()
        self.owner = owner

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Look the function up; torch calls this for every operation."""
        kwargs = kwargs or {}
        if function in FUNCTIONS:
            found = of_call(function, args, kwargs)
            replacement = None if found is None else replacement_of(self.owner, found.name)
            if found is not None and replacement is not None:
                with torch._C.DisableTorchFunction():  # what the replacement itself calls is its own
                    return _answer(replacement, found, FUNCTIONS[function][1], args, kwargs)
        return function(*args, **kwargs)


def _answer(replacement: nn.Module, found: Found, writes: bool, args: Any, kwargs: Any) -> Any:
    x = args[0] if args else kwargs["input"]
    target = x if writes else kwargs.get("out")
    given = x.clone() if writes else x  # autograd keeps the input, which is about to be overwritten
    if kwargs.get("dtype") is not None:
        given = given.to(kwargs["dtype"])
    result = _along(replacement, given, found.axis)
    return result if target is None else target.copy_(result)


def _along(replacement: nn.Module, x: Tensor, axis: int | None) -> Any:
    """The replacement along the axis that the call named, where it is one of ours that has an axis."""
    if axis is None or not isinstance(replacement, ActivationModule) or replacement.activation.univariate:
        return replacement(x)
    return replacement(x.movedim(axis, -1)).movedim(-1, axis)


def replacement_of(owner: nn.Module, name: str) -> nn.Module | None:
    """What answers a module's calls of an activation; None where nothing does."""
    found = owner.__dict__.get(TABLE, {}).get(name)
    return owner._modules[found] if isinstance(found, str) else found


def answer_calls(owner: nn.Module, name: str, replacement: nn.Module, methods: Iterable[str] = ()) -> None:
    """From now on a module's calls of an activation, in its forward and these methods, are answered by a replacement.

    One with weights, or with chance, becomes a submodule, so that it is trained, moved and told of evaluation; others
    do not, so that a forward that walks through its children finds those that it knows.
    """
    table = owner.__dict__.setdefault(TABLE, {})
    if isinstance(replacement, ActivationModule) and not replacement._parameters and not replacement._drawn:
        table[name] = replacement
    elif isinstance(owner, nn.Sequential | nn.ModuleList | nn.ModuleDict):
        raise ValueError(
            f"{type(owner).__name__} is a {_container(owner)} whose forward calls {name}, and a replacement with "
            f"weights would become one of its layers; derive the class from nn.Module instead."
        )
    else:
        table[name] = f"swapped_{name}"
        owner.add_module(table[name], replacement)
    _become(owner, "answering", {"forward", *methods, *_around(owner, "answering")})


def shield(module: nn.Module) -> None:
    """From now on what a module calls is its own, whatever is replaced around it."""
    if plain_class(module) is type(module):
        _become(module, "shielded", {"forward"})


def is_shielded(module: nn.Module) -> bool:
    """Whether a module's calls are its own."""
    return bool(_around(module, "shielded"))


def plain_class(module: nn.Module) -> type[nn.Module]:
    """The class that a person wrote."""
    found: type[nn.Module] = type(module).__dict__.get("swapped_from", type(module))
    return found


def _around(module: nn.Module, guard: str) -> tuple[str, ...]:
    """The methods around which a guard stands."""
    found: tuple[str, tuple[str, ...]] = type(module).__dict__.get("swapped_by", ("", ()))
    return found[1] if found[0] == guard else ()


def _container(owner: nn.Module) -> str:
    return next(kind.__name__ for kind in type(owner).__mro__ if kind.__module__.startswith("torch."))


def _become(module: nn.Module, guard: str, methods: set[str]) -> None:
    module.__class__ = _guarded(plain_class(module), guard, tuple(sorted(methods)))  # type: ignore[arg-type]  # classes can be hashed


@cache
def _guarded(kind: type[nn.Module], guard: str, methods: tuple[str, ...]) -> type[nn.Module]:
    """The same class, with a guard around methods; one class for all modules that are alike."""

    def reduce(self: nn.Module, protocol: Any) -> Any:
        constructor, arguments, *rest = cast(tuple[Any, ...], kind.__reduce_ex__(self, protocol))
        plain = tuple(kind if each is type(self) else each for each in arguments)
        return (_restore, (kind, guard, methods, constructor, plain), *rest)

    body = {"__module__": kind.__module__, "__qualname__": kind.__qualname__, "__doc__": kind.__doc__}
    own = {"__reduce_ex__": reduce, "swapped_from": kind, "swapped_by": (guard, methods)}
    around = {name: GUARDS[guard](getattr(kind, name)) for name in methods}
    return new_class(kind.__name__, (kind,), exec_body=lambda namespace: namespace.update(body, **own, **around))


def _restore(
    kind: Any, guard: str, methods: tuple[str, ...], constructor: Callable[..., Any], arguments: tuple[Any, ...]
) -> Any:
    """What a copy or a pickle begins with: an object of the person's class, guarded as it was."""
    made = constructor(*arguments)
    made.__class__ = _guarded(kind, guard, methods)
    return made


def _answering(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def answered(self: nn.Module, *args: Any, **kwargs: Any) -> Any:
        with Answering(self):
            return method(self, *args, **kwargs)

    return answered


def _shielding(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def alone(self: nn.Module, *args: Any, **kwargs: Any) -> Any:
        with torch._C.DisableTorchFunction():
            return method(self, *args, **kwargs)

    return alone


GUARDS = {"answering": _answering, "shielded": _shielding}
