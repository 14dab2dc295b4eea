"""What every executor must do, whatever trains: a subclass says which one."""

import sys
import time
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from actlab import Source, activation
from actlab.catalogue import find
from actlab.networks import Architecture, Job, Training, train

CHANCE = np.random.default_rng(0)
X = CHANCE.standard_normal((200, 5)).astype(np.float32)
Y = (X[:, 0] > X[:, 1] * X[:, 2]).astype(np.int64)
SHORT = Training(rate=0.01, epochs=5)


def job(name="relu", seed=0, **changes):
    return Job(Architecture(5, (8,), (name,), 1, "binary"), Training(rate=0.01, epochs=5, **changes), X, Y, X, Y, seed)


def same(one, other):
    assert one.validation_losses == other.validation_losses
    for mine, theirs in zip(one.network.weights, other.network.weights, strict=True):
        np.testing.assert_array_equal(mine, theirs)


@dataclass(frozen=True)
class Waiting:
    """A job of another kind, which says where it was done, or waits."""

    seconds: float = 0.0

    def train(self, stop: Any) -> str:
        """Wait, and look at the flag now and then."""
        until = time.monotonic() + self.seconds
        while time.monotonic() < until and not stop[0]:
            time.sleep(0.01)
        return "done"


class ExecutorContract:
    @pytest.fixture
    def executor(self):
        raise NotImplementedError

    @pytest.fixture
    def own(self, monkeypatch):
        """A person's own activation, which no other process has heard of."""
        declaring = sys.modules[find.__module__]
        for known in ("_declared", "_by_name"):
            monkeypatch.setattr(declaring, known, dict(getattr(declaring, known)))

        @activation("rectified", Source("Nobody", 2026))
        def half_hinge(x):
            """Half of what is above 0."""
            return (x + abs(x)) / 4

        return half_hinge

    def test_every_job_has_its_result(self, executor):
        jobs = [job(seed=seed) for seed in range(7)]
        found = dict(executor.results(jobs))
        assert sorted(found) == list(range(7))
        for seed, each in enumerate(jobs):
            same(found[seed], train(each.architecture, each.training, X, Y, X, Y, seed))

    def test_an_error_costs_its_own_job_alone(self, executor):
        bad = Job(Architecture(4, (8,), ("relu",), 1, "binary"), SHORT, X, Y, X, Y, 0)
        found = dict(executor.results([job(), bad, job()]))
        assert isinstance(found[1], ValueError)
        same(found[0], found[2])

    def test_no_jobs_are_no_results(self, executor):
        assert list(executor.results([])) == []

    def test_jobs_are_read_as_there_is_room(self, executor):
        read = []

        def jobs():
            for seed in range(200):
                read.append(seed)
                yield job(seed=seed)

        with closing(executor.results(jobs())) as results:
            next(results)
            assert len(read) < 100

    def test_a_persons_own_activation_goes_along(self, executor, own):
        ((_, found),) = executor.results([job(own.name)])
        same(found, train(job(own.name).architecture, SHORT, X, Y, X, Y, 0))

    def test_time_that_is_up_ends_it(self, executor):
        began = time.monotonic()
        found = list(executor.results((job(seed=seed) for seed in range(10**9)), until=began + 0.5))
        assert time.monotonic() - began < 20
        assert len({index for index, _ in found}) == len(found)
        assert list(executor.results([job()], until=began)) == []

    def test_after_an_early_end_it_is_of_use(self, executor):
        with closing(executor.results(job(seed=seed) for seed in range(50))) as results:
            next(results)
        assert len(list(executor.results([job(), job(seed=1)]))) == 2
