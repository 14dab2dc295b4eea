"""The compiled loop: a whole network's training in one Numba function, with no Python in between.

Every jitted function that the loop calls lives in this file: Numba's cache knows a function by its own file only,
and would go on using an old callee from another one. Activations come in as C addresses, so that the loop is compiled
once for all of them. Chance is counted (number i of a stream needs no number before it), which is easily repeated.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba import carray, extending, njit, types  # type: ignore[attr-defined]

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]

BINARY, MULTICLASS, REGRESSION = 0, 1, 2
ADAM, SGD = 0, 1
FINISHED, DIVERGED, STOPPED = 0, 1, 2

# Columns of the table of layers: sizes; places in the flat vector; places in `work`; learned parameters; kernels.
INPUTS, UNITS, WEIGHTS, BIASES, PARAMETERS = range(5)
Z, OUT, SLOPE, UPSTREAM, TRANSPOSED, NOISE, HALF = range(5, 12)
LEARNED, LEARNED_COUNT, NOISY, FORWARD, PARAMETER_GRADIENT, COLUMNS = range(12, 18)

ZERO, ONE = np.float32(0), np.float32(1)
MEAN_MEMORY, SQUARE_MEMORY, EPSILON = 0.9, 0.999, np.float32(1e-8)  # Kingma & Ba 2015
GOLDEN, MIX_1, MIX_2 = np.array([0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB], np.uint64)

intrinsic: Any = extending.intrinsic
jitted: Any = njit(error_model="numpy", nogil=True)


def cached(function: Any) -> Any:
    """Compile once and keep it on disk, or where no folder can be written, once a process."""
    try:
        return njit(error_model="numpy", nogil=True, cache=True)(function)
    except RuntimeError:
        return jitted(function)


class Memory(NamedTuple):
    """One network and the room to work in: the table of layers, and the flat vectors its columns point into."""

    layers: Integers  # one row a layer, the columns of layout.py
    learned: Integers  # where in `vector` the learned parameters lie, layer after layer
    vector: Floats  # all weights, then all biases, then all parameters
    gradient: Floats  # like vector
    batch: Floats  # room for the inputs of one batch; its length is the most rows done at once
    targets: Floats
    work: Floats  # what a batch leaves behind in each layer
    sums: npt.NDArray[np.float64]  # gradients of learned parameters, before they are rounded


class Rows(NamedTuple):
    """Some rows of data; classes come as whole numbers in float32."""

    inputs: Floats
    targets: Floats


class Settings(NamedTuple):
    """What steers the training, as plain numbers."""

    task: int
    optimiser: int
    batch: int
    epochs: int
    patience: int
    decayed: int  # how many leading numbers of `vector` are weights, which decay
    rate: float
    momentum: float
    weight_decay: float
    stream: int


class Course(NamedTuple):
    """What the training keeps between its steps, and what it writes down."""

    first: Floats  # Adam's mean of gradients, or the velocity of SGD
    second: Floats  # Adam's mean of squared gradients
    best: Floats
    order: Integers
    training_losses: npt.NDArray[np.float64]
    validation_losses: npt.NDArray[np.float64]
    stop: Integers  # set to 1 from outside, it ends the training before the next epoch


@intrinsic
def call(_typing_context: Any, address: Any, arguments: Any) -> Any:  # noqa: ARG001 (its type is known)
    """Call the C function at an address; pointers travel as int64, as every 64-bit C convention lets them."""

    def generate(context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        word = ir.IntType(64)
        function = ir.FunctionType(ir.VoidType(), [word] * len(arguments))
        pointer = builder.inttoptr(values[0], function.as_pointer())
        builder.call(pointer, [builder.extract_value(values[1], i) for i in range(len(arguments))])
        return context.get_dummy_value()

    return types.void(types.int64, arguments), generate


@intrinsic
def pointer(_typing_context: Any, address: Any) -> Any:  # noqa: ARG001 (its type is known)
    """An address as a pointer."""

    def generate(context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        return builder.inttoptr(values[0], context.get_value_type(types.voidptr))

    return types.voidptr(types.int64), generate


@jitted
def place(vector: Floats, offset: int) -> np.int64:
    """The address of vector[offset]."""
    return np.int64(vector.ctypes.data) + np.int64(4) * offset


@jitted
def matrix(vector: Floats, offset: int, rows: int, columns: int) -> Floats:
    """A stretch of a flat vector, seen as a matrix; reshape would cost two more seconds of compilation."""
    return carray(pointer(place(vector, offset)), (rows, columns), np.float32)


@jitted
def random_bits(stream: int, index: int) -> np.uint64:
    """64 random bits: number `index` of a stream, by splitmix64 (Steele, Lea & Flood 2014)."""
    word = np.uint64(stream) + (np.uint64(index) + np.uint64(1)) * GOLDEN
    word = (word ^ (word >> np.uint64(30))) * MIX_1
    word = (word ^ (word >> np.uint64(27))) * MIX_2
    return word ^ (word >> np.uint64(31))


@jitted
def shuffle(order: Integers, stream: int, count: int) -> int:
    """Shuffle in place (Fisher & Yates); returns the index of the stream's next unused number."""
    for last in range(order.size - 1, 0, -1):
        bits = random_bits(stream, count) >> np.uint64(32)
        pick = np.int64((bits * np.uint64(last + 1)) >> np.uint64(32))
        order[last], order[pick] = order[pick], order[last]
        count += 1
    return count


