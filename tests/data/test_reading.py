"""Reading tables: what becomes a feature, what is found on the way, and what is refused with which sentence."""

import hashlib

import numpy as np
import polars as pl
import pytest

from actlab.data import DataError, UsageError, read, table_of

ROWS = 60


@pytest.fixture
def patients():
    generator = np.random.default_rng(3)
    return pl.DataFrame(
        {
            "age": generator.integers(20, 80, ROWS),
            "pressure": [
                None if row % 10 == 0 else float(value) for row, value in enumerate(generator.normal(120, 9, ROWS))
            ],
            "ward": [["north", "south", None][row // 5 % 3] for row in range(ROWS)],
            "smoker": [row % 4 == 0 for row in range(ROWS)],
            "file": [f"case-{row}" for row in range(ROWS)],
            "number": np.arange(1, ROWS + 1),
            "country": ["FI"] * ROWS,
            "nothing": pl.Series([None] * ROWS, dtype=pl.Float64),
            "outcome": ["ill" if row % 3 else "well" for row in range(ROWS)],
        }
    )


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_csv_and_parquet_read_alike(patients, tmp_path, suffix):
    path = tmp_path / f"patients [a-c]{suffix}"
    patients.write_csv(path) if suffix == ".csv" else patients.write_parquet(path)
    table = read(str(path), "outcome")
    assert table.name == path.name
    assert table.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (table.task, table.classes, table.rows) == ("binary", ("ill", "well"), ROWS)
    assert table.y.tolist() == [0 if row % 3 else 1 for row in range(ROWS)]
    assert table.named("numeric") == ("age", "pressure")
    assert table.named("categorical") == ("ward", "smoker")
    assert table.named("dropped") == ("file", "number", "country", "nothing")
    assert {column.name: column.missing for column in table.columns}["pressure"] == 6
    assert table.frame.columns == ["age", "pressure", "ward", "smoker"]
    assert [finding.code for finding in table.findings] == ["D101", "D102", "D103", "D104", "D106", "D110", "D112"]


@pytest.mark.parametrize("separator", [";", "\t"])
def test_other_separators_are_seen_in_the_header(patients, tmp_path, separator):
    path = tmp_path / "patients.csv"
    patients.write_csv(path, separator=separator)
    assert read(path, "outcome").named("numeric") == ("age", "pressure")


@pytest.mark.parametrize(
    ("name", "task", "classes", "features"),
    [
        ("breast_cancer", "binary", ("benign", "malignant"), 30),
        ("wine", "multiclass", ("class_0", "class_1", "class_2"), 13),
        ("iris", "multiclass", ("setosa", "versicolor", "virginica"), 4),
        ("digits", "multiclass", tuple("0123456789"), 61),
        ("diabetes", "regression", (), 10),
    ],
)
def test_bundled_sets(name, task, classes, features):
    table = read(f"sklearn:{name}", "target")
    assert (table.task, table.classes, table.frame.width) == (task, classes, features)
    assert table.y.dtype == (np.float64 if task == "regression" else np.int64)


def test_malignant_is_the_positive_class_and_can_be_turned():
    table = read("sklearn:breast_cancer", "target")
    assert table.class_counts == (357, 212)
    turned = read("sklearn:breast_cancer", "target", positive="benign")
    assert turned.classes == ("malignant", "benign")
    assert (turned.y == 1 - table.y).all()


def test_infinite_and_nan_features_are_missing():
    table = table_of({"x": [np.inf, np.nan, *range(58)], "y": [0, 1] * 30}, "y")
    assert table.columns[0].missing == 2
    assert "D107" in [finding.code for finding in table.findings]


def test_repeated_rows_and_many_categories_are_found():
    words = [f"word {row % 30}" for row in range(120)]
    table = table_of({"x": words, "y": [0, 1] * 60}, "y")
    assert table.columns[0].kind == "categorical"
    assert [finding.code for finding in table.findings] == ["D108", "D109", "D110", "D112"]
    assert "90 rows of 120" in table.findings[1].sentence


def test_one_repeated_row_repeats():
    table = table_of({"x": [7.5, 7.5, *range(58)], "y": [0, 0] + [0, 1] * 29}, "y")
    assert "1 row of 60 repeats another row" in table.findings[0].sentence


def test_pair_of_arrays():
    X = np.random.default_rng(0).normal(size=(60, 3))
    table = table_of((X, np.arange(60) % 2))
    assert (table.target, table.frame.columns) == ("target", ["x0", "x1", "x2"])


def test_unknown_column_names_the_nearest(patients):
    with pytest.raises(UsageError, match="did you mean `outcome`"):
        table_of(patients, "outcom")


def test_unknown_column_names_the_last_one_of_many():
    with pytest.raises(UsageError, match=r"`pixel_0_5` and 59 more, the last of them `target`\.$"):
        read("sklearn:digits", "digit")


def test_table_without_a_usable_column_says_why():
    with pytest.raises(DataError, match=r"No column beside the target `y` can be used \(`x` has the same value"):
        table_of({"x": [1] * 60, "y": [0, 1] * 30}, "y")
    with pytest.raises(DataError, match="no other column"):
        table_of({"y": [0, 1] * 30}, "y")


@pytest.mark.parametrize("data", [(np.zeros((5, 2)), np.zeros(4)), (np.zeros(5), np.zeros(5)), (1, 2, 3), 7])
def test_data_of_another_kind_is_refused(data):
    with pytest.raises(UsageError):
        table_of(data, "y")
