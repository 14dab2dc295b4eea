"""What tensors cannot be, in one sentence that says what to write."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import actlab  # noqa: E402

X = torch.ones(2, 3)


@pytest.mark.parametrize(
    ("bad", "advice"),
    [
        (torch.arange(3), r"dtype torch.int64, .*write x.float\(\)"),
        (torch.tensor([True]), r"write x.float\(\)"),
        (torch.tensor([1j]), r"write x.real or x.abs\(\)"),
        (X.to(torch.float8_e4m3fn), r"write x.float\(\)"),
        (X.to_sparse(), r"layout torch.sparse_coo, .*write x.to_dense\(\)"),
    ],
)
@pytest.mark.parametrize("compute", [actlab.mish, actlab.mish.derivative, actlab.mish.torch()])
def test_tensors_of_other_kinds(compute, bad, advice):
    with pytest.raises(TypeError, match=advice):
        compute(bad)


def test_several_inputs():
    with pytest.raises(ValueError, match="2 equal parts along axis -1"):
        actlab.swiglu(X)
    with pytest.raises(TypeError, match="takes gate and value, but got 3 tensors"):
        actlab.swiglu(X, X, X)
    with pytest.raises(ValueError, match=r"inputs of shapes \(2, 3\) and \(2,\)"):
        actlab.swiglu(X, torch.ones(2))
    with pytest.raises(ValueError, match="inputs on cpu and meta"):
        actlab.swiglu(X, X.to("meta"))
    with pytest.raises(TypeError, match=r"got numpy.ndarray; write torch.as_tensor"):
        actlab.swiglu(X, np.ones((2, 3), np.float32))
    with pytest.raises(TypeError, match="got int"):
        actlab.swiglu(X, 1)


def test_axes():
    with pytest.raises(ValueError, match="axis=2 for the shape"):
        actlab.softmax(X, axis=2)
    with pytest.raises(ValueError, match="one number has none"):
        actlab.softmax(torch.tensor(1.0))
    with pytest.raises(TypeError, match="one whole number"):
        actlab.swiglu(torch.ones(2, 4), axis=None)


def test_functions_that_need_no_axis_want_a_true_one():
    assert torch.equal(actlab.mish(X, axis=1), actlab.mish(X))
    for axis in (2, -3):
        with pytest.raises(ValueError, match=f"axis={axis} for the shape"):
            actlab.mish(X, axis=axis)
    with pytest.raises(TypeError, match="axis=True"):
        actlab.mish(X, axis=True)
    with pytest.raises(ValueError, match="one number, which has no axis"):
        actlab.mish(torch.tensor(1.0), axis=0)


def test_upstreams():
    with pytest.raises(ValueError, match=r"upstream of shape \(2,\); it must have the output's shape \(2, 3\)"):
        actlab.mish.pullback(X, upstream=torch.ones(2))
    with pytest.raises(TypeError, match=r"write torch\.as_tensor"):
        actlab.mish.pullback(X, upstream=np.ones((2, 3)))
    with pytest.raises(TypeError, match="int64"):
        actlab.mish.pullback(X, upstream=torch.ones(2, 3, dtype=torch.int64))


@pytest.mark.parametrize(
    ("alpha", "error", "sentence"),
    [
        (-1.0, ValueError, "alpha must be a number above 0"),
        (torch.tensor([1.0, 0.0, 2.0]), ValueError, "alpha must be a number above 0"),
        ("large", TypeError, "write alpha=1"),
        (np.ones(3), TypeError, r"torch.as_tensor\(alpha\)"),
        (torch.ones(3, dtype=torch.int32), TypeError, r"alpha of dtype torch.int32, .*write alpha.float\(\)"),
        (1e300, ValueError, r"alpha=1e\+300, for which float32 has no room; .*write x.double\(\)"),
        (torch.full((1,), 1e-300, dtype=torch.float64), ValueError, "alpha=1e-300, for which float32 has no room"),
        (torch.ones(2), ValueError, r"alpha of shape \(2,\) for x of shape \(2, 3\)"),
        (torch.ones(1, 2, 3), ValueError, "stretched to x, not x to it"),
        (torch.ones(3, device="meta"), ValueError, r"x on cpu and alpha on meta; write alpha.to\(x.device\)"),
    ],
)
def test_parameters(alpha, error, sentence):
    with pytest.raises(error, match=sentence):
        actlab.elu(X, alpha=alpha)


@pytest.mark.parametrize("compute", [lambda x: actlab.celu(x, alpha=1e300), actlab.celu.torch(alpha=1e300)])
def test_double_precision_has_room_for_large_parameters(compute):
    assert torch.equal(compute(torch.tensor([-1.0, 2.0], dtype=torch.float64)), torch.tensor([-1.0, 2.0]).double())
    for dtype in (torch.float32, torch.bfloat16):
        with pytest.raises(ValueError, match="float32 has no room"):
            compute(X.to(dtype))


def test_modules():
    with pytest.raises(TypeError, match=r"starts at one number; .*give features and set layer.slope.data"):
        actlab.prelu.torch(slope=[0.1, 0.2])
    with pytest.raises(ValueError, match="float32 has no room"):
        actlab.prelu.torch(slope=1e300)
    with pytest.raises(TypeError, match="no parameter 'slop'; it takes slope"):
        actlab.prelu.torch(slop=0.1)
    with pytest.raises(ValueError, match=r"relu learns no parameter.*write actlab.relu.torch\(\)"):
        actlab.relu.torch(features=3)
    with pytest.raises(TypeError, match=r"a module keeps a number; write slope=0\.01"):
        actlab.leaky_relu.torch(slope=torch.tensor(0.1))
    with pytest.raises(ValueError, match="alpha must be"):
        actlab.elu.torch(alpha=0.0)
    with pytest.raises(ValueError, match=r"features=0; write a whole number above 0"):
        actlab.prelu.torch(features=0)
    with pytest.raises(ValueError, match=r"4 features along axis 1, but x has the shape \(2, 3\); bring"):
        actlab.prelu.torch(features=4)(X)
    with pytest.raises(TypeError, match=r"mish works on tensors here, and got numpy\.ndarray"):
        actlab.mish.torch()(np.ones(3))
    with pytest.raises(TypeError, match="takes x, but got 2 tensors"):
        actlab.mish.torch()(X, X)
    for activation in (actlab.mish, actlab.prelu):
        with pytest.raises(TypeError, match="takes x, but got 0 tensors"):
            activation.torch()()


def test_outputs_are_tensors_of_their_own():
    with pytest.raises(TypeError, match="writes into NumPy arrays only"):
        actlab.mish(X, out=torch.empty(2, 3))
