"""The compiled loop: a whole network's training in one Numba function, with no Python in between.

Every jitted function that the loop calls lives in this file: Numba's cache knows a function by its own file only,
and would go on using an old callee from another one. What works on many numbers is machine code of its own, called by
its address. Vectors come as addresses too: with arrays, Numba would compile for twice as long.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba import carray, extending, njit, types  # type: ignore[attr-defined]

Integers = npt.NDArray[np.int64]

BINARY, MULTICLASS, REGRESSION = 0, 1, 2
ADAM, SGD = 0, 1
FINISHED, DIVERGED, STOPPED = 0, 1, 2

# Whole numbers that Numba takes as such: of plain ones, it compiles each callee again for each.
NUMBERS: tuple[Any, ...] = tuple(np.arange(18))

# Columns of the table of layers: sizes; places in the flat vector; places in `work`; learned parameters; kernels.
INPUTS, UNITS, WEIGHTS, BIASES, PARAMETERS = NUMBERS[:5]
Z, OUT, SLOPE, UPSTREAM, TRANSPOSED, NOISE, HALF = NUMBERS[5:12]
LEARNED, LEARNED_COUNT, NOISY, FORWARD, PARAMETER_GRADIENT, COLUMNS = NUMBERS[12:]

# Places in `kernels`: machine code that works alike in every layer. A choice is added to the name in the plural.
PRODUCTS, _, LIBRARY, _, SGEMM, GATHER, COPY, SUM_COLUMNS, SCALE, TRANSPOSE, SHUFFLE, FILL = NUMBERS[:12]
LOSSES, UPDATES, KERNELS = 12, 15, 17
PLAIN, ACROSS = NUMBERS[:2]  # of products: the first factor as it is, or as (inner, rows)

SMALLEST, LARGEST = 2, 512 * 512  # columns and numbers of the second factor; outside, the library is faster
NULL, MEAN, DRAWN = NUMBERS[0], NUMBERS[0], NUMBERS[1]  # no address; random parameters at their mean, or drawn
MEAN_MEMORY, SQUARE_MEMORY = 0.9, 0.999  # of Adam

intrinsic: Any = extending.intrinsic
jitted: Any = njit(error_model="numpy", nogil=True)


def cached(function: Any) -> Any:
    """Compile once and keep it on disk, or where no folder can be written, once a process."""
    try:
        return njit(error_model="numpy", nogil=True, cache=True)(function)
    except RuntimeError:
        return jitted(function)


class Memory(NamedTuple):
    """One network and the room to work in: sizes, and the addresses of vectors of float32 unless said otherwise."""

    layers: int  # of the table: int64, one row a layer
    depth: int  # how many rows it has
    learned: int  # of int64: where in `vector` the learned parameters lie, layer after layer
    vector: int  # all weights, then all biases, then all parameters
    gradient: int  # like vector
    numbers: int  # how many these two have
    batch: int  # room for the inputs of one batch
    targets: int
    rows: int  # the most that are done at once
    work: int  # what a batch leaves behind in each layer
    sums: int  # of float64: a loss, or gradients of learned parameters before they are rounded
    kernels: int  # of int64: addresses
    steering: int  # arguments of the optimiser's kernel


class Rows(NamedTuple):
    """Some rows of data, by their addresses; classes come as whole numbers in float32."""

    inputs: int
    targets: int
    number: int


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
    """What the training keeps between its steps, and what it writes down; all are addresses."""

    first: int  # Adam's mean of gradients, or the velocity of SGD
    second: int  # Adam's mean of squared gradients
    best: int
    order: int  # of int64
    training_losses: int  # of float64
    validation_losses: int  # of float64
    stop: int  # of int64: set to 1 from outside, it ends the training before the next epoch


def reading(kind: Any, stored: Any) -> Any:
    """Makes the function that reads number `index` behind an address."""

    @intrinsic
    def read(_typing_context: Any, address: Any, index: Any) -> Any:  # noqa: ARG001 (their types are known)
        def generate(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
            start = builder.inttoptr(values[0], stored.as_pointer())
            return builder.load(builder.gep(start, [values[1]], source_etype=stored), typ=stored)

        return kind(types.int64, types.int64), generate

    return read


def writing(kind: Any, stored: Any) -> Any:
    """Makes the function that writes number `index` behind an address."""

    @intrinsic
    def write(_typing_context: Any, address: Any, index: Any, value: Any) -> Any:  # noqa: ARG001 (their types are known)
        def generate(context: Any, builder: Any, _signature: Any, values: Any) -> Any:
            start = builder.inttoptr(values[0], stored.as_pointer())
            builder.store(values[2], builder.gep(start, [values[1]], source_etype=stored))
            return context.get_dummy_value()

        return types.void(types.int64, types.int64, kind), generate

    return write


whole, real = reading(types.int64, ir.IntType(64)), reading(types.float64, ir.DoubleType())
put_real, put_single = writing(types.float64, ir.DoubleType()), writing(types.float32, ir.FloatType())


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
def matrix(address: int, rows: int, columns: int) -> npt.NDArray[np.float32]:
    """What lies at an address, seen as a matrix."""
    return carray(pointer(address), (rows, columns), np.float32)


@jitted
def layer_at(memory: Memory, index: int) -> int:
    """The address of a row of the table of layers."""
    return memory.layers + 8 * COLUMNS * index


@jitted
def place(vector: int, layer: int, column: int) -> int:
    """The address of that part of a vector which the table gives a layer."""
    return vector + 4 * whole(layer, column)


@jitted
def multiply(
    memory: Memory, kind: int, a: int, b: int, start: int, factor: int, c: int, rows: int, inner: int, columns: int
) -> None:
    """c = (start + a · b) * factor, all given by their addresses."""
    kernels = memory.kernels
    if columns >= SMALLEST and inner * columns <= LARGEST:
        call(whole(kernels, PRODUCTS + kind), (a, b, start, factor, c, rows, inner, columns))
    else:
        sgemm = whole(kernels, SGEMM)
        call(whole(kernels, LIBRARY + kind), (a, b, start, factor, c, sgemm, rows, inner, columns))


@jitted
def forward(memory: Memory, batch: int, rows: int, drawn: int, stream: int, count: int) -> int:
    """Fill z, out and slope of every layer; the last layer's z is what the network says."""
    vector, work, before = memory.vector, memory.work, batch
    for index in range(memory.depth):
        layer = layer_at(memory, index)
        units, z = whole(layer, UNITS), place(work, layer, Z)
        weights, biases = place(vector, layer, WEIGHTS), place(vector, layer, BIASES)
        multiply(memory, PLAIN, before, weights, biases, NULL, z, rows, whole(layer, INPUTS), units)
        if index == memory.depth - 1:
            break
        noise = place(work, layer, HALF)
        if drawn != 0 and whole(layer, NOISY) != 0:
            noise = place(work, layer, NOISE)
            call(whole(memory.kernels, FILL), (noise, stream, count, rows * units))
            count += rows * units
        before = place(work, layer, OUT)
        sources = (z, NULL, noise, place(vector, layer, PARAMETERS))
        call(whole(layer, FORWARD), (*sources, before, place(work, layer, SLOPE), rows, units))
    return count


