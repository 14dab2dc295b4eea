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

# Places in `kernels`: machine code that works alike in every layer.
PLAIN, ACROSS, LIBRARY, GATHER, EXPONENTIALS, LOGISTIC, ADD_TO_ROWS, SUM_COLUMNS, SCALE, TRANSPOSE = range(10)
UPDATES, KERNELS = 10, 12  # Adam's and SGD's

NARROWEST, LARGEST = 16, 512 * 512  # of the second factor: its columns, its numbers; beyond, the library is faster
NULL, ZERO, ONE = np.int64(0), np.float32(0), np.float32(1)
MEAN_MEMORY, SQUARE_MEMORY = 0.9, 0.999  # of Adam
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
    kernels: Integers  # addresses
    words: npt.NDArray[np.int32]  # arguments of the library's product, which takes all of them by address
    numbers: Floats  # arguments of the optimiser's kernel


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
def matrix(address: int, rows: int, columns: int) -> Floats:
    """What lies at an address, seen as a matrix; slices and reshape would cost seconds of compilation."""
    return carray(pointer(address), (rows, columns), np.float32)


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
def multiply(
    memory: Memory, kind: int, a: int, b: int, start: int, factor: int, c: int, rows: int, inner: int, columns: int
) -> None:
    """c = (start + a · b) * factor, all given by their addresses; ACROSS takes `a` turned, as (inner, rows)."""
    if columns >= NARROWEST and inner * columns <= LARGEST:
        call(memory.kernels[kind], (a, b, start, factor, c, rows, inner, columns))
        return
    words = memory.words
    words[0], words[1], words[2], words[3] = columns, rows, inner, rows if kind == ACROSS else inner
    here = np.int64(words.ctypes.data)
    across = here + (20 if kind == ACROSS else 16)
    # Fortran has columns first, so that b comes before a
    sizes, scales = (here + 16, across, here, here + 4, here + 8), (here + 24, here + 28)
    call(memory.kernels[LIBRARY], (*sizes, scales[0], b, here, a, here + 12, scales[1], c, here))
    if start != NULL:
        call(memory.kernels[ADD_TO_ROWS], (c, start, rows, columns))
    if factor != NULL:
        call(memory.kernels[SCALE], (c, factor, rows * columns))


@jitted
def forward(memory: Memory, batch: int, rows: int, drawn: bool, stream: int, count: int) -> int:
    """Fill z, out and slope of every layer; the last layer's z is what the network says."""
    layers, vector, work = memory.layers, memory.vector, memory.work
    before = batch
    for index in range(layers.shape[0]):
        layer = layers[index]
        units, z = layer[UNITS], place(work, layer[Z])
        weights, biases = place(vector, layer[WEIGHTS]), place(vector, layer[BIASES])
        multiply(memory, PLAIN, before, weights, biases, NULL, z, rows, layer[INPUTS], units)
        if index == layers.shape[0] - 1:
            break
        noise = layer[HALF]
        if drawn and layer[NOISY]:
            noise = layer[NOISE]
            count = fill_noise(work[noise : noise + rows * units], stream, count)
        before = place(work, layer[OUT])
        sources = (z, NULL, place(work, noise), place(vector, layer[PARAMETERS]))
        call(layer[FORWARD], (*sources, before, place(work, layer[SLOPE]), rows, units))
    return count


@jitted
def backward(memory: Memory, batch: int, rows: int, drawn: bool) -> None:
    """From the last layer's upstream to the gradient of everything, through what `forward` left behind."""
    layers, vector, gradient, work = memory.layers, memory.vector, memory.gradient, memory.work
    for index in range(layers.shape[0] - 1, -1, -1):
        layer = layers[index]
        inputs, units, upstream = layer[INPUTS], layer[UNITS], place(work, layer[UPSTREAM])
        before = batch if index == 0 else place(work, layers[index - 1, OUT])
        multiply(memory, ACROSS, before, upstream, NULL, NULL, place(gradient, layer[WEIGHTS]), inputs, rows, units)
        call(memory.kernels[SUM_COLUMNS], (upstream, place(gradient, layer[BIASES]), rows, units))
        if index > 0:
            below, turned = layers[index - 1], place(work, layer[TRANSPOSED])
            call(memory.kernels[TRANSPOSE], (place(vector, layer[WEIGHTS]), turned, inputs, units))
            slope, out = place(work, below[SLOPE]), place(work, below[UPSTREAM])
            learns = below[LEARNED_COUNT] > 0
            multiply(memory, PLAIN, upstream, turned, NULL, NULL if learns else slope, out, rows, units, inputs)
            if learns:
                parameter_gradients(memory, below, rows, drawn)
                call(memory.kernels[SCALE], (out, slope, rows * inputs))


