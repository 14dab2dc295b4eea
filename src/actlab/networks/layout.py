"""Where each number of a network lies in the flat vectors that the compiled loop works on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from actlab.catalogue import Activation
from actlab.compilers.native.layers import layer_kernels
from actlab.networks import engine
from actlab.networks.architecture import Architecture, Floats, Network
from actlab.networks.kernels import kernels

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


@dataclass(frozen=True, eq=False)
class Room:
    """The vectors of a layout, filled in; `memory` has their addresses, and is good as long as this is kept."""

    layout: Layout
    vector: Floats
    gradient: Floats
    batch: Floats
    targets: Floats
    work: Floats
    sums: npt.NDArray[np.float64]
    steering: Floats

    @property
    def memory(self) -> engine.Memory:
        """What the compiled loop is given."""
        layout = self.layout
        return engine.Memory(
            layers=address(layout.layers),
            depth=len(layout.layers),
            learned=address(layout.learned),
            vector=address(self.vector),
            gradient=address(self.gradient),
            numbers=layout.numbers,
            batch=address(self.batch),
            targets=address(self.targets),
            rows=layout.rows,
            work=address(self.work),
            sums=address(self.sums),
            kernels=address(kernels()),
            steering=address(self.steering),
        )


def address(array: npt.NDArray[Any]) -> int:
    """Where an array starts in memory."""
    return int(array.ctypes.data)


def room(layout: Layout, network: Network) -> Room:
    """Vectors for a layout, holding a network's numbers."""
    work = aligned(layout.work)
    work[layout.layers[0, engine.HALF] :] = 0.5
    return Room(
        layout,
        pack(network, layout, aligned(layout.numbers)),
        aligned(layout.numbers),
        aligned(layout.rows * int(layout.layers[0, engine.INPUTS])),
        aligned(layout.rows),
        work,
        np.zeros(max(1, layout.learned.size), np.float64),
        aligned(3),
    )


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
