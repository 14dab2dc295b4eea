"""A suite as it is written: what is taken from it, and one sentence with file and key for what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from actlab.compare.plan import ACTIVATIONS, BASELINE
from actlab.compare.records import Plan
from actlab.compare.suite import checked, read_suite
from actlab.compare.suite.reading import PLAN
from actlab.data import DataError, UsageError
from tests.cli.tables import write_table

WINE = '[[data]]\nsource = "sklearn:wine"\n'
IRIS = '[[data]]\nsource = "sklearn:iris"\n'


def suite(folder, text):
    path = folder / "suite.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_suite_has_the_defaults_of_a_comparison(tmp_path):
    found = read_suite(suite(tmp_path, WINE))
    assert (found.activations, found.baseline) == (ACTIVATIONS, BASELINE)
    assert [(each.name, each.source, each.settings) for each in found.members] == [("wine", "sklearn:wine", ())]


def test_every_setting_of_a_plan_can_be_written_and_reaches_it(tmp_path):
    text = """
    [plan]
    activations = ["relu", "swish"]
    baseline = "tanh"
    repeats = 3
    hidden = [8, 4]
    rates = [0.002]
    epochs = 7
    batch = 16
    patience = 5
    matters = 0.5
    cost_false_positive = 2
    cost_false_negative = 3.5
    test_share = 0.3
    validation_share = 0.25
    optimiser = "sgd"
    weight_decay = 0.1
    seed = 9
    """
    found = read_suite(suite(tmp_path, text + WINE))
    (ready,) = checked(found)
    plan = ready.plan
    assert plan.activations == ("tanh", "relu", "silu")
    assert (plan.repeats, plan.hidden, plan.rates, plan.epochs, plan.batch) == (3, (8, 4), (0.002,), 7, 16)
    assert (plan.patience, plan.matters, plan.optimiser, plan.weight_decay, plan.seed) == (5, 0.5, "sgd", 0.1, 9)
    assert (plan.cost_false_positive, plan.cost_false_negative) == (2, 3.5)
    assert (plan.test_share, plan.validation_share) == (0.3, 0.25)
    decided = {"data", "target", "task", "metric", "model"}
    assert set(PLAN) == set(Plan.__dataclass_fields__) - decided


def test_a_data_set_has_its_own_settings_before_the_common_ones(tmp_path):
    found = read_suite(suite(tmp_path, f"[plan]\nepochs = 5\nrepeats = 4\n{WINE}epochs = 9\n{IRIS}"))
    wine, iris = (dict(each.settings) for each in found.members)
    assert wine == {"epochs": 9, "repeats": 4}
    assert iris == {"epochs": 5, "repeats": 4}


def test_a_file_is_looked_for_beside_the_suite_wherever_one_stands(tmp_path, monkeypatch):
    (tmp_path / "tables").mkdir()
    write_table(tmp_path / "tables/customers.csv", churned=[0, 1] * 30)
    path = suite(tmp_path, '[[data]]\nsource = "tables/customers.csv"\ntarget = "churned"\npositive = 0\n')
    monkeypatch.chdir("/")
    (ready,) = checked(read_suite(path))
    assert ready.member.name == "customers"
    assert ready.data.rows == 60
    assert ready.data.classes[1][0] == "0"


BAD = {
    "no TOML": ("[plan\n", "suite.toml is no TOML: expected"),
    "no data": ("[plan]\nrepeats = 3\n", "suite.toml names no data set"),
    "nothing": ("", "suite.toml names no data set"),
    "an empty list": ("data = []\n", "suite.toml names no data set"),
    "one table": ('[data]\nsource = "sklearn:wine"\n', "suite.toml: data is a table; write a list of tables: [[data]]"),
    "unknown at the top": ("[plans]\n" + WINE, "unknown key plans (did you mean `plan`?)"),
    "unknown in the plan": (
        "[plan]\nrepeat = 3\n" + WINE,
        "unknown key plan.repeat (did you mean `repeats`?)",
    ),
    "unknown in a data set": (IRIS + WINE + "postive = 1\n", "unknown key data[2].postive (did you mean `positive`?)"),
    "functions for one data set": (WINE + 'activations = ["relu"]\n', "unknown key data[1].activations"),
    "a plan of another kind": ("plan = 3\n" + WINE, "suite.toml: plan is 3; write a table"),
    "a count in words": ('[plan]\nrepeats = "ten"\n' + WINE, "suite.toml: plan.repeats is 'ten'; write a whole number"),
    "a count that is true": ("[plan]\nrepeats = true\n" + WINE, "plan.repeats is true; write a whole number"),
    "half a repeat": (WINE + "repeats = 2.5\n", "suite.toml: data[1].repeats is 2.5; write a whole number"),
    "a layer alone": (WINE + "hidden = 64\n", "data[1].hidden is 64; write a list of whole numbers"),
    "rates in words": ('[plan]\nrates = ["fast"]\n' + WINE, "plan.rates is ['fast']; write a list of numbers"),
    "functions in a text": ('[plan]\nactivations = "relu"\n' + WINE, "plan.activations is 'relu'; write a list"),
    "no source": ('[[data]]\ntarget = "x"\n', "suite.toml: data[1] has no source"),
    "an empty source": ('[[data]]\nsource = ""\n', "data[1].source is ''"),
    "no file": ('[[data]]\nsource = "tabel.csv"\ntarget = "x"\n', "(did you mean `table.csv`?)"),
    "a file without a target": ('[[data]]\nsource = "table.csv"\n', "suite.toml: data[1] (table) has no target"),
    "a name twice": (WINE + WINE, "suite.toml: data[1] and data[2] are both called wine"),
    "a name twice but for its letters": (WINE + IRIS + 'name = "Wine"\n', "are both called Wine"),
    "a name that leads out": (WINE + 'name = "../wine"\n', "is called '../wine', which can be no folder"),
    "the name of a file of ours": (WINE + 'name = "suite.json"\n', "can be no folder"),
    "a name that ends in a dot": (WINE + 'name = "wine."\n', "can be no folder"),
    "unknown function": ('[plan]\nactivations = ["relu", "gelo"]\n' + WINE, "suite.toml: plan.activations: "),
    "unknown baseline": ('[plan]\nbaseline = "rellu"\n' + WINE, "suite.toml: plan.baseline: "),
    "unknown bundled table": ('[[data]]\nsource = "sklearn:wines"\n', "suite.toml, data set wines: "),
    "unknown column": ('[[data]]\nsource = "table.csv"\ntarget = "chrned"\n', "suite.toml, data set table: "),
    "one repeat": (WINE + "repeats = 1\n", "suite.toml, data set wine: repeats is 1, and at least 2"),
    "unknown optimiser": (WINE + 'optimiser = "lion"\n', "suite.toml, data set wine: "),
    "unknown task": (WINE + 'task = "clustering"\n', "suite.toml, data set wine: "),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_wrong_is_one_sentence_with_file_and_key(case, tmp_path):
    text, phrase = BAD[case]
    write_table(tmp_path / "table.csv")
    with pytest.raises(UsageError) as refusal:
        checked(read_suite(suite(tmp_path, text)))
    assert phrase in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_table_that_cannot_be_used_is_told_with_its_data_set(tmp_path):
    write_table(tmp_path / "table.csv", churned=["yes"] * 60)
    path = suite(tmp_path, WINE + '[[data]]\nsource = "table.csv"\ntarget = "churned"\n')
    with pytest.raises(DataError, match=r"suite\.toml, data set table: "):
        checked(read_suite(path))


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00", "folder"])
def test_no_file_a_folder_and_no_text_are_told(content, tmp_path):
    path = tmp_path / "suit.toml"
    suite(tmp_path, WINE)
    if content == "folder":
        path.mkdir()
    elif content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError, match=r"suit\.toml"):
        read_suite(path)


def test_scikit_posthocs_is_asked_for_before_anything_is_trained(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "scikit_posthocs", None)
    sets = ("wine", "iris", "digits", "diabetes", "breast_cancer")
    few, enough = (
        read_suite(suite(tmp_path, "".join(f'[[data]]\nsource = "sklearn:{each}"\n' for each in sets[:many])))
        for many in (4, 5)
    )
    assert len(checked(few)) == 4
    with pytest.raises(UsageError, match=r'pip install "actlab\[bench\]"'):
        checked(enough)


def test_the_suite_in_the_guide_is_one(tmp_path):
    guide = (Path(__file__).parents[2] / "docs/bench.md").read_text(encoding="utf-8")
    (tmp_path / "tables").mkdir()
    write_table(tmp_path / "tables/patients.csv", outcome=["ill", "well"] * 30)
    text = guide.split("```toml\n")[1].split("```")[0]
    wine, patients = checked(read_suite(suite(tmp_path, text)))
    assert (wine.plan.epochs, patients.plan.epochs) == (200, 100)
    assert patients.data.classes[1][0] == "ill"
    keys = set(PLAN) | {"source", "name", "target", "task", "positive"}
    assert {key for key in keys if f"`{key}`" not in guide} == set()
