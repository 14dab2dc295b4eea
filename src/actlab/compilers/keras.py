"""Keras 3: activations as callables and layers that save and load with a model, on whichever backend is in use."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from actlab.catalogue import Activation, find
from actlab.compilers.checking import check_axis, check_split, checked_parameter, in_range
from actlab.compilers.emit import emit
from actlab.compilers.ends import mended
from actlab.compilers.expansions import RULES, expand
from actlab.compilers.precision import Precision
from actlab.formula import WORDS, Expression, derivative, scaled, symbol
from actlab.formula.expression import Number

try:
    import keras
    from keras import ops
    from keras.src.backend.common.global_state import get_global_attribute
except ModuleNotFoundError as error:
    here = error.name != "keras"
    raise ModuleNotFoundError(
        f"Keras cannot find its backend {error.name}; set the environment's KERAS_BACKEND to jax or torch."
        if here
        else 'Keras is not here; install it with: pip install "actlab[keras]"'
    ) from error

FLOATS = ("float16", "bfloat16", "float32", "float64")
OURS = ("jax", "torch", "numpy")  # backends whose arrays actlab computes on itself
PACKAGE = "actlab"
UPSTREAM = "upstream"  # which no activation may call an input or parameter

TABLE: Mapping[str, str] = {
    "add": "ops.add({0}, {1})",
    "subtract": "ops.subtract({0}, {1})",
    "multiply": "ops.multiply({0}, {1})",
    "divide": "ops.divide({0}, {1})",
    "negative": "ops.negative({0})",
    "absolute": "ops.absolute({0})",
    "sign": "ops.sign({0})",
    "sqrt": "ops.sqrt({0})",
    "greater": "ops.greater({0}, {1})",
    "greater_equal": "ops.greater_equal({0}, {1})",
    "logical_and": "ops.logical_and({0}, {1})",
    "logical_or": "ops.logical_or({0}, {1})",
    "logical_not": "ops.logical_not({0})",
    "where": "ops.where({0}, {1}, {2})",
    "exp": "ops.exp({0})",
    "log": "ops.log({0})",
    "sin": "ops.sin({0})",
    "cos": "ops.cos({0})",
    "atan": "ops.arctan({0})",
    "round": "ops.round({0})",
    "total": "ops.sum({0}, axis=axis, keepdims=True)",
    "log_total_exp": "ops.logsumexp({0}, axis=axis, keepdims=True)",
}

EXPANDED = frozenset(WORDS) & frozenset((*RULES, "power")) - frozenset(TABLE)


def function(activation: Activation, axis: int = -1, **parameters: float) -> Function | ActivationLayer:
    """A callable for `activation=` of Keras layers, which saves and loads with the model.

    Learned parameters stay at the numbers given here; `layer` trains them. A gated function, which leaves half of an
    axis, is a layer in any case: Keras takes the shape of other layers' results for that before their activation.

    >>> import keras
    >>> from actlab.catalogue import find
    >>> dense = keras.layers.Dense(8, activation=function(find("leaky_relu"), slope=0.2))
    >>> keras.activations.serialize(dense.activation)["config"]
    {'activation': 'leaky_relu', 'axis': -1, 'parameters': {'slope': 0.2}}

    Args:
        activation: Any activation of the catalogue.
        axis: The axis along which softmax adds up and gated functions split.
        **parameters: A number for each parameter that is not to have its default.

    Raises:
        TypeError: for a parameter that is no number, or that the activation does not have.
        ValueError: for a number outside the parameter's domain.
    """
    made = Function if len(activation.inputs) == 1 else ActivationLayer
    return made(activation.name, axis=axis, parameters=parameters)


def _check_features(activation: Activation, features: Any) -> None:
    if features is None:
        return
    if not any(each.role == "learned" for each in activation.parameters):
        raise TypeError(f"{activation.name} learns nothing, so it has no features; leave features={features!r} away.")
    if not isinstance(features, int) or isinstance(features, bool) or features < 1:
        raise ValueError(f"{activation.name} got features={features!r}; write how many there are, as in features=64.")


def layer(activation: Activation, features: int | None = None, axis: int = -1, **parameters: float) -> ActivationLayer:
    """A Keras layer whose learned parameters are weights, trained with the others.

    >>> from actlab.catalogue import find
    >>> prelu = layer(find("prelu"), features=64)
    >>> prelu.trainable_variables[0].shape
    (64,)

    Args:
        activation: Any activation of the catalogue.
        features: The length of the input's last axis, for one number a feature; by default one for all.
        axis: The axis along which softmax adds up and gated functions split.
        **parameters: Numbers for fixed parameters, and where learned ones start.
    """
    return ActivationLayer(activation.name, features, axis, parameters)


@keras.saving.register_keras_serializable(package=PACKAGE)
class Function:
    """An activation at fixed parameters, as `function` makes it."""

    def __init__(self, activation: str, axis: int = -1, parameters: Mapping[str, float] | None = None) -> None:
        self._activation = find(activation)
        self._axis = axis
        self._parameters = _numbers(self._activation, parameters or {})
        self.__name__ = self._activation.name

    def __call__(self, *arrays: Any) -> Any:
        """The values at x, a tensor of the backend or a symbolic one."""
        _check_ending(self, self._activation, len(arrays))
        return compute(self._activation, arrays, {**self._activation.defaults, **self._parameters}, self._axis)

    def get_config(self) -> dict[str, Any]:
        """What a saved model keeps: names and numbers."""
        return {"activation": self.__name__, "axis": self._axis, "parameters": dict(self._parameters)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Function:
        """The same function again."""
        return cls(**config)

    def __repr__(self) -> str:
        return f"<actlab's {self.__name__} for Keras>"


@keras.saving.register_keras_serializable(package=PACKAGE)
class ActivationLayer(keras.layers.Layer):  # type: ignore[misc]
    """An activation whose learned parameters are weights, as `layer` makes it.

    Random parameters are drawn for each element while training, and at their mean otherwise.
    """

    def __init__(
        self,
        activation: str,
        features: int | None = None,
        axis: int = -1,
        parameters: Mapping[str, float] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self._activation, self._features, self._axis = find(activation), features, axis
        _check_features(self._activation, features)
        self._parameters = _numbers(self._activation, parameters or {})
        self._seed = keras.random.SeedGenerator() if self._names("random") else None
        self.supports_masking = True
        shape = () if features is None else (features,)
        start = {**self._activation.defaults, **self._parameters}
        for each in self._activation.parameters:
            if each.role == "learned" and self.variable_dtype != "float64":
                in_range(self._activation.name, each, start[each.name], np.float32, 'dtype="float64"')
        self._learned = {
            name: self.add_weight(name=name, shape=shape, initializer=keras.initializers.Constant(start[name]))
            for name in self._names("learned")
        }
        self.built = True

    def call(self, *arrays: Any, training: bool | None = None) -> Any:
        """The values, with the parameters as they are now."""
        _check_ending(self, self._activation, len(arrays))
        numbers: dict[str, Any] = {**self._activation.defaults, **self._parameters}
        numbers |= {name: ops.convert_to_tensor(weight) for name, weight in self._learned.items()}
        for each in self._activation.parameters if training else ():
            if each.role == "random":
                shape, dtype = ops.shape(arrays[0]), arrays[0].dtype
                numbers[each.name] = keras.random.uniform(shape, each.low, each.high, dtype, seed=self._seed)
        return compute(self._activation, arrays, numbers, self._axis)

    def get_config(self) -> dict[str, Any]:
        """What a saved model keeps beside the weights."""
        own = {"activation": self._activation.name, "features": self._features, "axis": self._axis}
        return {**super().get_config(), **own, "parameters": dict(self._parameters)}

    def _names(self, role: str) -> list[str]:
        return [each.name for each in self._activation.parameters if each.role == role]


def _check_ending(function: Function | ActivationLayer, activation: Activation, arrays: int) -> None:
    """Raise if a gated function ends another layer, which would tell its followers twice the width that is left."""
    if arrays == len(activation.inputs):
        return
    layers = [scope.caller for scope in get_global_attribute("name_scope_stack") or () if scope.caller is not function]
    if layers and getattr(layers[-1], "activation", None) is function:
        kind, name = type(layers[-1]).__name__, activation.name
        raise TypeError(
            f"{name} leaves half of what {kind} says that it gives, so it cannot be its activation; "
            f"leave that away, and put the layer actlab.{name}.keras() behind {kind}."
        )


def compute(activation: Activation, arrays: Sequence[Any], parameters: Mapping[str, Any], axis: int) -> Any:
    """The values on tensors of the backend, on variables, and on symbolic tensors of a functional model."""
    if any(isinstance(each, keras.KerasTensor) for each in arrays):
        return ActivationLayer(activation.name, axis=axis, parameters=parameters, trainable=False)(*arrays)
    given = [ops.convert_to_tensor(each) for each in arrays]
    if keras.backend.backend() in OURS:
        return activation(*given, axis=axis, **parameters)
    return on_ops(activation, given, parameters, axis)


def differentiate(activation: Activation, arrays: Sequence[Any], parameters: Mapping[str, Any]) -> Any:
    """The derivative on variables and tensors of the backend; a tuple if there are several inputs."""
    return activation.derivative(*_tensors(activation, arrays), **_plain(parameters))


def pull_back(
    activation: Activation, arrays: Sequence[Any], upstream: Any, parameters: Mapping[str, Any], axis: int
) -> Any:
    """The gradient of sum(upstream * values) on variables and tensors of the backend."""
    *given, arriving = _tensors(activation, (*arrays, upstream))
    return activation.pullback(*given, upstream=arriving, axis=axis, **_plain(parameters))


def _tensors(activation: Activation, arrays: Sequence[Any]) -> list[Any]:
    if any(isinstance(each, keras.KerasTensor) for each in arrays):
        raise TypeError(
            f"{activation.name}'s derivative needs numbers, and a KerasTensor has none yet; give it a tensor of the "
            f"backend, or take the gradient of the model."
        )
    if keras.backend.backend() not in OURS:
        raise TypeError(
            f"{activation.name} has no derivative of its own on Keras's {keras.backend.backend()} backend; "
            f"its gradient is right there, so use the backend's, or give NumPy arrays."
        )
    return [ops.convert_to_tensor(each) for each in arrays]


def _plain(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters, with tensors for variables."""
    return {
        name: ops.convert_to_tensor(each) if isinstance(each, keras.Variable) else each
        for name, each in parameters.items()
    }


