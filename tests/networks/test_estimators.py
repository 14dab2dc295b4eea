"""The estimators: scikit-learn's own checks, its searches and pipelines, and as good as its networks."""

import pickle

import joblib
import numpy as np
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_iris
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV, KFold, StratifiedKFold, cross_val_score
from sklearn.multioutput import MultiOutputRegressor
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

import actlab
from actlab.networks import unit_readings
from actlab.networks.arguments import draw
from actlab.networks.estimators import ActivationClassifier, ActivationRegressor

CANCER, IRIS, DIABETES = (load(return_X_y=True) for load in (load_breast_cancer, load_iris, load_diabetes))
SHORT = {"hidden": (16,), "rate": 0.01, "epochs": 50, "random_state": 0}


@parametrize_with_checks([ActivationClassifier(), ActivationRegressor()])
def test_scikit_learns_own_checks(estimator, check):
    check(estimator)


def test_every_check_is_expected_to_pass():
    for estimator in (ActivationClassifier(), ActivationRegressor()):
        tags = estimator.__sklearn_tags__()
        assert not tags.non_deterministic
        assert not tags.no_validation
        assert not (tags.classifier_tags or tags.regressor_tags).poor_score


@pytest.mark.parametrize("load", [load_breast_cancer, load_digits])
def test_as_accurate_as_scikit_learns_network(load):
    X, y = load(return_X_y=True)
    folds = StratifiedKFold(3, shuffle=True, random_state=0)
    peer = make_pipeline(StandardScaler(), MLPClassifier((64, 64), batch_size=64, early_stopping=True, random_state=0))
    ours = cross_val_score(ActivationClassifier(random_state=0), X, y, cv=folds).mean()
    assert ours > cross_val_score(peer, X, y, cv=folds).mean() - 0.01
    assert ours > 0.94


def test_a_number_is_predicted_as_well_as_a_line_does():
    folds = KFold(5, shuffle=True, random_state=0)
    assert cross_val_score(ActivationRegressor("gelu", random_state=0), *DIABETES, cv=folds).mean() > 0.3


def test_a_grid_searches_activations_by_any_spelling():
    grid = {"activation": ["step", actlab.mish, ["tanh", "Swish"]], "hidden": [(16, 16)]}
    search = GridSearchCV(ActivationClassifier(rate=0.01, epochs=20, random_state=0), grid, cv=3).fit(*IRIS)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert search.best_params_["activation"] != "step"
    assert len(search.best_estimator_.network_.architecture.hidden) == 2


def test_a_pipeline_passes_its_parameters_on():
    model = make_pipeline(StandardScaler(), ActivationClassifier(**SHORT)).set_params(
        activationclassifier__activation="elu"
    )
    assert model.fit(*CANCER).score(*CANCER) > 0.95
    assert model[-1].network_.architecture.activations == ("elu",)


@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_folds_side_by_side_give_the_same_scores(backend):
    model = ActivationClassifier(actlab.mish, **SHORT)
    alone = cross_val_score(model, *CANCER, cv=4)
    with joblib.parallel_config(backend=backend):
        assert cross_val_score(model, *CANCER, cv=4, n_jobs=2).tolist() == alone.tolist()


@pytest.mark.parametrize(("kind", "data"), [(ActivationClassifier, CANCER), (ActivationRegressor, DIABETES)])
def test_the_same_random_state_gives_the_same_network(kind, data):
    X, y = data
    model = kind(**SHORT).fit(X, y)
    again = clone(model).fit(X, y)
    kept = pickle.loads(pickle.dumps(model))
    other = clone(model).set_params(random_state=1).fit(X, y)
    expected = model.predict(X).tolist()
    assert expected == again.predict(X).tolist() == kept.predict(X).tolist()
    assert model.training_losses_ != other.training_losses_


def test_a_clone_keeps_the_declared_function():
    assert clone(ActivationClassifier(actlab.mish)).activation is actlab.mish


@pytest.mark.parametrize("activation", ["relu", "mish", "prelu"])
def test_a_rows_answer_does_not_depend_on_its_neighbours(activation):
    X, y = IRIS
    model = ActivationClassifier(activation, **SHORT).fit(X, y)
    together = model.predict_proba(X)
    for start, stop in ((0, 1), (7, 10), (50, 77)):
        assert model.predict_proba(X[start:stop]).tolist() == together[start:stop].tolist()