@jitted
def fill_noise(noise: Floats, stream: int, count: int) -> int:
    """Uniforms in [0, 1) of 24 bits, which a float32 holds exactly."""
    for i in range(noise.size):
        noise[i] = np.float32(random_bits(stream, count + i) >> np.uint64(40)) * np.float32(2.0**-24)
    return count + noise.size


@jitted
def forward(memory: Memory, batch: Floats, drawn: bool, stream: int, count: int) -> int:
    """Fill z, out and slope of every layer; the last layer's z is what the network says."""
    layers, vector, work = memory.layers, memory.vector, memory.work
    rows, before = batch.shape[0], batch
    for index in range(layers.shape[0]):
        layer = layers[index]
        inputs, units = layer[INPUTS], layer[UNITS]
        z = matrix(work, layer[Z], rows, units)
        np.dot(before, matrix(vector, layer[WEIGHTS], inputs, units), z)
        if index == layers.shape[0] - 1:
            add_biases(z, vector[layer[BIASES] : layer[BIASES] + units])
            break
        noise = layer[HALF]
        if drawn and layer[NOISY]:
            noise = layer[NOISE]
            count = fill_noise(work[noise : noise + rows * units], stream, count)
        sources = (place(work, layer[Z]), place(vector, layer[BIASES]), place(work, noise))
        others = (place(vector, layer[PARAMETERS]), place(work, layer[OUT]), place(work, layer[SLOPE]), rows, units)
        call(layer[FORWARD], sources + others)
        before = matrix(work, layer[OUT], rows, units)
    return count


@jitted
def add_biases(z: Floats, biases: Floats) -> None:
    """Add a bias to each column, in place."""
    for i in range(z.shape[0]):
        for j in range(z.shape[1]):
            z[i, j] += biases[j]


@jitted
def backward(memory: Memory, batch: Floats, drawn: bool) -> None:
    """From the last layer's upstream to the gradient of everything, through what `forward` left behind."""
    layers, vector, gradient, work = memory.layers, memory.vector, memory.gradient, memory.work
    for index in range(layers.shape[0] - 1, -1, -1):
        rows, layer = batch.shape[0], layers[index]
        inputs, units = layer[INPUTS], layer[UNITS]
        upstream = matrix(work, layer[UPSTREAM], rows, units)
        before = batch if index == 0 else matrix(work, layers[index - 1, OUT], rows, inputs)
        np.dot(before.T, upstream, matrix(gradient, layer[WEIGHTS], inputs, units))
        sum_columns(upstream, gradient[layer[BIASES] : layer[BIASES] + units])
        if index > 0:
            # OpenBLAS is a third slower when it transposes the second factor of a small product itself
            transposed = matrix(work, layer[TRANSPOSED], units, inputs)
            transpose(matrix(vector, layer[WEIGHTS], inputs, units), transposed)
            np.dot(upstream, transposed, matrix(work, layers[index - 1, UPSTREAM], rows, inputs))
            through_activation(memory, layers[index - 1], rows, drawn)