def _numbers(activation: Activation, given: Mapping[str, Any]) -> dict[str, float]:
    """Parameters as plain numbers, which is what a saved model keeps."""
    known = {each.name: each for each in activation.parameters}
    for name, value in given.items():
        if name not in known:
            takes = ", ".join(known) or "no parameters"
            raise TypeError(f"{activation.name} has no parameter {name!r}; it takes {takes}.")
        if checked_parameter(activation.name, known[name], value).ndim:
            raise TypeError(
                f"{activation.name} for Keras takes one number for {name}, and got an array; "
                f"write features=64 for one a feature."
            )
    return {name: float(value) for name, value in given.items()}


def on_ops(activation: Activation, arrays: Sequence[Any], parameters: Mapping[str, Any], axis: int) -> Any:
    """The values in `keras.ops`, for a backend that actlab has no words of its own for, such as TensorFlow."""
    given = arrays
    if len(arrays) < len(activation.inputs):
        check_split(activation.name, activation.inputs, arrays[0].shape, axis, "tensors")
        given = ops.split(arrays[0], len(activation.inputs), axis)
    elif axis != -1 or not activation.elementwise:
        check_axis(activation.name, axis, given[0].shape)
    dtype = keras.backend.standardize_dtype(given[0].dtype)
    if dtype not in FLOATS:
        raise TypeError(
            f"{activation.name} got x of dtype {dtype}, but works on {', '.join(FLOATS)}; "
            f"write keras.ops.cast(x, 'float32')."
        )
    kind = "float64" if dtype == "float64" else "float32"
    numbers = [ops.convert_to_tensor(parameters[each.name]) for each in activation.parameters]
    values = [ops.cast(each, kind) for each in (*given, *numbers)]
    if activation.elementwise:
        return ops.cast(_with_gradient(activation, kind)(*values), dtype)
    return ops.cast(_compiled((activation.formula,), _names(activation), kind, None)(axis, *values)[0], dtype)