@jitted
def parameter_gradients(memory: Memory, layer: Integers, rows: int, drawn: bool) -> None:
    """Gradients of the parameters that an activation learns, from the upstream of its outputs."""
    work = memory.work
    memory.sums[:] = 0.0
    noise = layer[NOISE] if drawn and layer[NOISY] else layer[HALF]
    sources = (place(work, layer[Z]), place(work, noise), place(work, layer[UPSTREAM]))
    others = (place(memory.vector, layer[PARAMETERS]), np.int64(memory.sums.ctypes.data), rows * layer[UNITS])
    call(layer[PARAMETER_GRADIENT], sources + others)
    for k in range(layer[LEARNED_COUNT]):
        memory.gradient[memory.learned[layer[LEARNED] + k]] = np.float32(memory.sums[k])


@jitted
def batch_loss(memory: Memory, task: int, targets: int, rows: int) -> float:
    """Sum of the losses of the batch that `forward` has just seen; the last upstream becomes its mean's gradient."""
    last = memory.layers[-1]
    outputs = matrix(place(memory.work, last[Z]), rows, last[UNITS])
    upstream = matrix(place(memory.work, last[UPSTREAM]), rows, last[UNITS])
    wanted = matrix(targets, rows, 1)
    if task == BINARY:
        return logistic_loss(memory, targets, upstream)
    if task == MULTICLASS:
        return cross_entropy(memory, outputs, wanted, upstream)
    total, share = 0.0, np.float32(2) / np.float32(rows)
    for i in range(rows):
        error = outputs[i, 0] - wanted[i, 0]
        total += np.float64(error) * np.float64(error)
        upstream[i, 0] = error * share
    return total


@jitted
def logistic_loss(memory: Memory, targets: int, upstream: Floats) -> float:
    """The losses of one output for two classes."""
    rows, last, total = upstream.shape[0], memory.layers[-1], 0.0
    losses, share = place(memory.work, last[OUT]), ONE / np.float32(rows)
    sources = (place(memory.work, last[Z]), targets, losses, place(memory.work, last[UPSTREAM]), rows)
    call(memory.kernels[LOGISTIC], sources)
    each = matrix(losses, rows, 1)
    for i in range(rows):
        total += each[i, 0]
        upstream[i, 0] *= share
    return total


@jitted
def cross_entropy(memory: Memory, outputs: Floats, targets: Floats, upstream: Floats) -> float:
    """Log of the sum of exponentials, less the wanted output; the gradient is softmax minus the wanted 0s and 1."""
    rows, classes = outputs.shape
    total, share = 0.0, ONE / np.float32(rows)
    for i in range(rows):
        largest = outputs[i, 0]
        for j in range(1, classes):
            largest = max(largest, outputs[i, j])
        for j in range(classes):
            upstream[i, j] = outputs[i, j] - largest
        total -= upstream[i, np.int64(targets[i, 0])]
    call(memory.kernels[EXPONENTIALS], (np.int64(upstream.ctypes.data), rows * classes))
    for i in range(rows):
        exponentials = ZERO
        for j in range(classes):
            exponentials += upstream[i, j]
        for j in range(classes):
            upstream[i, j] *= share / exponentials
        upstream[i, np.int64(targets[i, 0])] -= share
        total += math.log(exponentials)
    return total


