"""What an answer costs: inference timed in a quiet pass, all functions in turn."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from actlab.networks import Network, inference_seconds

ROUNDS = 15
THOUSAND = 1000


def inference_timings(
    networks: Mapping[str, Network], X: npt.NDArray[np.float32], rounds: int = ROUNDS
) -> dict[str, tuple[float, float]]:
    """Seconds of one call that answers for one row, and for a thousand, on one thread.

    The functions take turns, so that a busy moment of the machine falls on all of them.

    Args:
        networks: one trained network a function.
        X: rows to answer for, repeated where they are fewer than a thousand.
        rounds: how many turns; the median of them is taken.
    """
    seen: dict[str, list[tuple[float, float]]] = {name: [] for name in networks}
    with threadpool_limits(1, "blas"):
        for _ in range(rounds):
            for name, network in networks.items():
                one = inference_seconds(network, X, rows=1, calls=7)
                seen[name].append((one, inference_seconds(network, X, rows=THOUSAND, calls=3)))
    medians = {name: np.median(turns, axis=0) for name, turns in seen.items()}
    return {name: (float(one), float(thousand)) for name, (one, thousand) in medians.items()}
