"""Another activation in a person's own PyTorch model: modules and functional calls are replaced."""

try:
    import torch as torch
except ImportError as error:
    raise ImportError('PyTorch is not installed; write pip install "actlab[torch]".') from error

from actlab.networks.swapping.replacing import swap
from actlab.networks.swapping.uses import Use, uses

__all__ = ["Use", "swap", "uses"]
