"""JAX: activations on arrays and tracers, which jit, vmap and any number of derivatives go through."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial, reduce
from typing import Any

import numpy as np

from actlab.catalogue import Activation, Parameter
from actlab.compilers.checking import check_axis, check_split, checked_parameter, in_range
from actlab.compilers.emit import emit
from actlab.compilers.ends import mended
from actlab.compilers.expansions import RULES, expand
from actlab.compilers.precision import Precision
from actlab.formula import WORDS, Expression, constant, depends_on, derivative, symbol
from actlab.formula.expression import Number, apply, rebuild, walk, where
from actlab.formula.primitives import exp, total

try:
    import jax
    import jax.numpy as jnp
    from jax.custom_derivatives import SymbolicZero
except ModuleNotFoundError as error:
    raise ModuleNotFoundError('JAX is not here; install it with: pip install "actlab[jax]"') from error

DOUBLE = 'jax.config.update("jax_enable_x64", True) and x.astype(jnp.float64)'
FLOATS = tuple(map(np.dtype, (jnp.float16, jnp.bfloat16, jnp.float32, jnp.float64)))

TABLE: Mapping[str, str] = {
    "add": "({0} + {1})",
    "subtract": "({0} - {1})",
    "multiply": "({0} * {1})",
    "divide": "({0} / {1})",
    "negative": "(-{0})",
    "power": "({0} ** {1})",
    "absolute": "jnp.abs({0})",
    "sign": "jnp.sign({0})",
    "minimum": "jnp.minimum({0}, {1})",
    "maximum": "jnp.maximum({0}, {1})",
    "sqrt": "jnp.sqrt({0})",
    "greater": "jnp.greater({0}, {1})",
    "greater_equal": "jnp.greater_equal({0}, {1})",
    "logical_and": "jnp.logical_and({0}, {1})",
    "logical_or": "jnp.logical_or({0}, {1})",
    "logical_not": "jnp.logical_not({0})",
    "where": "jnp.where({0}, {1}, {2})",
    "exp": "jnp.exp({0})",
    "log": "jnp.log({0})",
    "sin": "jnp.sin({0})",
    "cos": "jnp.cos({0})",
    "atan": "jnp.arctan({0})",
    "asinh": "jnp.arcsinh({0})",
    "round": "jnp.round({0})",
}

GREATEST = "greatest"  # along the axis; no word of formulas, but what exponentials are held against

REDUCING: Mapping[str, Callable[..., Any]] = {
    "total": lambda x, axis: jnp.sum(x, axis=axis, keepdims=True),
    "log_total_exp": lambda x, axis: jax.nn.logsumexp(x, axis=axis, keepdims=True) if x.size else _empty(x, axis),
    GREATEST: lambda x, axis: (
        jax.lax.stop_gradient(jnp.max(x, axis=axis, keepdims=True)) if x.size else _empty(x, axis)
    ),
}

# JAX has most of these too, with fewer digits: its tanh is wrong by 3 ulp in float32, its log1p by 91 in float64.
EXPANDED = frozenset(WORDS) & frozenset(RULES) - frozenset(TABLE)


def compute(activation: Activation, arrays: Sequence[Any], parameters: Mapping[str, Any], axis: int) -> Any:
    """The values: same kind, shape and dtype as the input."""
    inputs, dtype = _inputs(activation, arrays, axis)
    values = _values(activation, inputs, parameters, dtype)
    if activation.elementwise:
        return _cast(_elementwise(activation, (activation.formula,), values)[0], dtype)
    return _cast(_along_axis(_in_shares(activation.formula), values, axis), dtype)


def differentiate(activation: Activation, arrays: Sequence[Any], parameters: Mapping[str, Any]) -> Any:
    """The derivative with respect to each input; a tuple if there are several."""
    inputs, dtype = _inputs(activation, arrays, -1)
    values = _values(activation, inputs, parameters, dtype)
    slopes = tuple(_cast(each, dtype) for each in _elementwise(activation, activation.slopes, values))
    return slopes[0] if len(slopes) == 1 else slopes


def pull_back(
    activation: Activation, arrays: Sequence[Any], upstream: Any, parameters: Mapping[str, Any], axis: int
) -> Any:
    """The gradient of sum(upstream * values) with respect to each input; a tuple if there are several."""
    given = [_float_array(activation.name, array, "x") for array in arrays]
    arriving = _float_array(activation.name, upstream, "upstream")
    values, transposed = jax.vjp(lambda *inputs: compute(activation, inputs, parameters, axis), *given)
    if arriving.shape != values.shape:
        raise ValueError(
            f"{activation.name}.pullback got an upstream of shape {arriving.shape}; "
            f"it must have the output's shape {values.shape}."
        )
    gradients = transposed(arriving.astype(values.dtype))
    return gradients[0] if len(gradients) == 1 else gradients


def _elementwise(
    activation: Activation, outputs: tuple[Expression, ...], values: Mapping[str, Any]
) -> tuple[jax.Array, ...]:
    """The formulas with their ends mended, as one function of all values."""
    distinct = tuple(dict.fromkeys(outputs))
    found = _function(distinct, tuple(values), _precision(values), activation)(*values.values())
    return tuple(found[distinct.index(output)] for output in outputs)


@partial(jax.jit, static_argnums=(0, 2))
def _along_axis(expression: Expression, values: Mapping[str, Any], axis: int) -> jax.Array:
    """The formula by stretches: each is elementwise, and between them stand sums along the axis."""
    known: dict[str, Any] = dict(values)
    stand_ins: dict[Expression, Expression] = {}
    for node in _outermost_reductions(expression):
        name = f"reduction {len(stand_ins)}"
        known[name] = REDUCING[node.word](_along_axis(node.arguments[0], values, axis), axis)
        stand_ins[node] = symbol(name)
    stretch = _replaced(expression, stand_ins)
    names = tuple(name for name in known if depends_on(stretch, name))
    return _function((stretch,), names, _precision(values), None)(*(known[name] for name in names))[0]


def _in_shares(expression: Expression) -> Expression:
    """exp(x - log(total(exp(x)))) as a quotient: large scores would leave few digits to the difference."""
    done: dict[Expression, Expression] = {}
    for node in walk(expression):
        done[node] = rebuild(node.word, tuple(done[part] for part in node.arguments)) if node.arguments else node
        inner = done[node].arguments[0] if node.word == "exp" else node
        if node.word == "exp" and inner.word == "subtract" and inner.arguments[1].word == "log_total_exp":
            scores, (all_scores,) = inner.arguments[0], inner.arguments[1].arguments
            greatest = apply(GREATEST, all_scores)
            done[node] = exp(scores - greatest) / total(exp(all_scores - greatest))
    return done[expression]


def _outermost_reductions(expression: Expression) -> list[Expression]:
    nodes = walk(expression, parts=lambda node: () if node.word in REDUCING else node.arguments)
    return [node for node in nodes if node.word in REDUCING]


def _empty(x: jax.Array, axis: int) -> jax.Array:
    """Nothing along the axis has no largest element; zeros of the right shape serve, since nothing uses them."""
    return jnp.sum(x, axis=axis, keepdims=True)


def _replaced(expression: Expression, stand_ins: Mapping[Expression, Expression]) -> Expression:
    done = dict(stand_ins)
    for node in walk(expression, parts=lambda node: () if node in stand_ins else node.arguments):
        if node not in done:
            done[node] = rebuild(node.word, tuple(done[part] for part in node.arguments)) if node.arguments else node
    return done[expression]


@lru_cache(maxsize=1024)
def _function(
    outputs: tuple[Expression, ...], names: tuple[str, ...], precision: Precision, activation: Activation | None
) -> Callable[..., tuple[jax.Array, ...]]:
    """A JAX function of `names`, whose derivatives are our formulas, and those of these again such functions."""
    function = jax.custom_jvp(_compiled(outputs, names, precision, activation))

    def tangents_of(values: tuple[Any, ...], tangents: tuple[Any, ...]) -> tuple[Any, Any]:
        moving = [(name, each) for name, each in zip(names, tangents, strict=True) if type(each) is not SymbolicZero]
        slopes = [[derivative(output, name) for name, _ in moving] for output in outputs]
        wanted = tuple(dict.fromkeys((*outputs, *(slope for row in slopes for slope in row))))
        found = dict(zip(wanted, _function(wanted, names, precision, activation)(*values), strict=True))
        results = tuple(found[output] for output in outputs)
        held = partial(_held, values=values, names=names, precision=precision, activation=activation)
        rows = [
            [found[slope] * held(slope, change) for slope, (_, change) in zip(row, moving, strict=True)]
            for row in slopes
        ]
        changes = (
            reduce(jnp.add, row or [jnp.zeros_like(found[each])]) for row, each in zip(rows, outputs, strict=True)
        )
        return results, tuple(changes)

    function.defjvp(tangents_of, symbolic_zeros=True)
    return jax.jit(function)


def _held(
    slope: Expression,
    change: jax.Array,
    values: tuple[Any, ...],
    names: tuple[str, ...],
    precision: Precision,
    activation: Activation | None,
) -> jax.Array:
    """The change, but 0 where the slope is a branch that is 0, beside which it may be infinite."""
    branches = _nothing(mended(slope, activation, precision) if activation else slope)
    if branches.is_number(0):
        return change
    return jnp.where(_compiled((branches,), names, precision, None)(*values)[0] > 0, 0, change)


def _nothing(slope: Expression) -> Expression:
    """1 in branches that are 0, and 0 elsewhere."""
    if slope.word != "where":
        return constant(int(slope.is_number(0)))
    condition, yes, no = slope.arguments
    return where(condition, _nothing(yes), _nothing(no))


def _compiled(
    outputs: tuple[Expression, ...], names: tuple[str, ...], precision: Precision, activation: Activation | None
) -> Callable[..., tuple[jax.Array, ...]]:
    """A Python function of `names` that computes the formulas in JAX's words, each of the shape of all together."""
    whole = [mended(output, activation, precision) if activation else output for output in outputs]
    formulas = {str(place): expand(output, TABLE, precision) for place, output in enumerate(whole)}
    spelt = {name: f"value_{place}" for place, name in enumerate(names)}
    code = emit(formulas, TABLE, _spell_constant, spelt.__getitem__)
    results = ", ".join(code.results[place] for place in formulas)
    body = "".join(f"    {line}\n" for line in (*code.lines, f"return ({results},)"))
    number = np.float32 if precision == "single" else np.float64
    namespace: dict[str, Any] = {"jnp": jnp, "number": number}
    exec(compile(f"def formulas({', '.join(spelt.values())}):\n{body}", "<actlab formula>", "exec"), namespace)

    def kernel(*values: jax.Array) -> tuple[jax.Array, ...]:
        shape = _shape(values)
        return tuple(jnp.broadcast_to(jnp.asarray(each, number), shape) for each in namespace["formulas"](*values))

    kernel.__name__ = activation.name if activation else "stretch"
    return kernel