def _with_gradient(activation: Activation, kind: str) -> Callable[..., Any]:
    """The function of its inputs and parameters, with our derivatives."""
    names = _names(activation)
    formula = _compiled((activation.formula,), names, kind, activation)
    precision: Precision = "double" if kind == "float64" else "single"
    slopes = (mended(derivative(activation.formula, name), activation, precision) for name in names)
    pulled = tuple(scaled(each, symbol(UPSTREAM)) for each in slopes)
    gradients_of = _compiled(pulled, (*names, UPSTREAM), kind, None)

    @ops.custom_gradient
    def function(*values: Any) -> tuple[Any, Callable[..., Any]]:
        def gradient(*args: Any, upstream: Any = None) -> Any:
            arriving = args[-1] if upstream is None else upstream
            found = gradients_of(-1, *values, arriving)
            gradients = tuple(_summed(each, value) for each, value in zip(found, values, strict=True))
            return gradients if len(gradients) > 1 else gradients[0]

        return formula(-1, *values)[0], gradient

    return function


def _summed(gradient: Any, value: Any) -> Any:
    """The gradient of something that was stretched: the sum over all the places where it was used."""
    ahead = len(gradient.shape) - len(value.shape)
    stretched = [ahead + place for place, length in enumerate(value.shape) if length == 1]
    return ops.sum(ops.sum(gradient, stretched, keepdims=True), tuple(range(ahead)))


def _names(activation: Activation) -> tuple[str, ...]:
    return (*activation.inputs, *(each.name for each in activation.parameters))


@lru_cache(maxsize=1024)
def _compiled(
    outputs: tuple[Expression, ...], names: tuple[str, ...], kind: str, activation: Activation | None
) -> Callable[..., tuple[Any, ...]]:
    """A Python function of `axis` and `names` that computes the formulas in `keras.ops`."""
    precision: Precision = "double" if kind == "float64" else "single"
    whole = [mended(output, activation, precision) if activation else output for output in outputs]
    formulas = {str(place): expand(output, TABLE, precision) for place, output in enumerate(whole)}
    spelt = {name: f"value_{place}" for place, name in enumerate(names)}
    code = emit(formulas, TABLE, _spell_constant, spelt.__getitem__)
    results = ", ".join(code.results[place] for place in formulas)
    body = "".join(f"    {line}\n" for line in (*code.lines, f"return ({results},)"))
    namespace = {"ops": ops, "number": lambda value: ops.convert_to_tensor(value, dtype=kind)}
    exec(compile(f"def formulas(axis, {', '.join(spelt.values())}):\n{body}", "<actlab formula>", "exec"), namespace)
    return namespace["formulas"]


def _spell_constant(value: Number) -> str:
    return f"number({float(value)!r})"