@jitted
def through_activation(memory: Memory, layer: Integers, rows: int, drawn: bool) -> None:
    """Upstream with respect to a layer's outputs becomes upstream with respect to its z."""
    work, size = memory.work, rows * layer[UNITS]
    if layer[LEARNED_COUNT] > 0:
        memory.sums[:] = 0.0
        noise = layer[NOISE] if drawn and layer[NOISY] else layer[HALF]
        sources = (place(work, layer[Z]), place(work, noise), place(work, layer[UPSTREAM]))
        others = (place(memory.vector, layer[PARAMETERS]), np.int64(memory.sums.ctypes.data), size)
        call(layer[PARAMETER_GRADIENT], sources + others)
        for k in range(layer[LEARNED_COUNT]):
            memory.gradient[memory.learned[layer[LEARNED] + k]] = np.float32(memory.sums[k])
    upstream, slope = work[layer[UPSTREAM] :], work[layer[SLOPE] :]
    for i in range(size):
        upstream[i] *= slope[i]


@jitted
def transpose(source: Floats, out: Floats) -> None:
    """Turn rows into columns."""
    for i in range(source.shape[0]):
        for j in range(source.shape[1]):
            out[j, i] = source[i, j]


@jitted
def sum_columns(source: Floats, out: Floats) -> None:
    """Add up each column."""
    out[:] = ZERO
    for i in range(source.shape[0]):
        for j in range(source.shape[1]):
            out[j] += source[i, j]


@jitted
def sum_of_losses(task: int, outputs: Floats, targets: Floats, upstream: Floats) -> float:
    """The batch's summed loss; `upstream` becomes the gradient of its mean with respect to the outputs."""
    total, share = 0.0, ONE / np.float32(outputs.shape[0])
    for i in range(outputs.shape[0]):
        if task == BINARY:
            z, y = outputs[i, 0], targets[i]
            small = math.exp(-abs(z))
            total += max(z, ZERO) - z * y + math.log1p(small)
            upstream[i, 0] = ((ONE if z >= ZERO else small) / (ONE + small) - y) * share
        elif task == MULTICLASS:
            total += cross_entropy(outputs[i], np.int64(targets[i]), upstream[i], share)
        else:
            error = outputs[i, 0] - targets[i]
            total += np.float64(error) * np.float64(error)
            upstream[i, 0] = np.float32(2) * error * share
    return total


@jitted
def cross_entropy(outputs: Floats, target: int, upstream: Floats, share: float) -> float:
    """One row's loss; its gradient is softmax(outputs) minus the wanted 0s and 1."""
    largest, total = outputs[0], ZERO
    for j in range(1, outputs.size):
        largest = max(largest, outputs[j])
    for j in range(outputs.size):
        upstream[j] = math.exp(outputs[j] - largest)
        total += upstream[j]
    for j in range(outputs.size):
        upstream[j] *= share / total
    upstream[target] -= share
    return math.log(total) - (outputs[target] - largest)


@jitted
def adam(vector: Floats, gradient: Floats, first: Floats, second: Floats, rate: float, step: int, keep: float) -> None:
    """One step of Adam, in one pass; `keep` is what weight decay leaves of a weight."""
    pace = np.float32(rate / (1.0 - MEAN_MEMORY**step))
    widen = np.float32(1.0 / math.sqrt(1.0 - SQUARE_MEMORY**step))
    a, b = np.float32(MEAN_MEMORY), np.float32(SQUARE_MEMORY)
    not_a, not_b = np.float32(1.0 - MEAN_MEMORY), np.float32(1.0 - SQUARE_MEMORY)
    for i in range(vector.size):
        g = gradient[i]
        first[i] = a * first[i] + not_a * g
        second[i] = b * second[i] + not_b * g * g
        vector[i] = keep * vector[i] - pace * first[i] / (np.sqrt(second[i]) * widen + EPSILON)


@jitted
def update(memory: Memory, course: Course, settings: Settings, step: int) -> None:
    """One step of the optimiser; decay is decoupled (Loshchilov & Hutter 2019) and shrinks weights only."""
    rate, momentum = np.float32(settings.rate), np.float32(settings.momentum)
    keep = np.float32(1.0 - settings.rate * settings.weight_decay)
    for first, last, factor in ((0, settings.decayed, keep), (settings.decayed, memory.vector.size, ONE)):
        vector, gradient, mean = memory.vector[first:last], memory.gradient[first:last], course.first[first:last]
        if settings.optimiser == ADAM:
            adam(vector, gradient, mean, course.second[first:last], settings.rate, step, factor)
        else:
            for i in range(vector.size):
                mean[i] = momentum * mean[i] + gradient[i]
                vector[i] = factor * vector[i] - rate * mean[i]


