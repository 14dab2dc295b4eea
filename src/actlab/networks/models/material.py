"""A person's tensors, Datasets or DataLoaders: what is to be learned from them, and how their rows are fed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, IterableDataset, TensorDataset

from actlab.data import DataError, Table, UsageError
from actlab.data.targets import read_target
from actlab.networks.models.failures import ModelError, told
from actlab.networks.models.feeds import ArrayFeed, DatasetFeed, Feed, LoaderFeed, rows_in, tensors_in
from actlab.networks.models.goals import Goal

FORMS = "a table, a pair of tensors (X, y), a torch Dataset, or three Datasets or DataLoaders (train, validation, test)"
READ = 1024
"""Rows that are read at once where a Dataset is looked through."""


@dataclass(frozen=True, eq=False)
class Material:
    """Rows, and what is to be said about them.

    Attributes:
        table: the target and its classes, without columns.
        goal: what a model's outputs mean.
        inputs: numbers a row, where rows are vectors; otherwise 0.
        given: the feeds of a person's own three parts; empty where the rows are split anew in each repeat.
        sizes: rows of those parts.
        batch: rows a batch of a person's DataLoader; None where none came.
        picked: the feed of chosen rows.
    """

    table: Table
    goal: Goal
    inputs: int = 0
    given: tuple[Feed, ...] = ()
    sizes: tuple[int, ...] = ()
    batch: int | None = None
    picked: Callable[[npt.NDArray[np.int64]], Feed] | None = field(default=None, repr=False)


def is_material(data: Any) -> bool:
    """Whether data is for torch's hands, and no table."""
    if isinstance(data, tuple | list):
        return any(isinstance(each, Tensor | Dataset | DataLoader) for each in data)
    return isinstance(data, Dataset | DataLoader)


def material_of(data: Any, task: str | None, positive: str | None, *, own_loss: bool) -> Material:
    """What a person handed over, looked through once.

    Args:
        data: a pair of tensors, a Dataset, or three Datasets or DataLoaders.
        task: "classification", "regression", or None: by the target, and where `own_loss` by the loss alone.
        positive: the positive one of two classes.
        own_loss: whether the person brings a loss.

    Raises:
        UsageError, DataError: data of another form, or a target that cannot be predicted.
    """
    if isinstance(data, TensorDataset) and len(data.tensors) == 2:
        data = data.tensors
    if isinstance(data, tuple | list) and len(data) == 2 and all(isinstance(each, Tensor) for each in data):
        return _of_pair(data[0], data[1], task, positive, own_loss=own_loss)
    if (
        isinstance(data, tuple | list)
        and len(data) == 3
        and all(isinstance(each, Dataset | DataLoader) for each in data)
    ):
        return _of_parts(data, task, positive, own_loss=own_loss)
    if isinstance(data, Dataset) and not isinstance(data, IterableDataset):
        return _of_dataset(data, task, positive, own_loss=own_loss)
    what = f"{len(data)} of them" if isinstance(data, tuple | list) else f"a {type(data).__name__}"
    raise UsageError(f"The data is {what}; give {FORMS}.")


def _of_pair(X: Tensor, y: Tensor, task: str | None, positive: str | None, *, own_loss: bool) -> Material:
    X, y = X.detach().cpu(), y.detach().cpu()
    if not X.ndim or not y.ndim or len(X) != len(y):
        raise UsageError(f"X has the shape {tuple(X.shape)} and y {tuple(y.shape)}; both need the same rows first.")
    found = hashlib.sha256()
    _count_in(found, (X, y))
    target = _target(y, task, positive, own_loss=own_loss)
    table = replace(target, name="tensors", sha256=found.hexdigest())
    if target.task != "own":
        y = torch.from_numpy(table.y if table.classes else table.y.astype(np.float32))
    return Material(
        table,
        goal_of(table),
        inputs=X.shape[1] if X.ndim == 2 else 0,
        picked=lambda rows: ArrayFeed(X, y, torch.from_numpy(rows)),
    )


def _of_dataset(dataset: Dataset[Any], task: str | None, positive: str | None, *, own_loss: bool) -> Material:
    y, sha256, inputs = _read(DatasetFeed(dataset).batches(READ), own_loss=own_loss and task is None)
    target = _target(y, task, positive, own_loss=own_loss)
    _check_codes(target, y)
    return Material(
        replace(target, name=type(dataset).__name__, sha256=sha256),
        goal_of(target),
        inputs=inputs,
        picked=lambda rows: DatasetFeed(dataset, rows.tolist()),
    )