@pytest.mark.parametrize("names", [["no", "yes"], [False, True], [3, 7], ["a", "b", "c"], [-1, 0, 1]])
def test_classes_keep_their_names(names):
    X, y = IRIS
    X, y = X[y < len(names)], y[y < len(names)]
    model = ActivationClassifier(**SHORT).fit(X, np.array(names)[y])
    assert model.classes_.tolist() == names
    assert model.predict(X).dtype == np.array(names).dtype
    assert model.score(X, np.array(names)[y]) > 0.9
    probabilities = model.predict_proba(X)
    assert probabilities.shape == (len(X), len(names))
    assert log_loss(y, probabilities) < 0.5
    assert model.predict(X).tolist() == model.classes_[probabilities.argmax(axis=1)].tolist()


def test_sure_answers_keep_the_probability_of_being_wrong():
    X = np.r_[np.full(50, -1.0), np.full(50, 1.0)][:, None]
    y = (X[:, 0] > 0).astype(int)
    sure = ActivationClassifier("identity", rate=0.1, epochs=500, patience=500, random_state=0).fit(X, y)
    lowest = sure.predict_proba(X).min()
    assert 0 < lowest < 1e-8  # 1 - p would be 0 in float32


def test_what_came_of_the_training_is_noted():
    X, y = CANCER
    model = ActivationClassifier(hidden=(32, 8), random_state=0).fit(X, y)
    assert model.n_features_in_ == 30
    assert model.n_iter_ == len(model.training_losses_) == len(model.validation_losses_)
    assert model.validation_losses_[model.best_epoch_ - 1] == min(model.validation_losses_)
    learned = draw(y, 0.15, 0).learned
    rows = model.standardisation_.transform(X[learned])
    assert rows.mean(axis=0) == pytest.approx(0, abs=1e-9)
    readings = unit_readings(model.network_, rows, y[learned])
    assert model.dead_units_ == tuple(reading.dead for reading in readings)
    assert model.predict_proba(X[learned])[:, 1] == pytest.approx(model.network_.scores(rows), abs=1e-6)


def test_units_that_no_row_gives_a_slope_are_dead():
    assert ActivationClassifier("step", hidden=(32, 8), epochs=2, random_state=0).fit(*CANCER).dead_units_ == (32, 8)


def test_columns_of_any_unit_give_the_same_network():
    X, y = IRIS
    model = ActivationClassifier(**SHORT)
    expected = model.fit(X, y).predict_proba(X)
    units = np.array([2.0**-40, 1.0, 2.0**40, 2.0**300])
    assert clone(model).fit(X * units, y).predict_proba(X * units) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize(("factor", "shift"), [(1e-3, 0.0), (1.0, 1e9), (1e200, 0.0), (-50.0, 7.0)])
def test_targets_of_any_unit_are_predicted_alike(factor, shift):
    X, y = DIABETES
    expected = ActivationRegressor(**SHORT).fit(X, y).predict(X) if factor > 0 else None
    model = ActivationRegressor(**SHORT).fit(X, y * factor + shift)
    predicted = (model.predict(X) - shift) / factor
    assert predicted.dtype == np.float64
    if expected is not None:
        assert predicted == pytest.approx(expected, rel=1e-2)
    assert model.score(X, y * factor + shift) > 0.3 if factor < 1e100 else True


def test_a_constant_target_is_its_own_prediction():
    model = ActivationRegressor(**SHORT).fit(DIABETES[0], np.full(442, 5.0))
    assert model.predict(DIABETES[0][:3]) == pytest.approx([5.0] * 3, abs=0.5)


def test_without_hidden_layers_it_is_a_straight_line():
    X, y = DIABETES
    line = ActivationRegressor(hidden=(), rate=0.05, epochs=100, validation_share=0, random_state=0).fit(X, y)
    assert line.dead_units_ == ()
    middle = (X[:50] + X[50:100]) / 2
    assert line.predict(middle) == pytest.approx((line.predict(X[:50]) + line.predict(X[50:100])) / 2, rel=1e-4)


@pytest.mark.parametrize("rows", [1, 2, 5])
def test_a_handful_of_rows_is_enough(rows):
    X, y = DIABETES
    assert np.isfinite(ActivationRegressor(**SHORT).fit(X[:rows], y[:rows]).predict(X)).all()
    few = ActivationClassifier(**SHORT).fit(X[: rows + 1], np.arange(rows + 1))
    assert few.predict_proba(X).shape == (442, rows + 1)


def test_frames_bring_their_columns_names():
    X, y = IRIS
    frame = pl.DataFrame(X, schema=["a", "b", "c", "d"])
    model = ActivationClassifier(**SHORT).fit(frame, pl.Series(y))
    assert model.feature_names_in_.tolist() == ["a", "b", "c", "d"]
    assert model.predict(frame).tolist() == ActivationClassifier(**SHORT).fit(X, y).predict(X).tolist()
    with pytest.raises(ValueError, match="feature names"):
        model.predict(frame.rename({"a": "z"}))


