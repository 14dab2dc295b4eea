"""The same functions elsewhere: as people write them in NumPy, numexpr, SciPy, PyTorch and JAX.

`OWN` tables name what a library itself offers; `COMPOSED` ones are the shortest natural line where it offers nothing.
Parameters have actlab's defaults.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

Function = Callable[..., Any]

RRELU = (1 / 8 + 1 / 3) / 2  # the mean of its slope, which a network uses once it is trained
LIMITS = {"relu6": (0.0, 6.0), "hardtanh": (-1.0, 1.0)}
ROOT_HALF, ROOT_TWO_OVER_PI, NORMAL_TOP = 0.7071067811865476, 0.7978845608028654, 0.3989422804014327

_U = f"{ROOT_TWO_OVER_PI} * (x + 0.044715 * x * x * x)"
_U_SLOPE = f"{ROOT_TWO_OVER_PI} * (1.0 + 0.134145 * x * x)"
_LEAKY = {"leaky_relu": 0.01, "prelu": 0.25, "rrelu": RRELU}
_ELU = ("where(x > 0.0, x, expm1(x))", "where(x > 0.0, upstream, upstream * exp(x))")
_SCALE, _ALPHA = 1.0507009873554805, 1.6732632423543772

# The value, and the gradient that reaches x; one text for NumPy and numexpr. The gated ones and softmax: value only.
EXPRESSIONS: Mapping[str, tuple[str, str]] = {
    "step": ("where(x > 0.0, 1.0, 0.0)", "upstream * 0.0"),
    "identity": ("x + 0.0", "upstream + 0.0"),
    "relu": ("maximum(x, 0.0)", "where(x > 0.0, upstream, 0.0)"),
    **{
        name: (f"where(x > 0.0, x, {slope} * x)", f"where(x > 0.0, upstream, {slope} * upstream)")
        for name, slope in _LEAKY.items()
    },
    **{
        name: (
            f"minimum(maximum(x, {low}), {high})",
            f"where((x > {low}) & (x < {high}), upstream, 0.0)",
        )
        for name, (low, high) in LIMITS.items()
    },
    "elu": _ELU,
    "celu": _ELU,
    "selu": (
        f"{_SCALE} * where(x > 0.0, x, {_ALPHA} * expm1(x))",
        f"{_SCALE} * where(x > 0.0, upstream, {_ALPHA} * upstream * exp(x))",
    ),
    "hardswish": (
        "x * minimum(maximum(x + 3.0, 0.0), 6.0) / 6.0",
        "upstream * where(x > -3.0, where(x > 3.0, 1.0, (2.0 * x + 3.0) / 6.0), 0.0)",
    ),
    "hardsigmoid": (
        "minimum(maximum(x + 3.0, 0.0), 6.0) / 6.0",
        "where((x > -3.0) & (x < 3.0), upstream / 6.0, 0.0)",
    ),
    "hardshrink": ("where(abs(x) > 0.5, x, 0.0)", "where(abs(x) > 0.5, upstream, 0.0)"),
    "softshrink": (
        "where(x > 0.5, x - 0.5, where(x < -0.5, x + 0.5, 0.0))",
        "where(abs(x) > 0.5, upstream, 0.0)",
    ),
    "tanhshrink": ("x - tanh(x)", "upstream * tanh(x) ** 2"),
    "sigmoid": ("1.0 / (1.0 + exp(-x))", "upstream * exp(-x) / (1.0 + exp(-x)) ** 2"),
    "tanh": ("tanh(x)", "upstream * (1.0 - tanh(x) ** 2)"),
    "softsign": ("x / (1.0 + abs(x))", "upstream / (1.0 + abs(x)) ** 2"),
    "logsigmoid": ("minimum(x, 0.0) - log1p(exp(-abs(x)))", "upstream / (1.0 + exp(x))"),
    "softplus": ("maximum(x, 0.0) + log1p(exp(-abs(x)))", "upstream / (1.0 + exp(-x))"),
    "gelu": (
        f"0.5 * x * (1.0 + erf({ROOT_HALF} * x))",
        f"upstream * (0.5 + 0.5 * erf({ROOT_HALF} * x) + {NORMAL_TOP} * x * exp(-0.5 * x * x))",
    ),
    "gelu_tanh": (
        f"0.5 * x * (1.0 + tanh({_U}))",
        f"upstream * (0.5 + 0.5 * tanh({_U}) + 0.5 * x * (1.0 - tanh({_U}) ** 2) * {_U_SLOPE})",
    ),
    "silu": ("x / (1.0 + exp(-x))", "upstream * (1.0 + exp(-x) * (1.0 + x)) / (1.0 + exp(-x)) ** 2"),
    "mish": (
        "x * tanh(log1p(exp(x)))",
        "upstream * (tanh(log1p(exp(x))) + x * (1.0 - tanh(log1p(exp(x))) ** 2) / (1.0 + exp(-x)))",
    ),
    "squareplus": ("0.5 * (x + sqrt(x * x + 4.0))", "0.5 * upstream * (1.0 + x / sqrt(x * x + 4.0))"),
    "glu": ("value / (1.0 + exp(-gate))", ""),
    "geglu": (f"0.5 * gate * (1.0 + erf({ROOT_HALF} * gate)) * value", ""),
    "swiglu": ("gate / (1.0 + exp(-gate)) * value", ""),
}
_LITERAL = re.compile(r"(?<![\w.])\d+\.\d+(?:e-?\d+)?")


def with_named_numbers(text: str) -> tuple[str, dict[str, float]]:
    """The text with names for its numbers: numexpr would compute in float64 wherever it sees a plain one.

    >>> with_named_numbers("0.5 * x")
    ('number_0 * x', {'number_0': 0.5})
    """
    names: dict[str, str] = {}
    named = _LITERAL.sub(lambda found: names.setdefault(found.group(), f"number_{len(names)}"), text)
    return named, {name: float(literal) for literal, name in names.items()}


def scipy_functions() -> dict[str, Function]:
    """What scipy.special has, and gelu in the words that it has."""
    from scipy import special

    return {
        "sigmoid": special.expit,
        "logsigmoid": special.log_expit,
        "softmax": lambda x: special.softmax(x, axis=-1),
        "gelu": lambda x: x * special.ndtr(x),
    }


@cache
def torch_own() -> dict[str, Function]:
    """What PyTorch offers by name."""
    import torch
    from torch.nn import functional

    shared = (
        "relu leaky_relu relu6 elu selu celu silu mish softplus gelu softsign logsigmoid tanhshrink hardshrink "
        "softshrink hardtanh hardsigmoid hardswish"
    )
    own: dict[str, Function] = {name: getattr(functional, name) for name in shared.split()}
    slopes = {dtype: torch.tensor([0.25], dtype=dtype) for dtype in (torch.float32, torch.float64)}
    zeros = {dtype: torch.tensor(0.0, dtype=dtype) for dtype in (torch.float32, torch.float64)}
    return own | {
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "gelu_tanh": lambda x: functional.gelu(x, approximate="tanh"),
        "step": lambda x: torch.heaviside(x, zeros[x.dtype]),
        "prelu": lambda x: functional.prelu(x, slopes[x.dtype]),
        "rrelu": lambda x: functional.rrelu(x, 1 / 8, 1 / 3, training=False),
        "softmax": lambda x: torch.softmax(x, -1),
        "glu": lambda both: functional.glu(both, dim=0),  # one tensor, its halves one after the other
    }


@cache
def torch_composed() -> dict[str, Function]:
    """What one writes where PyTorch offers nothing."""
    import torch
    from torch.nn import functional

    return {
        "identity": torch.clone,
        "squareplus": lambda x: (x + torch.sqrt(x * x + 4)) / 2,
        "geglu": lambda gate, value: functional.gelu(gate) * value,
        "swiglu": lambda gate, value: functional.silu(gate) * value,
    }


# Several operators of PyTorch one after the other, whether written by the user or inside torch.nn.functional.
NOT_FUSED_IN_TORCH = ("squareplus", "geglu", "swiglu", "tanhshrink", "softsign")

# The operator that writes into `out=`, and what it takes beside x.
TORCH_OUT: Mapping[str, tuple[str, tuple[Any, ...]]] = {
    **{name: (name, ()) for name in ("tanh", "sigmoid", "silu", "gelu", "mish", "hardswish", "hardsigmoid")},
    "softplus": ("softplus", (1, 20)),
    "logsigmoid": ("log_sigmoid", ()),
    "relu": ("clamp_min", (0,)),
    "leaky_relu": ("leaky_relu", (0.01,)),
    "rrelu": ("leaky_relu", (RRELU,)),
    **{name: ("hardtanh", limits) for name, limits in LIMITS.items()},
    "elu": ("elu", ()),
    "celu": ("elu", ()),
    "selu": ("elu", (_ALPHA, _SCALE)),
    "hardshrink": ("hardshrink", (0.5,)),
    "softshrink": ("softshrink", (0.5,)),
    "softmax": ("_softmax", (-1, False)),
    "glu": ("glu", (0,)),
}


def torch_into(name: str) -> Function | None:
    """The function of (x, out) in PyTorch; None where there is none."""
    import torch

    if name == "gelu_tanh":
        return lambda x, out: torch.ops.aten.gelu.out(x, approximate="tanh", out=out)
    if name not in TORCH_OUT:
        return None
    operator, options = TORCH_OUT[name]
    write = getattr(torch.ops.aten, operator).out
    return lambda x, out: write(x, *options, out=out)


SAME_IN_JAX = ("relu", "leaky_relu", "relu6", "elu", "selu", "celu", "silu", "mish", "softplus", "sigmoid")


@cache
def jax_own() -> dict[str, Function]:
    """What jax.nn offers by name."""
    import jax

    names = {name: name for name in SAME_IN_JAX}
    names |= {"softsign": "soft_sign", "logsigmoid": "log_sigmoid", "hardtanh": "hard_tanh", "softmax": "softmax"}
    names |= {"hardsigmoid": "hard_sigmoid", "hardswish": "hard_swish", "squareplus": "squareplus", "tanh": "tanh"}
    own: dict[str, Function] = {ours: getattr(jax.nn, theirs) for ours, theirs in names.items()}
    return own | {
        "gelu": lambda x: jax.nn.gelu(x, approximate=False),
        "gelu_tanh": lambda x: jax.nn.gelu(x, approximate=True),
    }


@cache
def jax_composed() -> dict[str, Function]:
    """What one writes where jax.nn offers nothing."""
    import jax
    from jax import numpy as jnp

    return {
        "identity": jnp.copy,
        "step": lambda x: jnp.where(x > 0, jnp.ones_like(x), 0),
        "prelu": lambda x: jnp.where(x > 0, x, 0.25 * x),
        "rrelu": lambda x: jnp.where(x > 0, x, RRELU * x),
        "hardshrink": lambda x: jnp.where(jnp.abs(x) > 0.5, x, 0),
        "softshrink": lambda x: jnp.where(x > 0.5, x - 0.5, jnp.where(x < -0.5, x + 0.5, 0)),
        "tanhshrink": lambda x: x - jnp.tanh(x),
        "glu": lambda value, gate: value * jax.nn.sigmoid(gate),
        "geglu": lambda gate, value: jax.nn.gelu(gate, approximate=False) * value,
        "swiglu": lambda gate, value: jax.nn.silu(gate) * value,
    }


def in_numpy(text: str, symbols: tuple[str, ...], dtype: str) -> Function:
    """A Python function of the text, which NumPy computes operation by operation."""
    import numpy as np
    from scipy import special

    named, numbers = with_named_numbers(text)
    words = {word: getattr(np, word) for word in re.findall(r"[a-z]\w*(?=\()", named) if hasattr(np, word)}
    typed = {name: np.dtype(dtype).type(number) for name, number in numbers.items()}
    compiled = eval(f"lambda {', '.join(symbols)}: {named}", {**words, "erf": special.erf, **typed})
    made: Function = compiled
    return made


def in_numexpr(text: str, symbols: tuple[str, ...], dtype: str) -> Function | None:
    """A Python function of the text, which numexpr computes block by block; None where it lacks a word."""
    import numexpr
    import numpy as np

    named, numbers = with_named_numbers(text)
    if "erf(" in named:
        return None
    typed = {name: np.dtype(dtype).type(number) for name, number in numbers.items()}

    def compute(*arrays: Any, out: Any = None) -> Any:
        values = dict(zip(symbols, arrays, strict=True), **typed)
        return numexpr.evaluate(named, local_dict=values, global_dict={}, out=out)

    return compute