def _of_parts(data: Sequence[Any], task: str | None, positive: str | None, *, own_loss: bool) -> Material:
    if isinstance(data[0], DataLoader):
        feeds: tuple[Feed, ...] = (LoaderFeed(data[0]), *(LoaderFeed.in_order(_loader(each)) for each in data[1:]))
    else:
        feeds = tuple(_dataset_feed(each) for each in data)
    read = [_read(feed.batches(READ), own_loss=own_loss and task is None) for feed in feeds]
    (learned, _, inputs), (chosen, chosen_hash, _), (tested, tested_hash, _) = read
    y = torch.cat((learned, chosen, tested))
    target = _target(y, task, positive, own_loss=own_loss)
    _check_codes(target, y)
    counted = hashlib.sha256(learned.double().sort().values.numpy().tobytes()).hexdigest()  # a loader may shuffle
    sha256 = hashlib.sha256(f"{counted}{chosen_hash}{tested_hash}".encode()).hexdigest()
    sizes = tuple(len(each) for each, _, _ in read)
    name = type(data[0].dataset if isinstance(data[0], DataLoader) else data[0]).__name__
    batch = (data[0].batch_size or 1) if isinstance(data[0], DataLoader) else None
    return Material(replace(target, name=name, sha256=sha256), goal_of(target), inputs, feeds, sizes, batch)


def goal_of(table: Table) -> Goal:
    """What a model's outputs mean for a table."""
    return Goal(table.task, len(table.classes))


def _dataset_feed(data: Any) -> Feed:
    if isinstance(data, DataLoader):
        return LoaderFeed.in_order(data)
    if isinstance(data, IterableDataset):
        raise UsageError("An IterableDataset came alone; wrap all three into DataLoaders, which say the batches.")
    return DatasetFeed(data)


def _loader(data: Any) -> DataLoader[Any]:
    return data if isinstance(data, DataLoader) else DataLoader(data, batch_size=READ)


def _read(batches: Iterator[Any], *, own_loss: bool) -> tuple[Tensor, str, int]:
    """The targets of all rows, a hash of everything, and the numbers in a row; zeros where a loss says it all."""
    found, targets, inputs = hashlib.sha256(), [], 0
    try:
        with torch.random.fork_rng(devices=()), told("the data"):
            for batch in batches:
                _count_in(found, batch)
                y = batch[1] if isinstance(batch, list | tuple) and len(batch) == 2 else None
                first = next(tensors_in(batch), None)
                inputs = first.shape[1] if first is not None and first.ndim == 2 else 0
                if own_loss:
                    targets.append(torch.zeros(rows_in(batch)))
                elif isinstance(y, Tensor):
                    targets.append(y.cpu())
                else:
                    raise ModelError(
                        f"a batch is a {type(batch).__name__}, and a pair (x, y) of tensors is expected; write loss=… "
                        "with a function that takes the model and such a batch"
                    )
    except ModelError as error:
        raise UsageError(f"{str(error)[:1].upper()}{str(error)[1:]}.") from error
    if not targets:
        raise DataError("One part of the data gives no batch; bring rows for training, validation and test.")
    return torch.cat(targets), found.hexdigest(), inputs


def _count_in(found: Any, batch: Any) -> None:
    for each in tensors_in(batch):
        found.update(f"{tuple(each.shape)}{each.dtype}".encode())
        if each.numel():
            found.update(each.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())


def _target(y: Tensor, task: str | None, positive: str | None, *, own_loss: bool) -> Table:
    """The target as a table without columns."""
    if own_loss and task is None:
        return _table(np.zeros(len(y)), (), "own")
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if y.ndim != 1:
        raise UsageError(
            f"y has the shape {tuple(y.shape)}, and one class or number a row is expected; write loss=… with a "
            "function that takes the model and a batch."
        )
    goal = read_target(pl.Series("y", y.numpy()), task, positive)
    return _table(goal.y, goal.classes, goal.task, goal.findings)


def _table(y: Any, classes: tuple[str, ...], task: Any, findings: Any = ()) -> Table:
    return Table("", pl.DataFrame(), y, "y", classes, task, (), findings, "")


def _check_codes(table: Table, y: Tensor) -> None:
    """A Dataset's classes come as they are, so they have to be what a loss takes."""
    if table.classes and not np.array_equal(y.reshape(-1).double().numpy(), table.y):
        raise DataError(
            f"The classes of the data are {', '.join(table.classes[:6])}; let the Dataset give them as "
            f"0 to {len(table.classes) - 1}."
        )
