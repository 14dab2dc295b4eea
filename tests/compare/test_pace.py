"""The remaining time: each function at each rate by its own networks, on as many cores as there were."""

from __future__ import annotations

import math

import pytest

from actlab.compare import pace
from actlab.compare.outcomes import Task
from actlab.compare.pace import Pace


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands until it is set."""
    now = [100.0]
    monkeypatch.setattr(pace.time, "monotonic", lambda: now[0])
    return now


def plan(repeats: int) -> list[Task]:
    return [Task(name, repeat, rate) for repeat in range(repeats) for rate in (0.1, 1.0) for name in ("relu", "mish")]


def test_slow_networks_that_come_first_do_not_stretch_the_rest(clock):
    tasks = plan(2)
    own = Pace(tasks)
    assert math.isnan(own.seconds_left)
    for task in tasks[:4]:  # one repeat on two cores: a small rate takes ten times as long
        own.finished(task, 10.0 if task.rate == 0.1 else 1.0)
    for task in tasks[4:6]:
        own.finished(task, 10.0)
    clock[0] += (4 * 10 + 2 * 1) / 2
    assert own.seconds_left == pytest.approx(1.0)  # steady networks would be given 7


def test_an_unknown_cell_is_like_its_rate_and_an_unknown_rate_like_all(clock):
    tasks = plan(1)
    own = Pace(tasks)
    own.finished(Task("relu", 0, 0.1), 4.0)
    clock[0] += 4.0
    assert own.seconds_left == pytest.approx(4.0 + 4.0 + 4.0)
    own.finished(Task("relu", 0, 1.0), 2.0)
    clock[0] += 2.0
    assert own.seconds_left == pytest.approx(4.0 + 2.0)


def test_failures_take_no_time(clock):
    own = Pace(plan(1))
    own.finished(Task("relu", 0, 0.1), math.nan)
    clock[0] += 1.0
    assert own.seconds_left == pytest.approx(3.0)  # nothing else is known
    own.finished(Task("mish", 0, 0.1), 5.0)
    clock[0] += 5.0
    assert own.seconds_left == pytest.approx(6 / 5 * (2.5 + 2.5))


def test_nothing_is_left_at_the_end(clock):
    own = Pace(plan(1))
    for task in plan(1):
        own.finished(task, 1.0)
    clock[0] += 4.0
    assert own.seconds_left == 0