def _spell_constant(value: Number) -> str:
    return f"number({float(value)!r})"


def _precision(values: Mapping[str, Any]) -> Precision:
    return "double" if next(iter(values.values())).dtype == np.float64 else "single"


def _inputs(activation: Activation, arrays: Sequence[Any], axis: int) -> tuple[list[jax.Array], Any]:
    """The inputs, one array split among several, and their common dtype."""
    expected = len(activation.inputs)
    given = [_float_array(activation.name, array, "x") for array in arrays]
    strong = [each for each, array in zip(given, arrays, strict=True) if not isinstance(array, float)]
    dtypes = {each.dtype for each in strong or given}
    dtype = jnp.result_type(*dtypes) if len(dtypes) > 1 else dtypes.pop()
    if len(given) == 1 and expected > 1:
        check_split(activation.name, activation.inputs, given[0].shape, axis)
        return jnp.split(given[0], expected, axis=axis), dtype
    if len(given) != expected:
        raise TypeError(f"{activation.name} takes {' and '.join(activation.inputs)}, but got {len(given)} arrays.")
    try:
        shape = _shape(given)
    except ValueError:
        shapes = " and ".join(str(each.shape) for each in given)
        raise ValueError(f"{activation.name} got inputs of shapes {shapes}; give them one shape.") from None
    if not activation.elementwise and not shape:
        raise ValueError(
            f"{activation.name} works along an axis, and one number has none; write jnp.array([1.0, 2.0])."
        )
    if axis != -1 or not activation.elementwise:  # one number too has the axis that nobody asked for
        check_axis(activation.name, axis, shape)
    return given, dtype


