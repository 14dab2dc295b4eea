"""A person's own PyTorch model on their data: what a comparison asks of it instead of a table and layers alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from actlab.catalogue import Activation
from actlab.compare.records import ModelPlan
from actlab.data import Table, UsageError

if TYPE_CHECKING:
    from actlab.networks.models import Maker, Material


@dataclass(frozen=True, eq=False)
class Own:
    """A model and how it is fed.

    Attributes:
        maker: makes the model for an activation.
        plan: what of it decides the numbers.
        material: rows that came as tensors, Datasets or DataLoaders; None where they are a table's.
        loss: a person's own, of a model and a batch.
        step: a person's own training step.
    """

    maker: Maker
    plan: ModelPlan
    material: Material | None = None
    loss: Callable[..., Any] | None = None
    step: Callable[..., Any] | None = None

    @property
    def batch(self) -> int | None:
        """Rows a batch where a person's DataLoaders decide it."""
        return self.material.batch if self.material is not None else None

    @property
    def sizes(self) -> tuple[int, ...]:
        """Rows of the three parts that a person made themselves; empty where the rows are split here."""
        return self.material.sizes if self.material is not None else ()


@dataclass(frozen=True, eq=False)
class ModelTable(Table):
    """A target and its rows, with the model that shall learn them."""

    own: Own


def is_for_model(data: Any) -> bool:
    """Whether data is tensors, a Dataset or DataLoaders, which only a model can take."""
    from actlab.networks.models import is_material

    return is_material(data)


def model_table(
    data: Any,
    maker: Maker,
    *,
    task: str | None = None,
    positive: str | None = None,
    device: str = "cpu",
    loss: Callable[..., Any] | None = None,
    step: Callable[..., Any] | None = None,
) -> ModelTable:
    """A model with its data.

    Args:
        data: a table that was read, or what `is_for_model`.
        maker: of the model.
        task: for rows that are no table, "classification" or "regression"; None decides by the target, and where
            there is a loss by that alone.
        positive: the positive one of two classes, for rows that are no table.
        device: where the model is trained, such as "cuda".
        loss: of a model and a batch, to be made small; None for cross-entropy or the mean squared error.
        step: of a model, a batch and an optimiser: learns from the batch, and gives its loss.

    Raises:
        UsageError: a device that is not there, a loss or step that cannot be called.
        DataError: rows that cannot be used as they are.
    """
    _check(device, {"loss": loss, "step": step})
    from actlab.networks.models import hash_of_function, material_of

    material = None
    if not isinstance(data, Table):
        material = material_of(data, task, positive, own_loss=loss is not None)
        data = material.table
    own = [hash_of_function(each) for each in (loss, step) if each is not None]
    plan = ModelPlan(
        name=maker.name,
        fingerprint=" ".join((maker.fingerprint, *own)),
        is_new=maker.is_new,
        device=device,
        loss=_name(loss),
        step=_name(step),
        given_parts=bool(material and material.sizes),
    )
    known = {each.name: getattr(data, each.name) for each in fields(Table)}
    return ModelTable(**known, own=Own(maker, plan, material, loss, step))


def maker_for(model: Any, baseline: str | Activation) -> Maker:
    """The maker of a module, a function, or what `FILE.py:NAME` names.

    Raises:
        UsageError: something else, or a file that cannot be used.
    """
    try:
        import torch  # noqa: F401 - only to say what to install
    except ImportError as error:
        raise UsageError('A model of your own needs PyTorch; write pip install "actlab[torch]".') from error
    from actlab.catalogue import UnknownActivationError, find
    from actlab.networks.models import from_file, maker_of

    name = baseline if isinstance(baseline, str) else baseline.name
    try:
        return from_file(model, name) if isinstance(model, str) else maker_of(model, find(name))
    except UnknownActivationError as error:
        raise UsageError(str(error)) from error


def _check(device: str, functions: dict[str, Any]) -> None:
    import torch

    for name, function in functions.items():
        if function is not None and not callable(function):
            example = {"loss": "loss(model, batch)", "step": "step(model, batch, optimiser)"}[name]
            raise UsageError(f"{name} is {function!r}; write a function {example}.")
    try:
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError, TypeError) as error:
        raise UsageError(f'There is no device {device!r} here; write device="cpu", or leave it out.') from error


def _name(function: Callable[..., Any] | None) -> str:
    return "" if function is None else getattr(function, "__name__", type(function).__name__)
