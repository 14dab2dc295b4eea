"""The report is one whole, honest and accessible page, whatever the data are called."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from tests.compare.pages import (
    HOSTILE,
    SECTIONS,
    every_case,
    page_of,
    text_of,
)


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
