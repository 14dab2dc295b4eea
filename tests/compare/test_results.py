"""Results on disk: strict JSON, one Parquet row a run, and whole files or none."""

import json
from dataclasses import fields

import polars as pl
import pytest

from actlab.compare.records import Results
from actlab.compare.results import document, runs_frame, write, write_whole
from tests.compare.fabricated import fabricated_results


def test_document_is_complete_and_strict():
    results = fabricated_results(repeats=3, broken="elu", complete=False)
    found = json.loads(json.dumps(document(results), allow_nan=False))
    assert next(iter(found)) == "schema"
    assert set(found) == {"schema", *(field.name for field in fields(Results))}
    assert found["schema"] == "actlab.compare/1"
    assert found["complete"] is False
    assert len(found["runs"]) == 3 * 10 * 4
    elu = next(each for each in found["candidates"] if each["activation"] == "elu")
    assert elu["mean"] is None
    assert elu["scores"] == [None] * 3
    assert found["chosen"][0]["end"][0]["units"] == 64


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_files(task, tmp_path):
    results = fabricated_results(task, repeats=2)
    paths = write(results, tmp_path / "new" / "folder")
    assert [path.name for path in paths] == ["results.json", "runs.parquet", "report.html"]
    assert sorted(path.name for path in paths[0].parent.iterdir()) == ["report.html", "results.json", "runs.parquet"]
    assert json.loads(paths[0].read_text(encoding="utf-8"))["plan"]["task"] == task
    frame = pl.read_parquet(paths[1])
    assert frame.height == results.plan.networks
    assert frame["chosen"].sum() == len(results.chosen)
    first = frame.filter(pl.col("chosen")).row(0, named=True)
    assert first["test_rows"] == results.chosen[0].test_rows.tolist()
    assert first["test_scores"][0] == results.chosen[0].test_scores.tolist()[0]
    assert first["validation_curve"] == list(results.chosen[0].run.validation_curve)


def test_frame_of_runs_of_which_none_was_chosen():
    results = fabricated_results(repeats=2, broken="relu")
    frame = runs_frame(Results(**{**vars(results), "chosen": ()}))
    assert frame["test_scores"].null_count() == frame.height


def test_failed_write_leaves_the_old_file_and_no_half_one(tmp_path):
    path = tmp_path / "results.json"
    path.write_text("old")

    def fail(beside):
        beside.write_text("half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_whole(path, fail)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_printed_results_fit_on_a_screen():
    results = fabricated_results()
    text = str(results)
    assert text.startswith(results.answer.sentence)
    assert all(each.activation in text for each in results.candidates)
    assert len(text.splitlines()) == len(results.candidates) + 3
    assert len(repr(results)) < 120