@jitted
def backward(memory: Memory, batch: int, rows: int, drawn: int) -> None:
    """From the last layer's upstream to the gradient of everything, through what `forward` left behind."""
    gradient, work, kernels = memory.gradient, memory.work, memory.kernels
    for index in range(memory.depth - 1, -1, -1):
        layer, below = layer_at(memory, index), layer_at(memory, index - 1)
        inputs, units, upstream = whole(layer, INPUTS), whole(layer, UNITS), place(work, layer, UPSTREAM)
        before = batch if index == 0 else place(work, below, OUT)
        multiply(memory, ACROSS, before, upstream, NULL, NULL, place(gradient, layer, WEIGHTS), inputs, rows, units)
        call(whole(kernels, SUM_COLUMNS), (upstream, place(gradient, layer, BIASES), rows, units))
        if index > 0:
            turned = place(work, layer, TRANSPOSED)
            call(whole(kernels, TRANSPOSE), (place(memory.vector, layer, WEIGHTS), turned, inputs, units))
            slope, out = place(work, below, SLOPE), place(work, below, UPSTREAM)
            learns = whole(below, LEARNED_COUNT) > 0
            multiply(memory, PLAIN, upstream, turned, NULL, NULL if learns else slope, out, rows, units, inputs)
            if learns:
                parameter_gradients(memory, below, rows, drawn)
                call(whole(kernels, SCALE), (out, slope, rows * inputs))