@jitted
def update(memory: Memory, course: Course, settings: Settings, step: int) -> None:
    """One step of the optimiser; decay is decoupled (Loshchilov & Hutter 2019) and shrinks weights only."""
    numbers, split, end = memory.numbers, settings.decayed, memory.vector.size
    numbers[0], numbers[1], numbers[2] = 1.0 - settings.rate * settings.weight_decay, settings.rate, settings.momentum
    if settings.optimiser == ADAM:
        numbers[1] = settings.rate / (1.0 - MEAN_MEMORY**step)
        numbers[2] = 1.0 / math.sqrt(1.0 - SQUARE_MEMORY**step)
    adjust(memory, course, settings.optimiser, 0, split)
    numbers[0] = 1.0
    adjust(memory, course, settings.optimiser, split, end - split)


@jitted
def adjust(memory: Memory, course: Course, optimiser: int, start: int, count: int) -> None:
    """Let the optimiser's kernel go over a part of the vector."""
    vectors = (place(memory.vector, start), place(memory.gradient, start), place(course.first, start))
    others = (place(course.second, start), np.int64(memory.numbers.ctypes.data), count)
    call(memory.kernels[UPDATES + optimiser], (*vectors, *others))


@jitted
def mean_loss(memory: Memory, task: int, rows: Rows) -> float:
    """Loss over all rows, random parameters at their mean."""
    total, size, count = 0.0, memory.batch.shape[0], rows.targets.size
    for start in range(0, count, size):
        done = min(size, count - start)
        forward(memory, place(rows.inputs, start * rows.inputs.shape[1]), done, False, NULL, NULL)
        total += batch_loss(memory, task, place(rows.targets, start), done)
    return total / count


@cached
def train(memory: Memory, course: Course, settings: Settings, rows: Rows, validation: Rows) -> tuple[int, int, int]:
    """Train until the epochs or the patience end; returns how it ended, the epochs done and the best one."""
    count, step, best_epoch, lowest, size = 0, 0, 0, np.inf, course.order.size
    batch, targets = place(memory.batch, 0), place(memory.targets, 0)
    for epoch in range(settings.epochs):
        if course.stop[0] != 0:
            return STOPPED, epoch, best_epoch
        count = shuffle(course.order, settings.stream, count)
        total = 0.0
        for start in range(0, size, settings.batch):
            done = min(settings.batch, size - start)
            order = np.int64(course.order.ctypes.data) + np.int64(8) * start
            sources = (place(rows.inputs, 0), place(rows.targets, 0), order)
            call(memory.kernels[GATHER], (*sources, batch, targets, done, memory.batch.shape[1]))
            count = forward(memory, batch, done, True, settings.stream, count)
            loss = batch_loss(memory, settings.task, targets, done)
            if not math.isfinite(loss):
                return DIVERGED, epoch, best_epoch
            total += loss
            backward(memory, batch, done, True)
            step += 1
            update(memory, course, settings, step)
        course.training_losses[epoch] = total / size
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
        done = min(size, inputs.shape[0] - start)
        forward(memory, place(inputs, start * inputs.shape[1]), done, False, NULL, NULL)
        said = matrix(place(memory.work, last[Z]), done, last[UNITS])
        for i in range(done):
            for j in range(last[UNITS]):
                out[start + i, j] = said[i, j]


@cached
def readings(
    memory: Memory, task: int, rows: Rows, zeros: Integers, active: Integers, gradient: npt.NDArray[np.float64]
) -> None:
    """Count exact zeros a layer and rows with a slope a unit, and add up the gradient of the mean loss."""
    size, hidden, total = memory.batch.shape[0], memory.layers.shape[0] - 1, rows.targets.size
    for start in range(0, total, size):
        done, batch = min(size, total - start), place(rows.inputs, start * rows.inputs.shape[1])
        forward(memory, batch, done, False, NULL, NULL)
        batch_loss(memory, task, place(rows.targets, start), done)
        backward(memory, batch, done, False)
        for index in range(hidden):
            units = memory.layers[index, UNITS]
            out = matrix(place(memory.work, memory.layers[index, OUT]), done, units)
            slope = matrix(place(memory.work, memory.layers[index, SLOPE]), done, units)
            for i in range(done):
                for j in range(units):
                    zeros[index] += out[i, j] == ZERO
                    active[index, j] += slope[i, j] != ZERO
        for k in range(gradient.size):
            gradient[k] += memory.gradient[k] * (done / total)