def _float_array(name: str, value: Any, role: str) -> jax.Array:
    if isinstance(value, bool | int):
        raise TypeError(f"{name} got the whole number {value} as {role}, but works on floats; write {float(value)}.")
    if not isinstance(value, jax.Array | np.ndarray | np.generic | float):
        kind = f"{type(value).__module__}.{type(value).__qualname__}".removeprefix("builtins.")
        raise TypeError(f"{name} got {role} of type {kind}, but works on floats and arrays; write jnp.asarray(x).")
    dtype = getattr(value, "dtype", None)
    if dtype is not None and dtype not in FLOATS:
        raise TypeError(
            f"{name} got {role} of dtype {dtype}, but works on {', '.join(map(str, FLOATS))}; "
            f"write x.astype(jnp.float32)."
        )
    return value if isinstance(value, jax.Array) else jnp.asarray(value)


def _values(
    activation: Activation, inputs: Sequence[jax.Array], parameters: Mapping[str, Any], dtype: Any
) -> dict[str, jax.Array]:
    """Inputs and parameters by name, in the type that is computed in: float64, or float32 for all others."""
    kind: type[np.floating[Any]] = np.float64 if dtype == np.float64 else np.float32
    shape = _shape(inputs)
    values = {name: _cast(each, kind) for name, each in zip(activation.inputs, inputs, strict=True)}
    for parameter in activation.parameters:
        given = parameters[parameter.name]
        number = given if given is parameter.default else _number(activation.name, parameter, given, shape, kind)
        values[parameter.name] = _cast(jnp.asarray(number), kind)
    return values


