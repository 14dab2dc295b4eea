"""What every store can do, and the records that go in and come out."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, Self

from actlab.compare.records import Chosen, DataRead, Environment, Plan, Run

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from actlab.compare.outcomes import Finished
    from actlab.networks import LayerReading

State = Literal["running", "unfinished", "finished"]


@dataclass(frozen=True)
class Source:
    """How the table was read, so that it can be read again; a table that Python handed over has no `path`.

    `model` is a person's own, as `FILE.py:NAME`; None for actlab's networks, and for one that Python handed over.
    """

    path: str | None
    target: str | None
    task: str | None
    positive: str | None
    model: str | None = None

    @classmethod
    def of(
        cls, data: Any, target: str | None, task: str | None, positive: str | None, model: str | None = None
    ) -> Self:
        """The source of what a person handed over, with a path that holds wherever one stands."""
        name = os.fspath(data) if isinstance(data, str | os.PathLike) else None
        if name is not None and not name.startswith("sklearn:"):
            name = str(Path(name).absolute())
        return cls(name, target, task, positive, None if model is None else str(Path(model).absolute()))


@dataclass(frozen=True)
class Comparison:
    """What a store knows of a comparison beside its networks.

    `folder` is where its report goes, `formulas` what its functions were when it began, `environment` that of the
    first process with the seconds of all, and `timings` are there when it is finished.
    """

    id: str
    plan: Plan
    data: DataRead
    source: Source
    folder: str | None
    formulas: tuple[tuple[str, str], ...]
    environment: Environment
    timings: dict[str, tuple[float, float]] | None = None


@dataclass(frozen=True)
class Entry:
    """One line of a list of comparisons: `done` of `planned` networks; `answer` is empty until it is finished."""

    id: str
    data: str
    target: str
    started: str
    done: int
    planned: int
    state: State
    answer: str
    folder: str | None


@dataclass(frozen=True, eq=False)
class Place:
    """The best network so far of one function in one repeat; `start` and `end` are None until its repeat is closed.

    `network` holds its `Finished.arrays`: weights, biases and parameters, layer by layer, or the readings of a person's
    own model; None when they are no longer needed.
    """

    run: Run
    validation_scores: npt.NDArray[Any]
    test_scores: npt.NDArray[Any]
    network: tuple[npt.NDArray[Any], ...] | None
    start: tuple[LayerReading, ...] | None
    end: tuple[LayerReading, ...] | None


@dataclass(frozen=True, eq=False)
class Loaded:
    """All networks of a comparison: runs by their number in the plan, places, and the rows of closed repeats."""

    runs: dict[int, Run]
    places: tuple[Place, ...]
    rows: dict[int, tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]
    answers: npt.NDArray[np.int64]


class Store(Protocol):
    """Keeps comparisons; each call is one transaction, and either all of it is kept or nothing.

    Who begins or takes a comparison has its lease: nobody else can write to it until it is released, or until its
    process is dead or has not been heard of for `LEASE_SECONDS`. All calls that write to a comparison renew the lease.

    Every call may raise `StoreFailure`; those that need a lease raise `LeaseLost` when another process has it.
    """

    @property
    def shown(self) -> str:
        """The store's address, as it may be shown: without a password."""

    def entries(self) -> tuple[Entry, ...]:
        """The comparisons, the latest first."""

    def comparison(self, name: str) -> Comparison:
        """One comparison; StoreRefusal when there is none of this name."""

    def load(self, name: str) -> Loaded:
        """All networks of a comparison."""

    def begin(self, comparison: Comparison, answers: npt.NDArray[np.int64]) -> None:
        """Keep a new comparison, and take its lease; `answers` are the rows' classes where there are two."""

    def take(self, name: str) -> None:
        """Take the lease of a comparison; StoreRefusal, with who has it, while another process runs it."""

    def renew(self, name: str, seconds: float) -> None:
        """Say that the process which has the lease is alive; the comparison has taken so many seconds."""

    def together(self) -> AbstractContextManager[None]:
        """Write what is written inside at once: all of it or, when it raises, nothing; for one thread."""

    def add_run(self, name: str, number: int, run: Run, best: Finished | None, seconds: float) -> None:
        """Keep a run, and with `best` its network, which takes the place of the best one before."""

    def close_repeat(
        self, name: str, repeat: int, chosen: Sequence[Chosen], timed: Collection[str], seconds: float
    ) -> None:
        """Keep the readings and rows of a repeat, and let go of its networks but those of the `timed` functions."""

    def finish(self, name: str, timings: Mapping[str, tuple[float, float]], answer: str, seconds: float) -> None:
        """Keep what was measured last, and give the lease back: nothing more will be written."""

    def release(self, name: str) -> None:
        """Give the lease back."""

    def discard(self, name: str) -> None:
        """Forget a comparison of which nothing was trained."""

    def close(self) -> None:
        """Leave the store; leases that were not given back are free to others as if the process had ended."""
