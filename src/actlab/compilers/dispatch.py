"""Computes an activation on whatever it is given, importing no framework to find out what that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

from actlab.catalogue import Activation
from actlab.compilers import arrays as plain_arrays

FRAMEWORKS = {"torch": "torch", "jax": "jax", "jaxlib": "jax", "keras": "keras"}  # the package of a type: our compiler

_compilers: dict[type, Any] = {}  # plain, since torch.compile reads through a dictionary and warns of a cache


def compute(
    activation: Activation, arrays: Sequence[Any], parameters: Mapping[str, Any], axis: int, out: Any = None
) -> Any:
    """The values: same kind, shape and dtype as the input."""
    compiler = _compiler(arrays, parameters)
    options = {} if out is None else {"out": _writable(activation, compiler, out)}
    return compiler.compute(activation, arrays, parameters, axis, **options)


def differentiate(activation: Activation, arrays: Sequence[Any], parameters: Mapping[str, Any], out: Any = None) -> Any:
    """The derivative with respect to each input; a tuple if there are several."""
    compiler = _compiler(arrays, parameters)
    options = {} if out is None else {"out": _writable(activation, compiler, out)}
    return compiler.differentiate(activation, arrays, parameters, **options)


def value_and_derivative(
    activation: Activation, arrays: Sequence[Any], parameters: Mapping[str, Any], out: Any = None
) -> Any:
    """A tuple of the values and of the derivative with respect to each input; in one pass on NumPy arrays."""
    compiler = _compiler(arrays, parameters)
    if compiler is plain_arrays:
        return plain_arrays.value_and_derivative(activation, arrays, parameters, out)
    if out is not None:
        _writable(activation, compiler, out)
    value = compiler.compute(activation, arrays, parameters, -1)
    slopes = compiler.differentiate(activation, arrays, parameters)
    return (value, *slopes) if len(activation.inputs) > 1 else (value, slopes)


def pull_back(
    activation: Activation,
    arrays: Sequence[Any],
    upstream: Any,
    parameters: Mapping[str, Any],
    axis: int,
    wrt: Sequence[str] | None = None,
) -> Any:
    """The gradient of sum(upstream * values) with respect to each input, or each name in `wrt`; a tuple if several."""
    compiler = _compiler((*arrays, upstream), parameters)
    if wrt is None:
        return compiler.pull_back(activation, arrays, upstream, parameters, axis)
    if compiler is not plain_arrays:
        raise TypeError(
            f"{activation.name}.pullback(wrt=…) works on NumPy arrays; elsewhere the framework's own grad finds them."
        )
    return compiler.pull_back(activation, arrays, upstream, parameters, axis, wrt)


def _compiler(arrays: Sequence[Any], parameters: Mapping[str, Any]) -> Any:
    """Our module for the framework that the arrays come from; NumPy's where they come from none."""
    for values in (arrays, parameters.values()):
        for value in values:
            kind = type(value)
            if kind not in _compilers:
                _compilers[kind] = _compiler_of(kind)
            if _compilers[kind] is not plain_arrays:
                return _compilers[kind]
    return plain_arrays


def _compiler_of(kind: type) -> Any:
    for each in kind.__mro__:  # an nn.Parameter is a tensor too, and so is a person's own kind of tensor
        framework = FRAMEWORKS.get(str(each.__module__).partition(".")[0])
        if framework == "torch":  # spelled out, since torch.compile reads through this import and no other
            from actlab.compilers import torch

            return torch
        if framework is not None:
            return import_module(f"actlab.compilers.{framework}")
    return plain_arrays


def _writable(activation: Activation, compiler: Any, out: Any) -> Any:
    if compiler is plain_arrays:
        return out
    raise TypeError(
        f"{activation.name} writes into NumPy arrays only, and got out={type(out).__name__}; leave out away."
    )