def _number(
    name: str, parameter: Parameter, value: Any, shape: tuple[int, ...], kind: type[np.floating[Any]]
) -> jax.Array:
    """A parameter. What JAX holds is not looked at: under jit its numbers are not there yet, nor on a device."""
    if not isinstance(value, jax.Array):
        value = in_range(name, parameter, checked_parameter(name, parameter, value), kind, DOUBLE)
    elif not (jnp.issubdtype(value.dtype, jnp.floating) or jnp.issubdtype(value.dtype, jnp.integer)):
        raise TypeError(
            f"{name} got {parameter.name} of dtype {value.dtype}, but it is a number or an array of numbers; "
            f"write {parameter.name}={parameter.default:g}."
        )
    if value.shape and not _fits(value.shape, shape):
        raise ValueError(
            f"{name} could not broadcast {parameter.name} of shape {value.shape} against an input of shape {shape}; "
            f"give one number, or one for each element of the last axis."
        )
    return jnp.asarray(value)


def _cast(array: jax.Array, dtype: Any) -> jax.Array:
    return array if array.dtype == dtype else array.astype(dtype)


def _shape(arrays: Sequence[jax.Array]) -> tuple[int, ...]:
    return arrays[0].shape if len(arrays) == 1 else jnp.broadcast_shapes(*(each.shape for each in arrays))


def _fits(small: tuple[int, ...], large: tuple[int, ...]) -> bool:
    try:
        return jnp.broadcast_shapes(small, large) == large
    except ValueError:
        return False
