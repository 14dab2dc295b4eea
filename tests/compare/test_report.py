"""The report is one whole, honest and accessible page, whatever the data are called."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field, replace
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from actlab.compare.metrics import METRICS
from actlab.compare.records import Candidate, Chosen, ColumnRead, Results
from actlab.compare.report import MEANINGS, SCORES, render
from tests.compare.fabricated import fabricated_results
from tests.figures.test_palette import contrast

VOID = {"meta", "link", "br", "hr", "img", "input", "col"}
SECTIONS = ("answer", "scores", "differences", "repeats", "learning", "units", "cost", "data", "method", "reproduce")
SCRIPT = "<script>alert(1)</script>"
HOSTILE = (SCRIPT, '"><img src=x onerror=alert(1)>', "{{ 7 * 7 }}", "x" * 200, "دالة", "a\x00b")


@dataclass
class Page(HTMLParser):
    """A parsed page: every element with its attributes, and what does not close as it should."""

    elements: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    texts: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, {key: value or "" for key, value in attributes}))
        if len(attributes) != len(dict(attributes)):
            self.wrong.append(f"{tag} has an attribute twice")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, {key: value or "" for key, value in attributes}))

    def handle_endtag(self, tag):
        if not self.open or self.open[-1] != tag:
            self.wrong.append(f"</{tag}> closes {self.open[-1:]}")
        else:
            self.open.pop()

    def handle_data(self, data):
        self.texts.append((self.open[-1] if self.open else "", data))

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for each, attributes in self.elements if each == tag]

    def text(self, tag: str = "") -> str:
        return " ".join(text for where, text in self.texts if (where == tag if tag else where != "style"))


def parsed(text: str) -> Page:
    page = Page()
    page.feed(text)
    page.close()
    return page


def one_candidate() -> Results:
    results = fabricated_results()
    return replace(
        results,
        plan=replace(results.plan, activations=("relu",)),
        runs=tuple(run for run in results.runs if run.activation == "relu"),
        chosen=tuple(each for each in results.chosen if each.run.activation == "relu"),
        candidates=tuple(each for each in results.candidates if each.activation == "relu"),
    )


def renamed(names: tuple[str, ...], layers: int = 2) -> Results:
    """As many candidates as names, made of the fabricated ones, with that many layers each."""
    results = fabricated_results()
    own = results.candidates

    def candidate(index: int, name: str) -> Candidate:
        found = own[index % len(own)]
        verdict = "SAME" if found.verdict == "BASELINE" and name != names[3] else found.verdict
        return replace(found, activation=name, verdict=verdict, layers=(found.layers * layers)[:layers])

    def chosen(index: int, name: str) -> list[Chosen]:
        old = own[index % len(own)].activation
        return [replace(e, run=replace(e.run, activation=name)) for e in results.chosen if e.run.activation == old]

    return replace(
        results,
        plan=replace(results.plan, activations=names, baseline=names[3], target=names[0], data=names[0]),
        candidates=tuple(candidate(index, name) for index, name in enumerate(names)),
        chosen=tuple(each for index, name in enumerate(names) for each in chosen(index, name)),
        answer=replace(results.answer, activation=names[3], sentence=f"Keep {names[0]}.", confidence=names[0]),
        data=replace(
            results.data,
            name=names[0],
            target=names[1],
            classes=tuple((name, 10) for name in names[:2]),
            columns=tuple(ColumnRead(name, "numeric", 0, name) for name in names),
            findings=tuple(("D101", name) for name in names),
        ),
        cutoff=replace(results.cutoff, positive=names[0], negative=names[1]) if results.cutoff else None,
        environment=replace(results.environment, command=f"actlab compare '{names[0]}'"),
    )


def unstarted() -> Results:
    """Stopped before one repeat was whole."""
    results = fabricated_results(complete=False)
    nan = float("nan")
    empty = tuple(
        replace(each, scores=(), mean=nan, deviation=nan, difference=None, layers=(), rates=(), verdict="UNSURE")
        for each in results.candidates
    )
    return replace(results, runs=results.runs[:3], chosen=(), candidates=empty, cutoff=None)


CASES = {
    "binary": fabricated_results,
    "multiclass": lambda: fabricated_results("multiclass"),
    "regression": lambda: fabricated_results("regression"),
    "interrupted": lambda: fabricated_results(complete=False),
    "unstarted": unstarted,
    "one broken": lambda: fabricated_results(broken="elu"),
    "baseline broken": lambda: fabricated_results("regression", broken="relu"),
    "one candidate": one_candidate,
    "one repeat": lambda: fabricated_results(repeats=1),
    "two repeats": lambda: fabricated_results(repeats=2),
    "25 names, 12 layers": lambda: renamed(tuple(f"function_{index}" for index in range(25)), 12),
    "hostile": lambda: renamed(HOSTILE),
}


@cache
def text_of(case: str) -> str:
    return render(CASES[case]())


@cache
def page_of(case: str) -> Page:
    return parsed(text_of(case))


def readable(text: str) -> str:
    """What a page says, without its tags."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def plain(case: str) -> str:
    return readable(text_of(case))


