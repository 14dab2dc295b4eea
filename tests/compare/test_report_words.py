"""What a report says: its answer, its cutoff, its numbers and their meaning."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from actlab.compare.metrics import METRICS
from actlab.compare.report import MEANINGS, SCORES, render
from tests.compare.fabricated import fabricated_results
from tests.compare.pages import (
    CASES,
    page_of,
    parsed,
    plain,
    readable,
    text_of,
)
from tests.figures.test_palette import contrast


def test_a_broken_function_is_named_with_its_reason_and_without_numbers():
    page = page_of("one broken")
    assert "every training diverged" in page.text() or "no learning rate" in page.text()
    assert "nan" not in page.text().lower().split()
    assert "elu" in page.text("bdi").split()


def test_an_interrupted_comparison_says_so_first():
    results = CASES["interrupted"]()
    text = text_of("interrupted")
    assert text.index("Not finished") < text.index('id="answer"')
    assert f"of {results.plan.networks} networks" in text
    assert "Not finished" not in text_of("binary")


def test_the_cutoff_is_there_for_two_classes_only():
    assert 'id="cutoff"' in text_of("binary")
    assert "--cost-fn" in fabricated_results().environment.command
    for case in ("multiclass", "regression", "unstarted"):
        assert "cutoff" not in [attributes.get("id") for attributes in page_of(case).all("section")]


def test_the_confusion_counts_stand_where_they_belong():
    results = fabricated_results()
    assert results.cutoff
    text = plain("binary")
    for (_, alarms), (missed, _) in (results.cutoff.confusion_at_half, results.cutoff.confusion_at_chosen):
        assert f"{alarms} false alarms" in text
        assert f"{missed} misses" in text


def test_answers_are_called_by_their_classes():
    results = fabricated_results()
    assert results.cutoff
    turned = replace(results, cutoff=replace(results.cutoff, positive="no", negative="yes"))
    text = readable(render(turned))
    assert "at or above the cutoff is answered no , a lower one yes" in text
    assert "answer yes answer no truly yes 700 20 false alarms truly no 31 misses" in text
    assert "answered “no”" in text


def test_a_choice_of_one_half_gets_one_table_and_one_line():
    results = fabricated_results()
    assert results.cutoff
    curve = replace(results.cutoff, chosen=0.49, saving_low=-0.01)
    kept = render(replace(results, cutoff=curve))
    assert parsed(kept).text("span").count("Cutoff 0.5") == 1
    assert kept.count('class="confusion"') == 1
    assert text_of("binary").count('class="confusion"') == 2
    assert "for all practical purposes 0.5" in readable(kept)
    assert "for all practical purposes 0.5" not in plain("binary")
    assert "0.49 costs" not in kept


def test_nothing_but_one_half_is_said_to_be_just_that():
    results = fabricated_results()
    assert results.cutoff
    counts = results.cutoff.confusion_at_half
    curve = replace(results.cutoff, chosen=0.5, chosen_low=0.5, chosen_high=0.5, saving_low=-0.01)
    text = readable(render(replace(results, cutoff=replace(curve, confusion_at_chosen=counts))))
    assert "all repeats chose 0.5 itself. The table counts" in text


def test_the_cost_of_the_choice_is_told_in_words_and_not_drawn():
    results = fabricated_results()
    assert results.cutoff
    told = "a repeat paid 0.068 for a test row in the mean; with 0.5 it paid 0.142. So choosing on other rows saved"
    assert told in plain("binary")
    assert "(95 % interval of the saving: 0.011 to 0.137)" in plain("binary")
    read = results.cutoff.cost[results.cutoff.cutoffs.index(0.27)]
    assert f"0.27 costs {read:.4f}".rstrip("0") in text_of("binary")
    assert "0.27 costs 0.068" not in text_of("binary")


@pytest.mark.parametrize(
    ("task", "target", "question"),
    [
        ("binary", "bought", "predicts bought best?"),
        ("binary", "target", "tells malignant from benign best?"),
        ("multiclass", "target", "is best on breast_cancer ?"),
        ("regression", "Target", "is best on breast_cancer ?"),
    ],
)
def test_the_question_names_something_that_says_something(task, target, question):
    results = fabricated_results(task)
    data = replace(results.data, name="sklearn:breast_cancer")
    page = readable(render(replace(results, plan=replace(results.plan, target=target), data=data)))
    assert f"Which activation function {question}" in page


def test_classes_that_are_numbers_are_not_asked_after():
    results = fabricated_results()
    data = replace(results.data, classes=(("0", 357), ("1", 212)))
    assert "Which activation function is best on breast_cancer ?" in readable(render(replace(results, data=data)))


def test_dropped_columns_are_not_predicted_from():
    assert "3 columns to predict from, 1 left out, target" in plain("binary")


def test_learning_rates_are_said_to_be_chosen_by_their_loss():
    assert "each learning rate gave the lowest loss on the rows held back" in plain("binary")
    assert "had the best score" not in plain("binary")


def test_the_score_card_counts_the_dead_of_the_worst_layer():
    results = fabricated_results()
    relu = next(each for each in results.candidates if each.activation == "relu")
    uneven = replace(relu, layers=(replace(relu.layers[0], dead_end=0.02), replace(relu.layers[1], dead_end=0.31)))
    candidates = tuple(uneven if each is relu else each for each in results.candidates)
    card = render(replace(results, candidates=candidates)).split("</table>", 1)[0]
    assert "worst layer" in card
    assert '<td class="figure">31 %</td>' in card


def test_why_step_does_not_learn_is_told():
    reason = next(each.reason for each in fabricated_results().candidates if each.activation == "step")
    assert "hidden layers" in reason
    assert reason in page_of("binary").text("dd")


def test_each_number_of_the_score_card_is_shown():
    gelu = next(each for each in fabricated_results().candidates if each.activation == "gelu")
    assert gelu.difference
    text = text_of("binary")
    assert f"{gelu.mean:.3f}" in text
    assert f"± {gelu.deviation:.3f}" in text
    assert f"{abs(gelu.difference.high):.3f}]" in text


def test_the_best_score_comes_first_whichever_way_is_better():
    for case, best_is in (("binary", max), ("regression", min)):
        results = CASES[case]()
        best = best_is(results.candidates, key=lambda each: each.mean).activation
        body = text_of(case).split("<tbody>", 1)[1]
        assert re.search(r"<bdi>([^<]+)</bdi>", body)[1] == best


def test_all_that_is_needed_to_repeat_it_is_there():
    results, text = fabricated_results(), text_of("binary")
    for needed in (results.data.sha256, results.environment.command, results.environment.python):
        assert needed in text
    for package, version in results.environment.packages:
        assert f"{package} {version}" in text
    for run in results.runs:
        assert f"<code>{run.seed}</code>" in text


def test_method_names_its_sources_and_its_words():
    text = page_of("binary").text()
    assert "Nadeau & Bengio, 2003" in text
    assert "Holm" in text
    for word, meaning in MEANINGS.items():
        assert word in text
        assert meaning in text


def test_each_metric_is_explained():
    assert set(SCORES) == set(METRICS)


def test_the_same_results_give_the_same_page():
    assert render(fabricated_results()) == text_of("binary")


def test_badges_can_be_read_on_their_grounds():
    style = page_of("binary").text("style")
    light, dark = ({**dict(found)} for found in _schemes(style))
    for scheme in (light, dark):
        for colour, ground in (
            ("good", "good-ground"),
            ("bad", "bad-ground"),
            ("broken", "broken-ground"),
            ("ink", "plain-ground"),
            ("link", "surface"),
            ("link", "band"),
            ("muted", "page"),
            ("bad", "surface"),
        ):
            assert contrast(scheme[colour], scheme[ground]) >= 4.5, (colour, ground)


def _schemes(style: str) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The variables of the light scheme and of the dark one."""
    screen = style.split("@media print", maxsplit=1)[0]
    found = re.findall(r"--([\w-]+): (#[0-9a-f]{6});", screen)
    seen: set[str] = set()
    light: list[tuple[str, str]] = []
    dark: list[tuple[str, str]] = []
    for name, value in found:
        (dark if name in seen else light).append((name, value))
        seen.add(name)
    return light, dark
