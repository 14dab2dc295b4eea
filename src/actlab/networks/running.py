"""Feeds the compiled loop and reads it out: a training, a network's outputs, what its units do on given rows."""

from __future__ import annotations

import time

import numpy as np
import numpy.typing as npt

from actlab.networks import engine
from actlab.networks.architecture import Architecture, Floats, Job, Network, Trained, Training
from actlab.networks.initialisation import initialise
from actlab.networks.layout import FEWEST_ROWS, Layout, aligned, lay_out, memory, unpack
from actlab.networks.rows import checked_inputs, checked_rows

TASKS = {"binary": engine.BINARY, "multiclass": engine.MULTICLASS, "regression": engine.REGRESSION}
OPTIMISERS = {"adam": engine.ADAM, "sgd": engine.SGD}


def run(job: Job, stop: npt.NDArray[np.int64]) -> Trained:
    """One training; whoever calls it has limited the BLAS to one thread."""
    architecture, training = job.architecture, job.training
    rows = engine.Rows(*checked_rows(architecture, job.X, job.y))
    validation = engine.Rows(*checked_rows(architecture, job.X_validation, job.y_validation))
    network = initialise(architecture, job.seed)
    layout = lay_out(architecture, max(training.batch, FEWEST_ROWS))
    held = memory(layout, network)
    course = new_course(layout, held, len(rows.targets), training.epochs, stop)
    settings = plain_settings(architecture, training, layout, stream(job.seed))
    if not engine.train.signatures:  # compile or load it before the clock starts
        engine.train(held, course._replace(stop=np.ones(1, np.int64)), settings, rows, validation)
    before = time.perf_counter()
    ending, epochs, best_epoch = engine.train(held, course, settings, rows, validation)
    seconds = time.perf_counter() - before
    diverged = ending == engine.DIVERGED
    return Trained(
        unpack(course.best, layout, network),
        network,
        tuple(course.training_losses[:epochs].tolist()),
        tuple(course.validation_losses[:epochs].tolist()),
        best_epoch,
        epochs,
        seconds,
        diverged,
    )


def new_course(
    layout: Layout, held: engine.Memory, rows: int, epochs: int, stop: npt.NDArray[np.int64]
) -> engine.Course:
    """A training that has not begun: the first weights are the best so far."""
    best = aligned(layout.numbers)
    best[:] = held.vector
    return engine.Course(
        aligned(layout.numbers),
        aligned(layout.numbers),
        best,
        np.arange(rows, dtype=np.int64),
        np.full(epochs, np.nan),
        np.full(epochs, np.nan),
        stop,
    )


def plain_settings(architecture: Architecture, training: Training, layout: Layout, numbers: int) -> engine.Settings:
    """The training's plan as the plain numbers that the loop reads."""
    return engine.Settings(
        TASKS[architecture.task],
        OPTIMISERS[training.optimiser],
        training.batch,
        training.epochs,
        training.patience,
        layout.weights,
        float(training.rate),
        float(training.momentum),
        float(training.weight_decay),
        numbers,
    )


def stream(seed: int) -> int:
    """Where the loop's chance starts: another sequence than the one that drew the first weights."""
    (branch,) = np.random.SeedSequence(seed).spawn(1)
    return int(branch.generate_state(1, np.uint64)[0] >> np.uint64(1))  # below 2**63: it travels as int64


def outputs(network: Network, X: npt.ArrayLike) -> Floats:
    """What the output units say about each row, (rows, outputs)."""
    inputs = checked_inputs(network.architecture, X)
    out = np.empty((len(inputs), network.architecture.outputs), np.float32)
    layout = lay_out(network.architecture, min(max(1, len(inputs)), FEWEST_ROWS))
    engine.outputs(memory(layout, network), inputs, out)
    return out


def counts(
    network: Network, X: npt.ArrayLike, y: npt.ArrayLike
) -> tuple[npt.NDArray[np.int64], list[npt.NDArray[np.int64]], list[npt.NDArray[np.float64]]]:
    """Of each hidden layer: exact zeros; rows with a slope, a unit; the gradient of the mean loss, a weight."""
    rows = engine.Rows(*checked_rows(network.architecture, X, y))
    layout = lay_out(network.architecture, FEWEST_ROWS)
    hidden = len(network.architecture.hidden)
    zeros = np.zeros(hidden, np.int64)
    active = np.zeros((hidden, max(network.architecture.widths)), np.int64)
    gradient = np.zeros(layout.numbers, np.float64)
    task = TASKS[network.architecture.task]
    engine.readings(memory(layout, network), task, rows, zeros, active, gradient)
    starts = layout.layers[:, engine.WEIGHTS]
    by_layer = [gradient[start : start + w.size] for start, w in zip(starts, network.weights, strict=True)]
    with_slope = [active[index, :units] for index, units in enumerate(network.architecture.hidden)]
    return zeros, with_slope, by_layer