@jitted
def parameter_gradients(memory: Memory, layer: int, rows: int, drawn: int) -> None:
    """Gradients of the parameters that an activation learns, from the upstream of its outputs."""
    work, learned = memory.work, whole(layer, LEARNED_COUNT)
    for k in range(learned):
        put_real(memory.sums, k, 0.0)
    noise = place(work, layer, NOISE if drawn != 0 and whole(layer, NOISY) != 0 else HALF)
    sources = (place(work, layer, Z), noise, place(work, layer, UPSTREAM), place(memory.vector, layer, PARAMETERS))
    call(whole(layer, PARAMETER_GRADIENT), (*sources, memory.sums, rows * whole(layer, UNITS)))
    for k in range(learned):
        target = whole(memory.learned, whole(layer, LEARNED) + k)
        put_single(memory.gradient, target, np.float32(real(memory.sums, k)))


@jitted
def batch_loss(memory: Memory, task: int, targets: int, rows: int) -> float:
    """Sum of the losses of the batch that `forward` has just seen; the last upstream becomes its mean's gradient."""
    last = layer_at(memory, memory.depth - 1)
    said, upstream = place(memory.work, last, Z), place(memory.work, last, UPSTREAM)
    call(whole(memory.kernels, LOSSES + task), (said, targets, upstream, memory.sums, rows, whole(last, UNITS)))
    return real(memory.sums, 0)


@jitted
def update(memory: Memory, course: Course, settings: Settings, step: int) -> None:
    """One step of the optimiser; decay is decoupled (Loshchilov & Hutter 2019) and shrinks weights only."""
    pace, third = settings.rate, settings.momentum
    if settings.optimiser == ADAM:
        pace = settings.rate / (1.0 - MEAN_MEMORY**step)
        third = 1.0 / math.sqrt(1.0 - SQUARE_MEMORY**step)
    put_single(memory.steering, 1, np.float32(pace))
    put_single(memory.steering, 2, np.float32(third))
    kernel, split = whole(memory.kernels, UPDATES + settings.optimiser), settings.decayed
    for part in range(2):  # the weights, then all that does not decay
        start, count = (split, memory.numbers - split) if part == 1 else (0, split)
        put_single(memory.steering, 0, np.float32(1.0 if part == 1 else 1.0 - settings.rate * settings.weight_decay))
        vectors = (memory.vector + 4 * start, memory.gradient + 4 * start, course.first + 4 * start)
        call(kernel, (*vectors, course.second + 4 * start, memory.steering, count))


@jitted
def mean_loss(memory: Memory, task: int, rows: Rows) -> float:
    """Loss over all rows, random parameters at their mean."""
    total, inputs = 0.0, whole(memory.layers, INPUTS)
    for start in range(0, rows.number, memory.rows):
        done = min(memory.rows, rows.number - start)
        forward(memory, rows.inputs + 4 * start * inputs, done, MEAN, NULL, NULL)
        total += batch_loss(memory, task, rows.targets + 4 * start, done)
    return total / rows.number


