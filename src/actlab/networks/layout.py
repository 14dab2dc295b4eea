"""Where each number of a network lies in the flat vectors that the compiled loop works on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt

from actlab.catalogue import Activation
from actlab.compilers.native.layers import layer_kernels
from actlab.networks import engine
from actlab.networks.architecture import Architecture, Floats, Network
from actlab.networks.products import library, products
from actlab.networks.steps import steps

Integers = npt.NDArray[np.int64]
ALIGNMENT = 16  # numbers; with float32 that is a cache line, so that equal networks lie equally and run equally
FEWEST_ROWS = 256  # rows that evaluation does at once, however small the batch


@dataclass(frozen=True, eq=False)
class Layout:
    """The table of layers, and how long the vectors must be for a batch of `rows`."""

    layers: Integers
    learned: Integers
    weights: int  # length of the vector's part that holds the weights
    numbers: int  # length of the vector
    work: int  # length of the room for a batch
    rows: int


class Shelf:
    """Hands out places in a vector, one behind the other, each at the start of a cache line."""

    def __init__(self) -> None:
        self.length = 0

    def place(self, size: int) -> int:
        """The start of `size` numbers."""
        start = self.length
        self.length += -(-size // ALIGNMENT) * ALIGNMENT
        return start


def lay_out(architecture: Architecture, rows: int) -> Layout:
    """Find a place for everything that a network of this architecture needs for `rows` rows at once."""
    return _lay_out(architecture, architecture.functions, rows)


@lru_cache(maxsize=64)
def _lay_out(architecture: Architecture, functions: tuple[Activation, ...], rows: int) -> Layout:
    widths = np.array(architecture.widths, np.int64)
    layers = np.zeros((widths.size - 1, engine.COLUMNS), np.int64)
    layers[:, engine.INPUTS], layers[:, engine.UNITS] = widths[:-1], widths[1:]
    vector, work = Shelf(), Shelf()
    for layer in layers:
        layer[engine.WEIGHTS] = vector.place(layer[engine.INPUTS] * layer[engine.UNITS])
    weights = vector.length
    for layer in layers:
        layer[engine.BIASES] = vector.place(layer[engine.UNITS])
    learned = place_activations(functions, layers, vector)
    for layer in layers:
        for column in (engine.Z, engine.OUT, engine.SLOPE, engine.UPSTREAM):
            layer[column] = work.place(rows * layer[engine.UNITS])
        layer[engine.NOISE] = work.place(rows * layer[engine.UNITS]) if layer[engine.NOISY] else 0
    layers[:, engine.TRANSPOSED] = work.place(int((widths[:-1] * widths[1:]).max()))
    layers[:, engine.HALF] = work.place(rows * int(widths.max()))
    return Layout(layers, learned, weights, vector.length, work.length, rows)


def place_activations(functions: tuple[Activation, ...], layers: Integers, vector: Shelf) -> Integers:
    """Fill in the columns of each hidden layer's activation; returns the places of learned parameters."""
    learned: list[int] = []
    for layer, activation in zip(layers, functions, strict=False):
        kernels = layer_kernels(activation, "float32")
        layer[engine.FORWARD], layer[engine.PARAMETER_GRADIENT] = kernels.forward, kernels.parameter_gradient
        layer[engine.NOISY] = any(p.role == "random" for p in activation.parameters)
        kept = [p for p in activation.parameters if p.role != "random"]
        layer[engine.PARAMETERS] = vector.place(len(kept))
        layer[engine.LEARNED] = len(learned)
        learned += [layer[engine.PARAMETERS] + k for k, p in enumerate(kept) if p.role == "learned"]
        layer[engine.LEARNED_COUNT] = len(learned) - layer[engine.LEARNED]
    return np.array(learned, np.int64)


def aligned(size: int) -> Floats:
    """Zeros that start at a cache line."""
    spare = np.zeros(size + ALIGNMENT, np.float32)
    start = -(spare.ctypes.data // 4) % ALIGNMENT
    return spare[start : start + size]


def memory(layout: Layout, network: Network | None = None) -> engine.Memory:
    """The vectors of a layout, holding a network's numbers."""
    numbers, work = aligned(layout.numbers), aligned(layout.work)
    half = layout.layers[0, engine.HALF]
    work[half:] = 0.5
    inputs = int(layout.layers[0, engine.INPUTS])
    return engine.Memory(
        layout.layers,
        layout.learned,
        numbers if network is None else pack(network, layout, numbers),
        aligned(layout.numbers),
        aligned(layout.rows * inputs).reshape(layout.rows, inputs),
        aligned(layout.rows),
        work,
        np.zeros(max(1, layout.learned.size), np.float64),
        kernels(),
        np.concatenate([np.zeros(4, np.int32), library_words()]),
        np.zeros(3, np.float32),
    )


@cache
def kernels() -> Integers:
    """The addresses of what works alike in every layer, where the loop looks for them."""
    loops = steps()
    shared = (
        "gather",
        "exponentials",
        "logistic",
        "add_to_rows",
        "sum_columns",
        "scale",
        "transpose",
        "adam",
        "descend",
    )
    made = [products().plain, products().transposed, library(), *(loops[name] for name in shared)]
    return np.array(made, np.int64)


def library_words() -> npt.NDArray[np.int32]:
    """What every call of the library's product needs in memory: plain, transposed, factors of 1 and 0."""
    letters = np.frombuffer(b"N\0\0\0T\0\0\0", np.int32)
    return np.concatenate([letters, np.array([1, 0], np.float32).view(np.int32)])


def pack(network: Network, layout: Layout, vector: Floats) -> Floats:
    """Write a network's numbers into a flat vector."""
    for index, layer in enumerate(layout.layers):
        for column, values in zip(
            (engine.WEIGHTS, engine.BIASES, engine.PARAMETERS),
            (network.weights, network.biases, network.parameters),
            strict=True,
        ):
            if index < len(values):
                vector[layer[column] : layer[column] + values[index].size] = values[index].ravel()
    return vector


def unpack(vector: Floats, layout: Layout, like: Network) -> Network:
    """A network of the same architecture as `like`, with the numbers of a flat vector."""

    def values(column: int, shapes: tuple[Floats, ...]) -> tuple[Floats, ...]:
        return tuple(
            vector[layer[column] : layer[column] + shape.size].reshape(shape.shape).copy()
            for layer, shape in zip(layout.layers, shapes, strict=False)
        )

    return Network(
        like.architecture,
        values(engine.WEIGHTS, like.weights),
        values(engine.BIASES, like.biases),
        values(engine.PARAMETERS, like.parameters),
    )