every_case = pytest.mark.parametrize("case", CASES)


@every_case
def test_the_page_is_whole_and_well_formed(case):
    page = page_of(case)
    assert text_of(case).lstrip().startswith("<!DOCTYPE html>")
    assert page.wrong == []
    assert page.open == []
    assert len(text_of(case).encode()) < 2_000_000


@every_case
def test_nothing_is_loaded_and_no_script_runs(case):
    page = page_of(case)
    outside = [
        (tag, key, value)
        for tag, attributes in page.elements
        for key, value in attributes.items()
        if key in ("src", "href", "srcset", "data", "action", "poster", "style")
        and re.search(r"https?:|//|url\((?!#)", value)
    ]
    assert {(tag, key) for tag, key, _ in outside} <= {("a", "href")}
    assert not page.all("script")
    assert not [key for _, attributes in page.elements for key in attributes if key.startswith("on")]
    assert "@import" not in page.text("style")
    assert "http" not in page.text("style")
    assert [link["href"] for link in page.all("link")] == ["data:,"]


@every_case
def test_every_section_is_there_and_headed(case):
    page = page_of(case)
    sections = {attributes["id"]: attributes["aria-labelledby"] for attributes in page.all("section")}
    assert set(SECTIONS) <= set(sections)
    assert {f"{name}-heading" for name in sections} == set(sections.values())
    targets = {attributes["href"] for attributes in page.all("a") if attributes["href"].startswith("#")}
    assert {f"#{name}" for name in sections} == targets


@every_case
def test_ids_are_unique_and_every_reference_leads_somewhere(case):
    page = page_of(case)
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(set(ids)) == len(ids)
    pointers = [
        word
        for _, attributes in page.elements
        for word in attributes.get("aria-labelledby", "").split() + re.findall(r"url\(#([\w-]+)\)", str(attributes))
    ]
    used = [
        attributes["href"].removeprefix("#")
        for attributes in page.all("use") + page.all("a")
        if attributes["href"][0] == "#"
    ]
    assert set(pointers + used) <= set(ids)


@every_case
def test_headings_go_down_one_step_at_a_time(case):
    levels = [int(tag[1]) for tag, _ in page_of(case).elements if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


@every_case
def test_every_picture_has_a_title_and_words(case):
    page = page_of(case)
    pictures = [attributes for attributes in page.all("svg") if attributes.get("class") == "picture"]
    assert len(pictures) == 2 * len(page.all("figure"))
    assert case == "unstarted" or len(pictures) >= 2 * 4
    for attributes in pictures:
        assert attributes["role"] == "img"
        assert len(attributes["aria-labelledby"].split()) == 2
    assert all(text.strip() for where, text in page.texts if where in ("title", "desc"))
    assert all(attributes.get("aria-hidden") for attributes in page.all("svg") if attributes["class"] != "picture")


@every_case
def test_tables_say_what_they_are(case):
    page = page_of(case)
    assert len(page.all("caption")) == len(page.all("table")) >= 3
    assert all(attributes.get("scope") in ("col", "row", "colgroup") for attributes in page.all("th"))
    regions = [attributes for attributes in page.all("div") if attributes.get("role") == "region"]
    assert all(attributes["tabindex"] == "0" and attributes["aria-labelledby"] for attributes in regions)


def test_the_page_has_landmarks_a_language_and_a_way_past_the_navigation():
    page = page_of("binary")
    assert page.all("html") == [{"lang": "en"}]
    for landmark in ("header", "nav", "main", "footer"):
        assert len(page.all(landmark)) == 1
    assert page.all("a")[0] == {"class": "skip", "href": "#answer"}
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in page.all("meta")


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_text(name):
    page = page_of("hostile")
    assert not [attributes for tag, attributes in page.elements if tag in ("script", "img")]
    shown = re.sub(r"\s+", " ", page.text())
    assert name.replace("\x00", "\ufffd")[:38] in shown
    assert " 49 " not in shown


def test_no_control_character_reaches_the_page():
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", text_of("hostile"))


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
