"""A suite carried out: what is kept and what is trained, what it says, and the page that it writes."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from actlab.compare import comparing
from actlab.compare.suite import bench, carry_out, checked, concluded, document, read_suite
from actlab.compare.suite.page import render
from actlab.compare.suite.records import Checked, Done, Member, Suite, SuiteResults
from actlab.compare.suite.writing import SUITE, claimed
from actlab.data import UsageError
from tests.cli.tables import write_table
from tests.compare.fabricated import KINDS, fabricated_results
from tests.compare.pages import HOSTILE, Page, parsed, readable

QUICK = """
[plan]
activations = ["relu", "tanh"]
repeats = 2
hidden = [4]
rates = [0.01]
epochs = 2
"""
SETS = ("one", "two")


def write_suite(folder: Path, sets=SETS, plan=QUICK) -> Path:
    for number, name in enumerate(sets):
        write_table(folder / f"{name}.csv", income=[index * (number + 1) % 7 for index in range(60)])
    data = "".join(f'[[data]]\nsource = "{name}.csv"\ntarget = "churned"\n' for name in sets)
    path = folder / "suite.toml"
    path.write_text(plan + data, encoding="utf-8")
    return path


@pytest.fixture
def trained(monkeypatch):
    """The data set of each network that was trained."""
    names: list[str] = []
    real = comparing.run

    def counted(plan, table, workers, on_progress, *rest):
        def count(progress):
            names.append(plan.data)
            if on_progress is not None:
                on_progress(progress)

        return real(plan, table, workers, count, *rest)

    monkeypatch.setattr(comparing, "run", counted)
    monkeypatch.setattr("actlab.compare.report.render", lambda _: "the report of a data set has tests of its own")
    return names


def fabricated(sets: dict[str, dict[str, Any]], stopped: tuple[str, ...] = ()) -> SuiteResults:
    """A suite that nobody ran: the options of fabricated results by data set; the stopped ones are not whole."""
    done = []
    for seed, (name, options) in enumerate(sets.items()):
        results = fabricated_results(seed=seed, complete=name not in stopped, **options)
        ready = Checked(Member(name, "sklearn:breast_cancer", None, None, None), results.plan, results.data)
        done.append(Done(ready, results))
    every = [each.checked for each in done]
    suite = Suite("suite.toml", tuple(KINDS), "relu", tuple(each.member for each in every))
    return concluded(suite, every, done, fabricated_results().environment)


def many(count: int, **options: Any) -> dict[str, dict[str, Any]]:
    return {f"data {index}": options for index in range(count)}


def hostile() -> SuiteResults:
    found = fabricated({name or "empty": {} for name in HOSTILE})
    results = found.done[0].results
    assert results is not None
    names = dict(zip(KINDS, (*HOSTILE, *list(KINDS)[len(HOSTILE) :]), strict=True))
    done = []
    for each in found.done:
        assert each.results is not None
        plan = replace(each.results.plan, activations=tuple(names.values()), baseline=names["relu"])
        own = tuple(replace(one, activation=names[one.activation]) for one in each.results.candidates)
        own_results = replace(each.results, plan=plan, candidates=own)
        done.append(Done(replace(each.checked, plan=plan), own_results))
    return concluded(found.suite, [each.checked for each in done], done, found.environment)


CASES = {
    "one data set": lambda: fabricated(many(1)),
    "four data sets": lambda: fabricated(many(4)),
    "six data sets": lambda: fabricated(many(6)),
    "twelve data sets": lambda: fabricated(many(12)),
    "mixed units": lambda: fabricated(many(5) | {"price": {"task": "regression"}, "kinds": {"task": "multiclass"}}),
    "one broken": lambda: fabricated(many(5) | {"hard": {"broken": "gelu"}}),
    "baseline broken": lambda: fabricated(many(5) | {"hard": {"broken": "relu"}}),
    "stopped": lambda: fabricated(many(3) | {"late": {}}, stopped=("late",)),
    "nothing finished": lambda: fabricated({"late": {}}, stopped=("late",)),
    "hostile": hostile,
}
every_case = pytest.mark.parametrize("case", CASES)


@pytest.fixture(scope="module")
def pages():
    pytest.importorskip("scikit_posthocs")
    return {case: render(make()) for case, make in CASES.items()}


def test_a_suite_called_again_trains_nothing_and_says_the_same(tmp_path, trained):
    first = bench(write_suite(tmp_path), out=tmp_path / "out")
    assert len(trained) == 8
    assert first.complete
    assert [each.kept for each in first.done] == [False, False]
    (tmp_path / "out/one/report.html").unlink()
    second = bench(tmp_path / "suite.toml", out=tmp_path / "out")
    assert len(trained) == 8
    assert [each.kept for each in second.done] == [True, True]
    assert document(second)["ranking"] == document(first)["ranking"]
    for name in SETS:
        assert {each.name for each in (tmp_path / "out" / name).iterdir()} >= {"report.html", "results.json"}


def test_only_what_changed_is_trained(tmp_path, trained):
    bench(write_suite(tmp_path), out=tmp_path / "out")
    trained.clear()
    found = bench(write_suite(tmp_path, (*SETS, "three")), out=tmp_path / "out")
    assert set(trained) == {"three.csv"}
    assert found.ranking is not None
    assert found.ranking.data_sets == ("one", "two", "three")
    write_table(tmp_path / "two.csv", income=[1, 2] * 30)
    trained.clear()
    bench(tmp_path / "suite.toml", out=tmp_path / "out")
    assert set(trained) == {"two.csv"}
    trained.clear()
    bench(write_suite(tmp_path, plan=QUICK.replace("epochs = 2", "epochs = 3")), out=tmp_path / "out")
    assert set(trained) == {"one.csv", "two.csv"}
    trained.clear()
    bench(write_suite(tmp_path), out=tmp_path / "out")
    assert trained == []
    kept = json.loads((tmp_path / "out/one/results.json").read_text(encoding="utf-8"))
    assert kept["plan"]["epochs"] == 2


def test_one_store_keeps_all_data_sets(tmp_path, trained):
    path, store = write_suite(tmp_path), tmp_path / "all.sqlite"
    bench(path, out=tmp_path / "out", store=store)
    assert store.is_file()
    assert not list((tmp_path / "out").glob("*/runs.sqlite"))
    trained.clear()
    again = bench(path, out=tmp_path / "elsewhere", store=store)
    assert trained == []
    assert again.complete
    assert (tmp_path / "elsewhere/one/report.html").is_file()


def test_a_stopped_suite_goes_on_where_it_was_stopped_and_ends_as_if_it_had_not(tmp_path, trained):
    path = write_suite(tmp_path)
    whole = bench(path, out=tmp_path / "whole")
    suite, out = read_suite(path), tmp_path / "out"
    first, second = checked(suite)
    trained.clear()
    assert carry_out(first, out / "one").complete

    def press(progress):
        if progress.done == 2:
            raise KeyboardInterrupt

    torn = carry_out(second, out / "two", on_progress=press, workers=1)
    assert not torn.complete
    found = concluded(suite, [first, second], [carry_out(first, out / "one"), torn], whole.environment)
    assert not found.complete
    assert found.ranking is not None
    assert found.ranking.data_sets == ("one",)
    so_far = len(trained)
    (out / SUITE).write_text('{"schema": "actlab.suite/1"}', encoding="utf-8")
    again = bench(path, out=out)
    assert 0 < len(trained) - so_far < 4
    assert document(again)["ranking"] == document(whole)["ranking"]
    assert "Not ranked, because not all networks are trained: two." in " ".join(found.conclusion.reasons)


def test_stopped_before_the_first_network_leaves_nothing_behind(tmp_path, monkeypatch):
    def press(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("actlab.compare.suite.carrying.compare", press)
    with pytest.raises(KeyboardInterrupt):
        bench(write_suite(tmp_path), out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("x")
    with pytest.raises(UsageError, match="no suite wrote"), claimed(tmp_path):
        pass
    with pytest.raises(UsageError, match="is a file"), claimed(tmp_path / "thesis.tex"):
        pass
    assert [each.name for each in tmp_path.iterdir()] == ["thesis.tex"]


def test_the_document_has_a_schema_and_every_number_is_one(tmp_path):
    pytest.importorskip("scikit_posthocs")
    found = document(CASES["one broken"]())
    assert next(iter(found)) == "schema"
    text = json.dumps(found, allow_nan=False)
    assert found["schema"] == "actlab.suite/1"
    assert '"verdict": "BROKEN", "rank": 10.0' in text
    assert found["data_sets"][5]["scores"][7]["mean"] is None
    assert len(found["ranking"]["nemenyi"]["p"]) == len(KINDS)


def sentences(case: str) -> tuple[str, str, str]:
    pytest.importorskip("scikit_posthocs")
    said = CASES[case]().conclusion
    return said.sentence, said.confidence, " ".join(said.reasons)


def test_too_few_data_sets_are_said_to_be_too_few():
    for case, those in (("one data set", "this data set"), ("four data sets", "these 4 data sets")):
        sentence, confidence, reasons = sentences(case)
        assert f"best on {those}, too few to say more." in sentence
        assert "takes at least 5" in confidence
        assert "shown" not in reasons


def test_what_luck_explains_is_not_shown():
    equal = fabricated_results()
    own = equal.candidates[3]
    names = list(KINDS)
    done = []
    for place in range(6):  # the functions take turns at being best
        scores = {name: 0.9 + 0.001 * ((place * 3 + at * 7) % 10) for at, name in enumerate(names)}
        found = replace(equal, candidates=tuple(replace(own, activation=each, mean=scores[each]) for each in names))
        done.append(Done(Checked(Member(f"d{place}", "s", None, None, None), equal.plan, equal.data), found))
    suite = Suite("s.toml", tuple(names), "relu", ())
    said = concluded(suite, [each.checked for each in done], done, equal.environment).conclusion
    assert said.sentence == "Over 6 data sets no function is shown to rank better than another."
    assert "no proof that they are equal" in said.confidence
    assert "takes at least 9" in " ".join(said.reasons)


def test_a_clear_order_is_said_with_what_it_rests_on():
    sentence, confidence, reasons = sentences("twelve data sets")
    assert sentence.startswith("Over 12 data sets tanh, sigmoid and step rank worse than mish; the other 6 cannot")
    assert "fewer than 1 % of the cases" in confidence
    assert re.search(r"step.* shown worse than relu", reasons)


def test_a_function_that_broke_is_told():
    assert "gelu broke on hard, and takes the last place there." in sentences("one broken")[2]


def test_every_function_broken_everywhere_is_no_ranking():
    broken = fabricated_results()
    own = tuple(replace(each, mean=float("nan"), verdict="BROKEN") for each in broken.candidates)
    ready = Checked(Member("gone", "s", None, None, None), broken.plan, broken.data)
    done = Done(ready, replace(broken, candidates=own))
    found = concluded(Suite("s.toml", (), "relu", ()), [ready], [done], broken.environment)
    assert found.ranking is None
    assert found.conclusion.sentence == "No training was finished on any data set."
    assert "every function broke there: gone" in " ".join(found.conclusion.reasons)


def page_of(pages: dict[str, str], case: str) -> Page:
    return parsed(pages[case])


@every_case
def test_the_page_is_whole_loads_nothing_and_every_reference_leads_somewhere(pages, case):
    page = page_of(pages, case)
    assert (page.wrong, page.open) == ([], [])
    assert not page.all("script")
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(set(ids)) == len(ids)
    links = [attributes["href"] for attributes in page.all("a")]
    assert {each[1:] for each in links if each.startswith("#")} <= set(ids)
    outside = [each for each in links if re.match(r"\w+:", each)]
    assert all(each.startswith("https://jmlr.org/") for each in outside)
    assert {each for each in links if each.endswith("report.html")} <= {each for each in links if each not in outside}
    sections = {attributes["id"]: attributes["aria-labelledby"] for attributes in page.all("section")}
    assert {f"{name}-heading" for name in sections} == set(sections.values())
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h\d", tag)]
    assert all(after - before <= 1 for before, after in pairwise(levels))


@every_case
def test_every_data_set_is_a_column_and_every_function_a_row(pages, case):
    results = CASES[case]()
    table = pages[case].split('class="matrix"')[1].split("</table>")[0]
    assert table.count("<tr>") == 1 + len(results.done[0].checked.plan.activations)
    assert table.count('scope="col"') == 1 + len(results.done)


def test_the_page_says_what_a_rank_and_a_critical_difference_are(pages):
    text = readable(pages["six data sets"])
    assert "A place in an order." in text
    assert "How far apart two mean ranks must lie before luck is no good explanation" in text
    assert "critical difference" in text


def test_the_page_draws_no_critical_difference_that_was_not_tested(pages):
    for case, drawn in (("six data sets", True), ("four data sets", False), ("stopped", False)):
        assert bool(re.search(r"critical difference \d", pages[case])) == drawn
    assert "fewer than 5 data sets cannot support a test" in readable(pages["four data sets"])


def test_a_stopped_suite_says_so_on_top(pages):
    text = readable(pages["stopped"])
    assert "Not finished. 3 of 4 data sets are finished, and only they are ranked." in text
    assert "so it is not ranked" in text
    assert "Not finished." not in readable(pages["six data sets"])


def test_the_pair_test_is_named_after_the_units(pages):
    assert "Wilcoxon’s signed-rank test, exact" in readable(pages["six data sets"])
    assert "The sign test, exact" in readable(pages["mixed units"])