@jitted
def gather(memory: Memory, rows: Rows, order: Integers) -> None:
    """Copy the chosen rows into the batch."""
    for i in range(order.size):
        memory.targets[i] = rows.targets[order[i]]
        for j in range(memory.batch.shape[1]):
            memory.batch[i, j] = rows.inputs[order[i], j]


@jitted
def batch_loss(memory: Memory, task: int, batch: Floats, targets: Floats) -> float:
    """Sum of the losses of the batch that `forward` has just seen."""
    last, rows = memory.layers[-1], batch.shape[0]
    outputs = matrix(memory.work, last[Z], rows, last[UNITS])
    return sum_of_losses(task, outputs, targets, matrix(memory.work, last[UPSTREAM], rows, last[UNITS]))


@jitted
def mean_loss(memory: Memory, task: int, rows: Rows) -> float:
    """Loss over all rows, random parameters at their mean."""
    total, size = 0.0, memory.batch.shape[0]
    for start in range(0, rows.targets.size, size):
        batch = rows.inputs[start : start + size]
        forward(memory, batch, False, 0, 0)
        total += batch_loss(memory, task, batch, rows.targets[start : start + size])
    return total / rows.targets.size


@cached
def train(memory: Memory, course: Course, settings: Settings, rows: Rows, validation: Rows) -> tuple[int, int, int]:
    """Train until the epochs or the patience end; returns how it ended, the epochs done and the best one."""
    count, step, best_epoch, lowest = 0, 0, 0, np.inf
    for epoch in range(settings.epochs):
        if course.stop[0] != 0:
            return STOPPED, epoch, best_epoch
        count = shuffle(course.order, settings.stream, count)
        total = 0.0
        for start in range(0, course.order.size, settings.batch):
            chosen = course.order[start : start + settings.batch]
            gather(memory, rows, chosen)
            batch, targets = memory.batch[: chosen.size], memory.targets[: chosen.size]
            count = forward(memory, batch, True, settings.stream, count)
            loss = batch_loss(memory, settings.task, batch, targets)
            if not math.isfinite(loss):
                return DIVERGED, epoch, best_epoch
            total += loss
            backward(memory, batch, True)
            step += 1
            update(memory, course, settings, step)
        course.training_losses[epoch] = total / course.order.size
        course.validation_losses[epoch] = mean_loss(memory, settings.task, validation)
        if not math.isfinite(course.validation_losses[epoch]):
            return DIVERGED, epoch, best_epoch
        if course.validation_losses[epoch] < lowest:
            lowest, best_epoch = course.validation_losses[epoch], epoch + 1
            for i in range(course.best.size):  # a slice would bring in two seconds of error texts to compile
                course.best[i] = memory.vector[i]
        elif epoch + 1 - best_epoch >= settings.patience:
            return FINISHED, epoch + 1, best_epoch
    return FINISHED, settings.epochs, best_epoch


@cached
def outputs(memory: Memory, inputs: Floats, out: Floats) -> None:
    """What the network says about each row, before any sigmoid or softmax."""
    last, size = memory.layers[-1], memory.batch.shape[0]
    for start in range(0, inputs.shape[0], size):
        batch = inputs[start : start + size]
        forward(memory, batch, False, 0, 0)
        said = matrix(memory.work, last[Z], batch.shape[0], last[UNITS])
        for i in range(batch.shape[0]):
            for j in range(last[UNITS]):
                out[start + i, j] = said[i, j]


@cached
def readings(
    memory: Memory, task: int, rows: Rows, zeros: Integers, active: Integers, gradient: npt.NDArray[np.float64]
) -> None:
    """Count exact zeros a layer and rows with a slope a unit, and add up the gradient of the mean loss."""
    size, hidden = memory.batch.shape[0], memory.layers.shape[0] - 1
    for start in range(0, rows.targets.size, size):
        batch = rows.inputs[start : start + size]
        forward(memory, batch, False, 0, 0)
        batch_loss(memory, task, batch, rows.targets[start : start + size])
        backward(memory, batch, False)
        for index in range(hidden):
            units = memory.layers[index, UNITS]
            out = matrix(memory.work, memory.layers[index, OUT], batch.shape[0], units)
            slope = matrix(memory.work, memory.layers[index, SLOPE], batch.shape[0], units)
            for i in range(batch.shape[0]):
                for j in range(units):
                    zeros[index] += out[i, j] == ZERO
                    active[index, j] += slope[i, j] != ZERO
        for k in range(gradient.size):
            gradient[k] += memory.gradient[k] * (batch.shape[0] / rows.targets.size)
