"""Networks with any activation as scikit-learn estimators, at home in pipelines, grid searches and cross-validation."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from actlab.catalogue import Activation
from actlab.data import Scale
from actlab.data.preparation import Standardisation
from actlab.networks.architecture import Architecture, Task, Trained, Training
from actlab.networks.arguments import Draw, draw, layer_names, layer_sizes, training_of
from actlab.networks.training import train
from actlab.networks.units import unit_readings

Numbers = npt.NDArray[np.float64]


class NetworkEstimator(BaseEstimator):  # type: ignore[misc]  # scikit-learn publishes no types
    """What the classifier and the regressor share: their arguments, and one training."""

    def __init__(
        self,
        activation: str | Activation | Sequence[str | Activation] = "relu",
        *,
        hidden: Sequence[int] = (64, 64),
        rate: float = Training.rate,
        optimiser: str = Training.optimiser,
        momentum: float = Training.momentum,
        weight_decay: float = Training.weight_decay,
        batch: int = Training.batch,
        epochs: int = Training.epochs,
        patience: int = Training.patience,
        validation_share: float = 0.15,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.activation = activation
        self.hidden = hidden
        self.rate = rate
        self.optimiser = optimiser
        self.momentum = momentum
        self.weight_decay = weight_decay
        self.batch = batch
        self.epochs = epochs
        self.patience = patience
        self.validation_share = validation_share
        self.random_state = random_state

    def _learn(self, X: Numbers, y: npt.NDArray[Any], task: Task, outputs: int, drawn: Draw) -> None:
        """Train on the rows learned from, let those held aside choose when to stop, and note what came of it."""
        sizes = layer_sizes(self.hidden)
        architecture = Architecture(X.shape[1], sizes, layer_names(self.activation, len(sizes)), outputs, task)
        standardisation = Standardisation.fit(X[drawn.learned])
        rows, rows_held = (
            standardisation.transform(X[each]).astype(np.float32) for each in (drawn.learned, drawn.held)
        )
        known = y[drawn.learned]
        trained = train(architecture, training_of(vars(self)), rows, known, rows_held, y[drawn.held], drawn.seed)
        check_divergence(trained, self.rate)
        self.standardisation_ = standardisation
        self.network_ = trained.network
        self.training_losses_ = trained.training_losses
        self.validation_losses_ = trained.validation_losses
        self.n_iter_ = trained.epochs
        self.best_epoch_ = trained.best_epoch
        self.dead_units_ = tuple(reading.dead for reading in unit_readings(trained.network, rows, known))

    def _outputs(self, X: Any) -> Numbers:
        """What the network's output units say about each row, the same whichever rows stand beside it."""
        from actlab.networks.layout import FEWEST_ROWS  # Numba is slow to import and only needed here

        check_is_fitted(self, "network_")
        X = validate_data(self, X, dtype=np.float64, reset=False)
        # a product of few rows adds up in another order than one of many, so every product gets as many
        rows = np.zeros((-(-len(X) // FEWEST_ROWS) * FEWEST_ROWS, X.shape[1]), np.float32)
        rows[: len(X)] = self.standardisation_.transform(X)
        return self.network_.outputs(rows)[: len(X)].astype(np.float64)


def refuse_several_targets(estimator: Any, y: Any) -> None:
    """Refuse a target for each of several columns, and say what takes them."""
    shape: tuple[int, ...] = getattr(y, "shape", ())
    if len(shape) == 2 and shape[1] > 1:
        name = type(estimator).__name__
        raise ValueError(
            f"y has {shape[1]} columns, and {name} predicts one; write "
            f"{name.replace('Activation', 'MultiOutput')}({name}()) to train a network for each."
        )


def check_divergence(trained: Trained, rate: float) -> None:
    """Warn of a training that diverged, and refuse one that left no network."""
    if not trained.diverged:
        return
    advice = f"write a smaller rate than {rate:g}, such as rate={min(rate / 10, Training.rate):g}."
    if trained.best_epoch == 0:
        raise ValueError(f"The loss was no longer a finite number in the first epoch; {advice}")
    warnings.warn(
        f"The loss was no longer a finite number in epoch {trained.epochs + 1}, and the weights of epoch "
        f"{trained.best_epoch} are kept; {advice}",
        ConvergenceWarning,
        stacklevel=4,
    )


class ActivationClassifier(ClassifierMixin, NetworkEstimator):  # type: ignore[misc]
    """A network that tells classes apart, with any activation of the catalogue, as a scikit-learn estimator.

    Inputs are standardised inside, as `actlab.compare` does it, by what the rows learned from show: each column gets
    mean 0 and deviation 1, and values beyond those rows' are put at their ends. A scaler in front is not needed and
    does no harm; gaps are refused, so put an imputer in front where there are any.

    Args:
        activation: a name or alias, a declared function such as `actlab.mish`, or a list with one a hidden layer.
        hidden: units of each hidden layer.
        rate: the learning rate, size of one step.
        optimiser: "adam" or "sgd".
        momentum: share of the last step that sgd repeats.
        weight_decay: each step shrinks the weights (not biases) by rate * weight_decay.
        batch: rows a step.
        epochs: most passes over the rows.
        patience: epochs without a lower validation loss after which training ends.
        validation_share: share of the rows, of each class, that is not learned from and picks the epoch whose
            weights are kept; with 0, or where it comes to no row, the rows learned from do.
        random_state: decides those rows, the first weights and the order of rows; a whole number gives the same
            network again.

    Attributes:
        classes_: the classes in their order, (classes,).
        network_: the trained `Network`, which takes standardised rows and knows classes by their place in `classes_`.
        standardisation_: its `transform` standardises rows as the network takes them.
        training_losses_: mean cross-entropy of each epoch, seen while it was learning.
        validation_losses_: that of the rows held aside, at the end of each epoch.
        n_iter_: epochs done.
        best_epoch_: the epoch whose weights were kept, counted from 1.
        dead_units_: for each hidden layer, how many units have slope 0 on every row learned from.
        n_features_in_: how many columns there were.
        feature_names_in_: their names, when they came in a frame.

    >>> from sklearn.datasets import load_iris
    >>> from actlab import ActivationClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> model = ActivationClassifier("mish", rate=0.01, random_state=0).fit(X, y)
    >>> model.score(X, y) > 0.9, model.predict_proba(X).shape
    (True, (150, 3))
    """

    def fit(self, X: Any, y: Any) -> Self:
        """Train a new network.

        Args:
            X: finite numbers, (rows, features).
            y: the class of each row, (rows,): numbers, text or true and false.

        Returns:
            The estimator itself.

        Raises:
            ValueError: arguments, rows or classes that no network can be trained with, or a training that diverged in
                its first epoch; when it diverges later, a ConvergenceWarning says so, and the best weights are kept.
            LookupError: an activation that the catalogue does not know.
        """
        refuse_several_targets(self, y)
        X, y = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(y)
        classes, codes = np.unique(y, return_inverse=True)
        if len(classes) < 2:
            raise ValueError(
                f"y holds 1 class, {classes.tolist()[0]!r}, and a classifier needs at least 2 to tell apart; "
                "bring rows of another class."
            )
        drawn = draw(codes, self.validation_share, self.random_state)
        if len(classes) == 2:
            self._learn(X, codes, "binary", 1, drawn)
        else:
            self._learn(X, codes, "multiclass", len(classes), drawn)
        self.classes_ = classes  # last, for a training that fails leaves what was learned before as it was
        return self

    def predict_proba(self, X: Any) -> Numbers:
        """The probability of each class, (rows, classes), for rows of shape (rows, features)."""
        from scipy import special

        raw = self._outputs(X)
        if len(self.classes_) > 2:
            return np.asarray(special.softmax(raw, axis=1))
        return np.asarray(special.expit(np.hstack([-raw, raw])))

    def predict(self, X: Any) -> npt.NDArray[Any]:
        """The most probable class of each row, (rows,), for rows of shape (rows, features)."""
        places = self.predict_proba(X).argmax(axis=1)
        return self.classes_[places]


class ActivationRegressor(RegressorMixin, NetworkEstimator):  # type: ignore[misc]
    """A network that predicts a number, with any activation of the catalogue, as a scikit-learn estimator.

    Its arguments are those of `ActivationClassifier`. Inputs are standardised inside in the same way, and so is the
    target: each by what the rows learned from show.

    Attributes:
        network_: the trained `Network`, which takes standardised rows and answers with standardised targets.
        standardisation_: its `transform` standardises rows as the network takes them.
        scale_: the `mean` and the `deviation` by which the target was standardised.
        training_losses_: mean squared error of each epoch, of the standardised target, seen while it was learning.
        validation_losses_: that of the rows held aside, at the end of each epoch.
        n_iter_: epochs done.
        best_epoch_: the epoch whose weights were kept, counted from 1.
        dead_units_: for each hidden layer, how many units have slope 0 on every row learned from.
        n_features_in_: how many columns there were.
        feature_names_in_: their names, when they came in a frame.

    >>> from sklearn.datasets import load_diabetes
    >>> from actlab import ActivationRegressor
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = ActivationRegressor("gelu", random_state=0).fit(X, y)
    >>> model.score(X, y) > 0.4, model.predict(X[:2]).shape
    (True, (2,))
    """

    def fit(self, X: Any, y: Any) -> Self:
        """Train a new network.

        Args:
            X: finite numbers, (rows, features).
            y: the number to predict for each row, (rows,).

        Returns:
            The estimator itself.

        Raises:
            ValueError: arguments, rows or targets that no network can be trained with, or a training that diverged in
                its first epoch; when it diverges later, a ConvergenceWarning says so, and the best weights are kept.
            LookupError: an activation that the catalogue does not know.
        """
        refuse_several_targets(self, y)
        X, y = validate_data(self, X, y, dtype=np.float64, y_numeric=True)
        y = y.astype(np.float64)
        drawn = draw(np.zeros(len(y), np.int64), self.validation_share, self.random_state)
        scale = Scale.of_fitting(y[drawn.learned], y)
        scale = scale if scale.deviation > 0 else Scale(scale.mean)  # a constant has nothing to divide by
        self._learn(X, (y - scale.mean) / scale.deviation, "regression", 1, drawn)
        self.scale_ = scale
        return self

    def predict(self, X: Any) -> Numbers:
        """The number predicted for each row, (rows,), for rows of shape (rows, features)."""
        return self._outputs(X)[:, 0] * self.scale_.deviation + self.scale_.mean
