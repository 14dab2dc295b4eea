"""The best network of a place as a row of its table, and back."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from actlab.compare.store.encoding import from_bytes, from_text, to_bytes, to_text
from actlab.compare.store.protocol import Place

if TYPE_CHECKING:
    from sqlalchemy import Row

    from actlab.compare.outcomes import Finished
    from actlab.compare.records import Chosen, Run
    from actlab.networks import LayerReading


def open_place(run: Run, best: Finished) -> dict[str, Any]:
    """The columns of a network that is the best so far."""
    return {
        "repeat": run.repeat,
        "activation": run.activation,
        "scores": to_bytes({"validation": best.validation_scores, "test": best.test_scores}),
        "network": to_bytes({str(number): array for number, array in enumerate(best.arrays)}),
    }


def reading(name: str, chosen: Chosen, timed: Collection[str]) -> dict[str, Any]:
    """What changes when its repeat is closed; its network is let go unless it is one of those to be timed."""
    run = chosen.run
    return {
        "at_comparison": name,
        "at_repeat": run.repeat,
        "at_activation": run.activation,
        "read": to_text((chosen.start, chosen.end)),
        "dropped": run.activation not in timed,
    }


def place_of(row: Row[Any], run: Run) -> Place:
    """A row as a place."""
    scores = from_bytes(row.scores)
    start, end = _readings(row.readings) if row.readings else (None, None)
    network = None if row.network is None else tuple(from_bytes(row.network).values())
    return Place(run, scores["validation"], scores["test"], network, start, end)


def _readings(text: str) -> tuple[tuple[LayerReading, ...], tuple[LayerReading, ...]]:
    from actlab.networks import LayerReading  # a list of comparisons does without it

    return from_text(tuple[tuple[LayerReading, ...], tuple[LayerReading, ...]], text)
