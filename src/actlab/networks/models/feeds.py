"""Where batches come from: arrays, a torch Dataset, or a person's own DataLoader."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, IterableDataset, SequentialSampler


class Feed(Protocol):
    """Gives the same rows again and again, batch by batch."""

    def begin(self, seed: int, device: str) -> Self:
        """The feed as one training uses it, with all chance from a seed."""

    def batches(self, size: int, order: torch.Generator | None = None) -> Iterator[Any]:
        """One pass over the rows, in the order that is drawn, or without one in their own."""


@dataclass(frozen=True, eq=False)
class ArrayFeed:
    """Rows that lie in memory, x of any shape with the rows first; batches are (x, y)."""

    x: Tensor = field(repr=False)
    y: Tensor = field(repr=False)
    rows: Tensor | None = field(default=None, repr=False)
    """Which of them; None for all."""

    def begin(self, seed: int, device: str) -> ArrayFeed:  # noqa: ARG002 - the order comes with each pass
        """The rows alone, on the device."""
        x, y = (self.x, self.y) if self.rows is None else (self.x[self.rows], self.y[self.rows])
        return ArrayFeed(x.to(device), y.to(device))

    def batches(self, size: int, order: torch.Generator | None = None) -> Iterator[Any]:
        """Slices, or rows picked in the order."""
        for part in parts(len(self.y), size, order):
            which = part if order is None else part.to(self.x.device)
            yield self.x[which], self.y[which]

    def __len__(self) -> int:
        return len(self.y if self.rows is None else self.rows)


@dataclass(frozen=True, eq=False)
class DatasetFeed:
    """Items of a map-style torch Dataset, collated as torch does by default."""

    dataset: Dataset[Any] = field(repr=False)
    rows: Sequence[int] | None = field(default=None, repr=False)
    device: str = "cpu"

    def begin(self, seed: int, device: str) -> DatasetFeed:  # noqa: ARG002
        """The same with its batches on the device."""
        return DatasetFeed(self.dataset, self.rows, device)

    def batches(self, size: int, order: torch.Generator | None = None) -> Iterator[Any]:
        """Collated batches."""
        rows = range(len(self)) if self.rows is None else self.rows
        chosen = [[rows[place] for place in part.tolist()] for part in parts(len(rows), size, order)]
        for batch in DataLoader(self.dataset, batch_sampler=chosen):
            yield moved(batch, self.device)

    def __len__(self) -> int:
        return len(self.dataset) if self.rows is None else len(self.rows)  # type: ignore[arg-type]  # map-style


@dataclass(frozen=True, eq=False)
class LoaderFeed:
    """A person's DataLoader as it is, or, where rows are scored, in the order of its dataset."""

    loader: DataLoader[Any] = field(repr=False)
    device: str = "cpu"

    @classmethod
    def in_order(cls, loader: DataLoader[Any]) -> LoaderFeed:
        """A loader that gives each row once, and always in the same order."""
        if isinstance(loader.dataset, IterableDataset) or isinstance(loader.sampler, SequentialSampler):
            return cls(loader)
        again = DataLoader(
            loader.dataset,
            batch_size=loader.batch_size or 1,
            collate_fn=loader.collate_fn,
            num_workers=loader.num_workers,
        )
        return cls(again)

    def begin(self, seed: int, device: str) -> LoaderFeed:
        """The same, with what the loader draws from begun anew."""
        for drawing in (self.loader, self.loader.sampler, getattr(self.loader.batch_sampler, "sampler", None)):
            if isinstance(generator := getattr(drawing, "generator", None), torch.Generator):
                generator.manual_seed(seed)
        return LoaderFeed(self.loader, device)

    def batches(self, size: int, order: torch.Generator | None = None) -> Iterator[Any]:  # noqa: ARG002
        """The loader's own batches in its own order."""
        for batch in self.loader:
            yield moved(batch, self.device)

    def __len__(self) -> int:
        return len(self.loader.dataset)  # type: ignore[arg-type]  # it was counted when the data was read


def parts(rows: int, size: int, order: torch.Generator | None) -> list[Tensor]:
    """The places of each batch's rows; while learning no batch has a single row, which a batch norm refuses."""
    places = torch.arange(rows) if order is None else torch.randperm(rows, generator=order)
    found = list(places.split(size))
    if order is not None and len(found) > 1 and len(found[-1]) == 1:
        *found, before, last = found
        found.append(torch.cat((before, last)))
    return found


def moved(batch: Any, device: str) -> Any:
    """A batch with all its tensors on the device."""
    if isinstance(batch, Tensor):
        return batch.to(device)
    if isinstance(batch, Mapping):
        return {name: moved(each, device) for name, each in batch.items()}
    if isinstance(batch, tuple) and hasattr(batch, "_fields"):
        return type(batch)(*(moved(each, device) for each in batch))
    if isinstance(batch, list | tuple):
        return type(batch)(moved(each, device) for each in batch)
    return batch


def rows_in(batch: Any) -> int:
    """How many rows a batch has: the length of its first tensor."""
    found = next(tensors_in(batch), None)
    return 1 if found is None or not found.ndim else len(found)


def tensors_in(batch: Any) -> Iterator[Tensor]:
    """All tensors of a batch."""
    if isinstance(batch, Tensor):
        yield batch
    elif isinstance(batch, Mapping | list | tuple):
        for each in batch.values() if isinstance(batch, Mapping) else batch:
            yield from tensors_in(each)
