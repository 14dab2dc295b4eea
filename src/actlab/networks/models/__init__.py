"""A person's own PyTorch models: made anew for each activation, trained under one plan, and asked on fresh rows."""

try:
    import torch as torch
except ImportError as error:
    raise ImportError('PyTorch is not installed; write pip install "actlab[torch]".') from error

from actlab.networks.models.failures import ModelError
from actlab.networks.models.feeds import ArrayFeed, DatasetFeed, Feed, LoaderFeed
from actlab.networks.models.goals import Goal
from actlab.networks.models.jobs import ModelJob, ModelRehearsal, ModelTrained, Rehearsed
from actlab.networks.models.loading import from_file
from actlab.networks.models.making import Maker, hash_of_function, maker_of
from actlab.networks.models.material import Material, is_material, material_of
from actlab.networks.models.timing import model_seconds, timed_model

__all__ = [
    "ArrayFeed",
    "DatasetFeed",
    "Feed",
    "Goal",
    "LoaderFeed",
    "Maker",
    "Material",
    "ModelError",
    "ModelJob",
    "ModelRehearsal",
    "ModelTrained",
    "Rehearsed",
    "from_file",
    "hash_of_function",
    "is_material",
    "maker_of",
    "material_of",
    "model_seconds",
    "timed_model",
]
