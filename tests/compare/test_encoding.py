"""Records come back from their text exactly as they were, long rows of numbers too, and those of earlier stores."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, replace

import numpy as np
import pytest

from actlab.compare.records import Run
from actlab.compare.store.encoding import LONG, from_text, to_text

RUN = Run(
    activation="mish", repeat=2, rate=0.003, seed=7, status="finished", message="", epochs=3, best_epoch=2,
    seconds=0.125, validation_loss=1 / 3, validation_score=0.5, test_score=math.inf, training_curve=(),
    validation_curve=(),
)  # fmt: skip


@pytest.mark.parametrize("length", [0, 1, LONG - 1, LONG, 500])
def test_curves_come_back_to_the_last_bit(length):
    curve = tuple((np.random.default_rng(length).standard_normal(length) * 1e-5).tolist())
    run = replace(RUN, training_curve=curve, validation_curve=(*curve[:-1], 5e-324))
    assert from_text(Run, to_text(run)) == run


def test_what_is_not_finite_stays_so():
    curve = (math.inf, -math.inf, -0.0, math.nan) * LONG
    back = from_text(Run, to_text(replace(RUN, training_curve=curve))).training_curve
    assert np.array_equal(np.array(back).view(np.int64), np.array(curve).view(np.int64))


def test_long_curves_are_short_text():
    curve = tuple(np.random.default_rng(0).random(200).tolist())
    assert len(to_text(replace(RUN, training_curve=curve))) < 14 * 200 < len(json.dumps(curve))


def test_digits_of_an_earlier_store_are_read():
    curve = tuple(np.random.default_rng(0).random(200).tolist())
    run = replace(RUN, training_curve=curve, test_score=0.75)
    assert from_text(Run, json.dumps(asdict(run))) == run
