"""The machine code under the training loop, each piece against plain NumPy, on sizes that fit no register."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from actlab.networks.library import sgemm
from actlab.networks.products import products
from tests.networks.machine_code import call, loop

SIZES = (1, 2, 5, 6, 16, 17, 30, 70)
GUARD = 1000.0  # behind the end of every result: nothing may be written there


def draw(seed: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape, np.float32)


def guarded(size: int) -> np.ndarray:
    return np.full(size + 64, GUARD, np.float32)


@pytest.mark.parametrize("way", ["own", "library"])
@pytest.mark.parametrize("across", [False, True])
def test_products_are_those_of_numpy(way: str, across: bool) -> None:
    for rows, inner, columns in product(SIZES, (1, 7, 64), SIZES):
        a, b = draw(1, rows, inner), draw(2, inner, columns)
        start, factor = draw(3, columns), draw(4, rows, columns)
        given = np.ascontiguousarray(a.T) if across else a
        for begun, scaled in product((None, start), (None, factor)):
            c = guarded(rows * columns)
            if way == "own":
                call(products()[across], given, b, begun, scaled, c, rows, inner, columns)
            else:
                name = "across_by_library" if across else "plain_by_library"
                loop(name, given, b, begun, scaled, c, sgemm(), rows, inner, columns)
            wanted = (a.astype(float) @ b + (0 if begun is None else start)) * (1 if scaled is None else factor)
            np.testing.assert_allclose(c[: wanted.size].reshape(rows, columns), wanted, rtol=1e-4, atol=1e-4)
            assert (c[wanted.size :] == GUARD).all()


def test_a_row_of_a_product_is_the_same_in_any_company() -> None:
    a, b = draw(1, 70, 33), draw(2, 33, 45)
    whole, part = guarded(70 * 45), guarded(20 * 45)
    call(products()[0], a, b, None, None, whole, 70, 33, 45)
    call(products()[0], a[50:], b, None, None, part, 20, 33, 45)
    assert whole[50 * 45 : 70 * 45].tolist() == part[: 20 * 45].tolist()


@pytest.mark.parametrize("rows", SIZES)
@pytest.mark.parametrize("columns", SIZES)
def test_rows_become_columns(rows: int, columns: int) -> None:
    source, out = draw(1, rows, columns), guarded(rows * columns)
    loop("transpose", source, out, rows, columns)
    assert out[: rows * columns].tolist() == source.T.ravel().tolist()
    assert (out[rows * columns :] == GUARD).all()


@pytest.mark.parametrize("classes", [2, 10, 33])
def test_cross_entropy_and_its_gradient(classes: int) -> None:
    outputs, targets = 5 * draw(1, 37, classes), np.arange(37, dtype=np.float32) % classes
    upstream, total = guarded(37 * classes), np.zeros(1)
    outputs[3, 1] = 2000.0  # its exponential alone would overflow
    loop("cross_entropy", outputs, targets, upstream, total, 37, classes)
    rows, wanted = np.arange(37), targets.astype(int)
    wide = outputs.astype(float) - outputs.max(axis=1, keepdims=True)
    shares = np.exp(wide) / np.exp(wide).sum(axis=1, keepdims=True)
    assert total[0] == pytest.approx((np.log(np.exp(wide).sum(axis=1)) - wide[rows, wanted]).sum(), rel=1e-6)
    shares[rows, wanted] -= 1
    np.testing.assert_allclose(upstream[: 37 * classes].reshape(37, classes), shares / 37, rtol=1e-4, atol=1e-8)
    assert (upstream[37 * classes :] == GUARD).all()


def test_the_loss_of_two_classes_and_its_gradient() -> None:
    outputs, targets = 9 * draw(1, 37), (draw(2, 37) > 0).astype(np.float32)
    upstream, total = guarded(37), np.zeros(1)
    loop("logistic", outputs, targets, upstream, total, 37, 1)
    wide = outputs.astype(float)
    assert total[0] == pytest.approx((np.logaddexp(0, wide) - wide * targets).sum(), rel=1e-5)
    np.testing.assert_allclose(upstream[:37], (1 / (1 + np.exp(-wide)) - targets) / 37, rtol=1e-4, atol=1e-8)
    assert (upstream[37:] == GUARD).all()


def test_the_square_loss_and_its_gradient() -> None:
    outputs, targets, upstream, total = draw(1, 37), draw(2, 37), guarded(37), np.zeros(1)
    loop("squared", outputs, targets, upstream, total, 37, 1)
    error = outputs.astype(float) - targets
    assert total[0] == pytest.approx((error**2).sum(), rel=1e-6)
    np.testing.assert_allclose(upstream[:37], 2 * error / 37, rtol=1e-5)


@pytest.mark.parametrize("name", ["logistic", "cross_entropy", "squared"])
@pytest.mark.parametrize("strange", [np.nan, np.inf])
def test_a_broken_output_breaks_the_loss(name: str, strange: float) -> None:
    outputs, targets, upstream, total = draw(1, 20, 3), np.zeros(20, np.float32), guarded(60), np.zeros(1)
    outputs.ravel()[7] = strange
    loop(name, outputs, targets, upstream, total, 20, 3 if name == "cross_entropy" else 1)
    assert not np.isfinite(total[0])


def test_adam_is_adam() -> None:
    size = 101
    vector, gradient, first, second = draw(1, size), draw(2, size), draw(3, size), draw(4, size) ** 2
    gradient[:9], second[:9] = 0, 0  # an input that never varies
    mean, square = 0.9 * first.astype(float) + 0.1 * gradient, 0.999 * second.astype(float) + 0.001 * gradient**2.0
    wanted = 0.99 * vector.astype(float) - 0.02 * mean / (1.5 * np.sqrt(square) + 1e-8)
    loop("adam", vector, gradient, first, second, np.array([0.99, 0.02, 1.5], np.float32), size)
    np.testing.assert_allclose(first, mean, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(second, square, rtol=1e-5)
    np.testing.assert_allclose(vector, wanted, rtol=1e-5, atol=1e-5)


def test_rows_are_gathered_and_columns_added_up() -> None:
    inputs, targets, order = draw(1, 20, 7), draw(2, 20), np.array([3, 3, 19, 0])
    batch, wanted, sums = guarded(28), guarded(4), guarded(7)
    loop("gather", inputs, targets, order, batch, wanted, 4, 7)
    assert batch[:28].tolist() == inputs[order].ravel().tolist()
    assert wanted[:4].tolist() == targets[order].tolist()
    loop("sum_columns", batch, sums, 4, 7)
    np.testing.assert_allclose(sums[:7], inputs[order].sum(axis=0), rtol=1e-5, atol=1e-6)
