"""Feeds the compiled loop and reads it out: a training, a network's outputs, what its units do on given rows."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from actlab.networks import engine
from actlab.networks.architecture import Architecture, Floats, Job, Network, Trained, Training
from actlab.networks.initialisation import initialise
from actlab.networks.layout import FEWEST_ROWS, Layout, address, aligned, lay_out, room, unpack
from actlab.networks.rows import checked_inputs, checked_rows

TASKS = {"binary": engine.BINARY, "multiclass": engine.MULTICLASS, "regression": engine.REGRESSION}
OPTIMISERS = {"adam": engine.ADAM, "sgd": engine.SGD}


def run(job: Job, stop: npt.NDArray[np.int64]) -> Trained:
    """One training; whoever calls it has limited the BLAS to one thread."""
    architecture, training = job.architecture, job.training
    rows = checked_rows(architecture, job.X, job.y)
    validation = checked_rows(architecture, job.X_validation, job.y_validation)
    network = initialise(architecture, job.seed)
    layout = lay_out(architecture, max(training.batch, FEWEST_ROWS))
    held, notes = room(layout, network), Notes.empty(layout, len(rows[1]), training.epochs)
    notes.best[:] = held.vector
    settings = plain_settings(architecture, training, layout, stream(job.seed))
    data = addresses_of(rows), addresses_of(validation)
    if not engine.train.signatures:  # compile or load it before the clock starts
        at_once = np.ones(1, np.int64)
        engine.train(held.memory, notes.course(at_once), settings, *data)
    before = time.perf_counter()
    ending, epochs, best_epoch = engine.train(held.memory, notes.course(stop), settings, *data)
    seconds = time.perf_counter() - before
    return Trained(
        unpack(notes.best, layout, network),
        network,
        tuple(notes.training_losses[:epochs].tolist()),
        tuple(notes.validation_losses[:epochs].tolist()),
        best_epoch,
        epochs,
        seconds,
        ending == engine.DIVERGED,
    )


@dataclass(frozen=True, eq=False)
class Notes:
    """What a training keeps between its steps, and what it writes down."""

    first: Floats
    second: Floats
    best: Floats
    order: npt.NDArray[np.int64]
    training_losses: npt.NDArray[np.float64]
    validation_losses: npt.NDArray[np.float64]

    @classmethod
    def empty(cls, layout: Layout, rows: int, epochs: int) -> Notes:
        """Those of a training that has not begun."""
        first, second, best = (aligned(layout.numbers) for _ in range(3))
        return cls(
            first, second, best, np.arange(rows, dtype=np.int64), np.full(epochs, np.nan), np.full(epochs, np.nan)
        )

    def course(self, stop: npt.NDArray[np.int64]) -> engine.Course:
        """Their addresses, and that of the flag which ends the training; the flag must be kept as long."""
        own = (self.first, self.second, self.best, self.order, self.training_losses, self.validation_losses)
        return engine.Course(*(address(array) for array in (*own, stop)))


def addresses_of(rows: tuple[Floats, Floats]) -> engine.Rows:
    """Rows and targets as the loop is given them; the arrays must be kept as long."""
    return engine.Rows(address(rows[0]), address(rows[1]), len(rows[1]))


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
    held = room(layout, network)
    engine.outputs(held.memory, address(inputs), address(out), len(inputs))
    return out


def counts(
    network: Network, X: npt.ArrayLike, y: npt.ArrayLike
) -> tuple[npt.NDArray[np.int64], list[npt.NDArray[np.int64]], list[npt.NDArray[np.float64]]]:
    """Of each hidden layer: exact zeros; rows with a slope, a unit; the gradient of the mean loss, a weight."""
    rows = checked_rows(network.architecture, X, y)
    layout = lay_out(network.architecture, FEWEST_ROWS)
    held = room(layout, network)
    hidden = len(network.architecture.hidden)
    zeros = np.zeros(hidden, np.int64)
    active = np.zeros((hidden, max(network.architecture.widths)), np.int64)
    gradient = np.zeros(layout.numbers, np.float64)
    task = TASKS[network.architecture.task]
    engine.readings(held.memory, task, addresses_of(rows), zeros, active, gradient)
    starts = layout.layers[:, engine.WEIGHTS]
    by_layer = [gradient[start : start + w.size] for start, w in zip(starts, network.weights, strict=True)]
    with_slope = [active[index, :units] for index, units in enumerate(network.architecture.hidden)]
    return zeros, with_slope, by_layer