@jitted
def train_batch(
    memory: Memory, course: Course, settings: Settings, rows: Rows, start: int, step: int, used: int
) -> tuple[float, int]:
    """One step, on the rows whose turn it is; returns the sum of their losses, and how much chance is used up."""
    done = min(settings.batch, rows.number - start)
    sources = (rows.inputs, rows.targets, course.order + 8 * start)
    call(whole(memory.kernels, GATHER), (*sources, memory.batch, memory.targets, done, whole(memory.layers, INPUTS)))
    used = forward(memory, memory.batch, done, DRAWN, settings.stream, used)
    loss = batch_loss(memory, settings.task, memory.targets, done)
    backward(memory, memory.batch, done, DRAWN)
    update(memory, course, settings, step)
    return loss, used


@cached
def train(memory: Memory, course: Course, settings: Settings, rows: Rows, validation: Rows) -> tuple[int, int, int]:
    """Train until the epochs or the patience end; returns how it ended, the epochs done and the best one."""
    used, step, best_epoch, lowest = NULL, 0, 0, np.inf
    for epoch in range(settings.epochs):
        if whole(course.stop, 0) != 0:
            return STOPPED, epoch, best_epoch
        call(whole(memory.kernels, SHUFFLE), (course.order, settings.stream, used, rows.number))
        used += rows.number - 1
        total = 0.0
        for start in range(0, rows.number, settings.batch):
            step += 1
            loss, used = train_batch(memory, course, settings, rows, start, step, used)
            if not math.isfinite(loss):
                return DIVERGED, epoch, best_epoch
            total += loss
        held_out = mean_loss(memory, settings.task, validation)
        put_real(course.training_losses, epoch, total / rows.number)
        put_real(course.validation_losses, epoch, held_out)
        if not math.isfinite(held_out):
            return DIVERGED, epoch, best_epoch
        if held_out < lowest:
            lowest, best_epoch = held_out, epoch + 1
            call(whole(memory.kernels, COPY), (memory.vector, course.best, memory.numbers))
        elif epoch + 1 - best_epoch >= settings.patience:
            return FINISHED, epoch + 1, best_epoch
    return FINISHED, settings.epochs, best_epoch


@cached
def outputs(memory: Memory, inputs: int, out: int, count: int) -> None:
    """What the network says about each row, before any sigmoid or softmax."""
    last, wide = layer_at(memory, memory.depth - 1), whole(memory.layers, INPUTS)
    units = whole(last, UNITS)
    for start in range(0, count, memory.rows):
        done = min(memory.rows, count - start)
        forward(memory, inputs + 4 * start * wide, done, MEAN, NULL, NULL)
        call(whole(memory.kernels, COPY), (place(memory.work, last, Z), out + 4 * start * units, done * units))


@cached
def readings(
    memory: Memory, task: int, rows: Rows, zeros: Integers, active: Integers, gradient: npt.NDArray[np.float64]
) -> None:
    """Count exact zeros a layer and rows with a slope a unit, and add up the gradient of the mean loss."""
    wide, steps = whole(memory.layers, INPUTS), matrix(memory.gradient, 1, memory.numbers)
    for start in range(0, rows.number, memory.rows):
        done, batch = min(memory.rows, rows.number - start), rows.inputs + 4 * start * wide
        forward(memory, batch, done, MEAN, NULL, NULL)
        batch_loss(memory, task, rows.targets + 4 * start, done)
        backward(memory, batch, done, MEAN)
        for index in range(memory.depth - 1):
            layer = layer_at(memory, index)
            units = whole(layer, UNITS)
            out = matrix(place(memory.work, layer, OUT), done, units)
            slope = matrix(place(memory.work, layer, SLOPE), done, units)
            for i in range(done):
                for j in range(units):
                    zeros[index] += out[i, j] == 0
                    active[index, j] += slope[i, j] != 0
        for k in range(gradient.size):
            gradient[k] += steps[0, k] * (done / rows.number)