def test_pandas_frames_bring_theirs():
    pd = pytest.importorskip("pandas")
    X, y = IRIS
    frame = pd.DataFrame(X, columns=["a", "b", "c", "d"])
    model = ActivationClassifier(**SHORT).fit(frame, pd.Series(y))
    assert model.feature_names_in_.tolist() == ["a", "b", "c", "d"]
    assert model.predict(frame).tolist() == ActivationClassifier(**SHORT).fit(X, y).predict(X).tolist()


def test_single_precision_rows_give_nearly_the_same():
    X, y = CANCER
    double, single = (ActivationClassifier(**SHORT).fit(rows, y).predict_proba(X) for rows in (X, X.astype(np.float32)))
    assert single == pytest.approx(double, abs=1e-3)


def test_divergence_after_some_epochs_is_a_warning():
    model = ActivationClassifier("elu", hidden=(64,) * 4, optimiser="sgd", rate=0.5, random_state=0)
    with pytest.warns(ConvergenceWarning, match=r"weights of epoch 1 are kept; write a smaller rate than 0.5") as said:
        model.fit(*CANCER)
    assert said[0].filename == __file__
    assert np.isfinite(model.predict_proba(CANCER[0])).all()


@pytest.mark.parametrize(("kind", "data"), [(ActivationClassifier, CANCER), (ActivationRegressor, DIABETES)])
def test_divergence_at_once_leaves_no_network(kind, data):
    model = kind(optimiser="sgd", rate=1e6, random_state=0)
    with pytest.raises(ValueError, match=r"in the first epoch; write a smaller rate than 1e\+06, such as rate=0.001"):
        model.fit(*data)
    with pytest.raises(NotFittedError):
        model.predict(data[0])


def test_a_failed_fit_leaves_what_was_learned_before():
    model = ActivationClassifier(**SHORT).fit(*CANCER)
    before = model.predict_proba(CANCER[0]).tolist()
    with pytest.raises(ValueError, match="in the first epoch"):
        model.set_params(optimiser="sgd", rate=1e6).fit(CANCER[0], np.where(CANCER[1], "a", "b"))
    assert model.classes_.tolist() == [0, 1]
    assert model.predict_proba(CANCER[0]).tolist() == before


@pytest.mark.parametrize(
    ("change", "error", "sentence"),
    [
        ({"activation": "rellu"}, LookupError, "Did you mean relu"),
        ({"activation": "softmax"}, ValueError, "does not work on one number at a time"),
        ({"activation": 3}, TypeError, "write a name"),
        ({"hidden": 0}, ValueError, "hidden is 0; write the units of each hidden layer"),
        ({"rate": -1}, ValueError, "must be above 0, such as 0.001"),
        ({"epochs": 0}, ValueError, "epochs is 0"),
        ({"validation_share": 1.5}, ValueError, "validation_share is 1.5"),
        ({"random_state": "luck"}, ValueError, "cannot be used to seed"),
    ],
)
@pytest.mark.parametrize(("kind", "data"), [(ActivationClassifier, CANCER), (ActivationRegressor, DIABETES)])
def test_arguments_that_cannot_be_get_a_sentence(kind, data, change, error, sentence):
    model = kind().set_params(**change)
    with pytest.raises(error, match=sentence):
        model.fit(*data)


def test_one_class_gets_a_sentence():
    with pytest.raises(ValueError, match="y holds 1 class, 'a', and a classifier needs at least 2"):
        ActivationClassifier().fit(IRIS[0], ["a"] * 150)


def test_several_targets_get_a_sentence_that_names_what_takes_them():
    X, y = DIABETES
    both = np.c_[y, -y]
    with pytest.raises(ValueError, match=r"y has 2 columns.*write MultiOutputRegressor\(ActivationRegressor\(\)\)"):
        ActivationRegressor().fit(X, both)
    assert MultiOutputRegressor(ActivationRegressor(**SHORT)).fit(X, both).predict(X).shape == both.shape
    with pytest.raises(ValueError, match=r"write MultiOutputClassifier\(ActivationClassifier\(\)\)"):
        ActivationClassifier().fit(IRIS[0], np.eye(3)[IRIS[1]])


def test_gaps_are_refused():
    X = IRIS[0].copy()
    X[3, 1] = np.nan
    with pytest.raises(ValueError, match="Input X contains NaN"):
        ActivationClassifier().fit(X, IRIS[1])
