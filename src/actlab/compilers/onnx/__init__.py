"""ONNX: each activation as a model function in standard operators, and as a model that calls it."""

try:
    import onnx  # noqa: F401 (asked for once, so that the sentence below stands in one place)
except ModuleNotFoundError as error:
    raise ModuleNotFoundError('ONNX models need the package onnx; write pip install "actlab[onnx]".') from error

from actlab.compilers.onnx.models import function, model

__all__ = ["function", "model"]
