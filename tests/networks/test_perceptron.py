"""The perceptron decides about films, and learns what a straight line can tell apart."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_iris

from actlab.networks import Perceptron, movie_decision, separable
from actlab.networks.separation import is_shared_point

CORNERS = np.array([(0, 0), (0, 1), (1, 0), (1, 1)])


def test_the_article_fires_for_marvel_or_for_cinema_and_friends() -> None:
    cases = movie_decision().cases()
    assert len(cases) == 8
    for case in cases:
        (_, marvel), (_, cinema), (_, friends) = case.inputs
        assert case.total == 4 * marvel + 2 * cinema + 2 * friends
        assert case.fires == bool(marvel or (cinema and friends))
    assert [name for name, _ in cases[0].inputs] == list(movie_decision().inputs)


def test_equal_to_the_threshold_does_not_fire() -> None:
    assert not Perceptron((4, 2, 2), 4).fires([1, 0, 0])
    assert not Perceptron((4, 2, 2), 4).fires([0, 1, 1])
    assert Perceptron((4, 2, 2), np.nextafter(4, 0)).fires([1, 0, 0])


def test_bias_is_minus_the_threshold() -> None:
    assert Perceptron((4, 2, 2), bias=-3) == Perceptron((4, 2, 2), 3)
    assert Perceptron((4, 2, 2), 3).bias == -3
    assert Perceptron((1,), bias=0).threshold == 0


def test_the_table_shows_each_case_on_a_line() -> None:
    lines = movie_decision().table().splitlines()
    assert len(lines) == 9
    assert lines[1].split() == ["yes", "yes", "yes", "8", ">", "3", "fires"]
    assert lines[5].split() == ["no", "yes", "yes", "4", ">", "3", "fires"]
    assert lines[8].split() == ["no", "no", "no", "0", "≤", "3", "stays", "silent"]


def test_several_rows_at_once() -> None:
    totals = movie_decision().total([[1, 0, 0], [0, 1, 0]])
    assert isinstance(totals, np.ndarray)
    assert totals.tolist() == [4, 2]
    assert np.asarray(movie_decision().fires([[1, 0, 0], [0, 1, 0]])).tolist() == [True, False]


@pytest.mark.parametrize("labels", list(itertools.product((0, 1), repeat=4)))
def test_learns_every_rule_of_two_inputs_but_exclusive_or(labels: tuple[int, ...]) -> None:
    learned = Perceptron.learn(CORNERS, labels, most_passes=50)
    straight = labels not in {(0, 1, 1, 0), (1, 0, 0, 1)}
    assert learned.separable is straight
    assert learned.converged is straight
    assert learned.passes == len(learned.mistakes)
    assert (learned.mistakes[-1] == 0) is straight
    if straight:
        assert np.asarray(learned.perceptron.fires(CORNERS)).tolist() == [bool(label) for label in labels]
    else:
        assert learned.passes == 50


def test_learns_the_article_from_its_cases() -> None:
    cases = movie_decision().cases()
    X, y = [[on for _, on in case.inputs] for case in cases], [int(case.fires) for case in cases]
    learned = Perceptron.learn(X, y, inputs=movie_decision().inputs)
    assert learned.converged
    assert np.asarray(learned.perceptron.fires(X)).astype(int).tolist() == y
    assert learned.perceptron.inputs == movie_decision().inputs


def test_tells_a_slow_learner_from_data_that_cannot_be_separated() -> None:
    X, y = [[0.0], [1.0], [1000.0], [1000.1]], [0, 0, 0, 1]
    learned = Perceptron.learn(X, y, most_passes=3)
    assert not learned.converged
    assert learned.separable is True
    same_row_twice = Perceptron.learn([[1.0], [1.0]], [0, 1], most_passes=3)
    assert same_row_twice.separable is False


def test_separable_agrees_with_how_the_labels_were_made() -> None:
    generator = np.random.default_rng(0)
    for _ in range(10):
        X = generator.standard_normal((60, 3)) * (1, 1e3, 1e-3)
        y = (X @ (1, 1e-3, 1e3) > 0.3).astype(int)
        assert separable(X, y) is True
        inside = np.vstack([X, X[y == 1].mean(axis=0)])
        assert separable(inside, [*y, 0]) is False


@pytest.mark.parametrize("gap", [1e-3, 1e-7, 1e-11, 1e-15])
def test_separable_never_claims_what_is_false_of_nearly_equal_rows(gap: float) -> None:
    unsure = () if gap > 1e-8 else (None,)
    assert separable([[0.0], [1.0], [1 + gap]], [0, 0, 1]) in (True, *unsure)
    assert separable([[0.0], [1.0], [1 + gap], [1 + gap / 2]], [0, 0, 0, 1]) in (False, *unsure)


def test_a_shared_point_needs_shares_that_are_not_negative() -> None:
    everything = np.arange(3)
    assert is_shared_point(np.array([[0.0], [2.0], [1.0]]), np.array([1, 1, 0]), everything)
    assert not is_shared_point(np.array([[0.0], [1.0], [2.0]]), np.array([1, 1, 0]), everything)


def test_whole_tables_are_proved_not_to_be_separable() -> None:
    X, y = load_iris(return_X_y=True)
    assert separable(X, y == 0) is True
    assert separable(X, y == 1) is False
    assert separable(X, y == 2) is False
    X, y = load_breast_cancer(return_X_y=True)
    assert separable(X[:, :10], y) is False


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Perceptron((1, 2)), "Give one of them"),
        (lambda: Perceptron((1, 2), 1, bias=-1), "Give one of them"),
        (lambda: Perceptron((), 1), "at least one weight"),
        (lambda: Perceptron((1, float("nan")), 1), "finite"),
        (lambda: Perceptron((1, 2), 1, inputs=("a",)), "different names"),
        (lambda: Perceptron((1, 2), 1, inputs=("a", "a")), "different names"),
        (lambda: movie_decision().fires([1, 0]), "takes 3 numbers"),
        (lambda: Perceptron([1] * 17, 1).cases(), "at most 16"),
        (lambda: Perceptron.learn(CORNERS, [0, 1, 2, 1]), "0 or 1, but .*2.* came"),
        (lambda: Perceptron.learn(CORNERS, ["no", "yes", "no", "no"]), "0 or 1, but .*no.* came"),
        (lambda: Perceptron.learn(CORNERS, [0, 1]), "a label for each"),
        (lambda: Perceptron.learn([], []), "a label for each"),
        (lambda: Perceptron.learn([[np.nan]], [1]), "not finite"),
        (lambda: Perceptron.learn(CORNERS, [0, 1, 1, 1], rate=0), "rate must be above 0"),
    ],
)
def test_bad_input_gets_one_sentence(make: object, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        make()  # type: ignore[operator]
