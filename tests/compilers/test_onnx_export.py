"""actlab's torch modules, exported by torch.onnx and run by onnxruntime."""

import warnings

import numpy as np
import pytest

from actlab.catalogue import find

torch = pytest.importorskip("torch")
onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")
pytest.importorskip("onnxscript")

from actlab.compilers.torch import module  # noqa: E402

PARAMETERS = {"relu": {}, "gelu": {}, "mish": {}, "prelu": {"features": 6}, "swiglu": {}}


def exported(layer, x):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's, of the libraries that it stands on
        program = torch.onnx.export(layer, (x,), dynamo=True, dynamic_shapes=({0: "batch"},), verbose=False)
    return program.model_proto


@pytest.mark.parametrize("name", PARAMETERS)
def test_exported_modules_give_the_same(name):
    """Batches of another length than the one that was exported; also nan, infinities and far values."""
    layer = torch.nn.Sequential(module(find(name), **PARAMETERS[name])).eval()
    made = exported(layer, torch.randn(5, 6, generator=torch.Generator().manual_seed(0)))
    onnx.checker.check_model(made, full_check=True)
    running = onnxruntime.InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"])
    near = 5 * torch.randn(9, 6, generator=torch.Generator().manual_seed(1))
    far = torch.tensor([[np.nan, -np.inf, np.inf, -100.0, 1e4, 2.0]])
    for x in (near, far):
        (got,) = running.run(None, {running.get_inputs()[0].name: x.numpy()})
        np.testing.assert_allclose(got, layer(x).detach().numpy(), rtol=5e-6, atol=1e-37)
