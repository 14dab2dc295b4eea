"""Networks: the perceptron, feed-forward networks, and the engine that trains hundreds of them."""

from actlab.networks.architecture import Architecture, Job, Network, Trained, Training
from actlab.networks.initialisation import initialise
from actlab.networks.perceptron import Case, Learned, Perceptron, movie_decision, separable
from actlab.networks.training import train, train_many, trainings
from actlab.networks.units import LayerReading, inference_seconds, unit_readings

__all__ = [
    "Architecture",
    "Case",
    "Job",
    "LayerReading",
    "Learned",
    "Network",
    "Perceptron",
    "Trained",
    "Training",
    "inference_seconds",
    "initialise",
    "movie_decision",
    "separable",
    "train",
    "train_many",
    "trainings",
    "unit_readings",
]
