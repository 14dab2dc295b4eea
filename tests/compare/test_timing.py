"""Timing: functions take turns, and Ctrl-C costs the turns that were not finished."""

import numpy as np
import pytest

from actlab.compare import timing
from actlab.compare.timing import Timed, inference_timings
from actlab.networks import Architecture, initialise


@pytest.fixture
def two():
    networks = {name: initialise(Architecture(3, (4,), (name,), 1, "binary"), 0) for name in ("relu", "tanh")}
    return {name: Timed(network, np.zeros((5, 3), np.float32)) for name, network in networks.items()}


def test_times_are_medians_of_the_turns(two, monkeypatch):
    seconds = iter([1.0, 10.0, 2.0, 20.0, 5.0, 50.0, 4.0, 40.0, 3.0, 30.0, 9.0, 90.0])
    monkeypatch.setattr(timing, "inference_seconds", lambda *_, **__: next(seconds))
    assert inference_timings(two, rounds=3) == {"relu": (3.0, 30.0), "tanh": (4.0, 40.0)}


@pytest.mark.parametrize(("calls", "turns"), [(0, 0), (3, 0), (4, 1), (9, 2)])
def test_interrupt_keeps_whole_turns(two, monkeypatch, calls, turns):
    left = iter([1.0] * calls)

    def timed(*_, **__):
        try:
            return next(left)
        except StopIteration:
            raise KeyboardInterrupt from None

    monkeypatch.setattr(timing, "inference_seconds", timed)
    assert inference_timings(two) == (dict.fromkeys(two, (1.0, 1.0)) if turns else {})


def test_real_networks_take_some_time(two):
    for one, thousand in inference_timings(two, rounds=2).values():
        assert 0 < one < 1
        assert 0 < thousand < 1
