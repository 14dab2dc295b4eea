"""Reports of every kind of results, read back as a reader's program reads them."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field, replace
from functools import cache
from html.parser import HTMLParser

import pytest

from actlab.compare.records import Candidate, Chosen, ColumnRead, Results
from actlab.compare.report import render
from tests.compare.fabricated import fabricated_results

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
