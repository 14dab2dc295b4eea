"""What an answer of a person's model costs."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import torch
from torch import Tensor

from actlab.networks.models.conditions import one_thread
from actlab.networks.models.jobs import ModelJob


def model_seconds(model: torch.nn.Module, x: Tensor, rows: int, calls: int) -> float:
    """How long one call takes, the median of several on one thread; the answer is waited for.

    Args:
        model: in evaluation mode.
        x: rows on the model's device; repeated from the first one where there are fewer than `rows`.
        rows: how many rows a call gets.
        calls: how many are timed, after one that is not.
    """
    batch = x[torch.arange(rows, device=x.device) % len(x)]
    seconds = []
    with torch.no_grad(), one_thread():
        for _ in range(calls + 1):
            before = time.perf_counter()
            model(batch)
            if batch.is_cuda:
                torch.cuda.synchronize(batch.device)
            seconds.append(time.perf_counter() - before)
    return float(np.median(seconds[1:]))


def timed_model(job: ModelJob, most: int) -> tuple[torch.nn.Module, Tensor] | None:
    """A model as the job makes it, with up to so many test rows; None where rows are no single tensor."""
    feed = job.test.begin(job.seed, job.device)
    found: list[Any] = []
    rows = 0
    for batch in feed.batches(most):
        x = batch[0] if isinstance(batch, list | tuple) and len(batch) == 2 else None
        if not isinstance(x, Tensor):
            return None
        found.append(x)
        rows += len(x)
        if rows >= most:
            break
    model = job.maker.model(job.activation, job.inputs, job.goal.outputs).to(job.device).eval()
    x = torch.cat(found)[:most]
    with torch.no_grad():
        model(x[:2])
    return model, x
