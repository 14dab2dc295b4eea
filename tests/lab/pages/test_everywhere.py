"""What holds for every part: both languages, light and dark, narrow and wide, for everyone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from actlab.lab.application import PARTS
from tests.lab.pages.browsing import look, no_sideways, settle, violations, visit, walk

LOOKS = [("en", "light", 1400), ("en", "dark", 320), ("zh", "light", 320), ("zh", "dark", 1400)]  # each pair once


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize(("language", "scheme", "width"), LOOKS)
def test_a_part_is_for_everyone(
    open_page: Callable[..., Page], part: str, language: str, scheme: str, width: int
) -> None:
    page = open_page(color_scheme=scheme, viewport={"width": width, "height": 900}, reduced_motion="reduce")
    visit(page, f"/{part}?lang={language}")
    settle(page, part)
    look(page, f"{part}-{language}-{scheme}-{width}")
    no_sideways(page)
    assert violations(page) == []
    assert page.title() != "actlab"
    assert page.locator("h1").count() == 1
    if language == "zh":
        assert page.evaluate("/[\\u4e00-\\u9fff]/.test(document.querySelector('h1').textContent)")


@pytest.mark.parametrize("part", PARTS)
def test_the_first_tab_leads_to_the_content(page: Page, part: str) -> None:
    visit(page, f"/{part}")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.getElementById('main').contains(document.activeElement)")


WALKED = [
    *PARTS,
    "functions?curves=relu,elu,rrelu&facts=swiglu&range=-2..1", "perceptron?unit=sigmoid&wanted=01111111&as=bias",
    "playground?compare=activation&layers=2-tanh,3-relu", "dying?differs=rate", "shapes?shape=own&own=1,2,3",
]  # fmt: skip


@pytest.mark.parametrize("path", WALKED)
def test_the_tab_key_alone_leads_to_every_control_in_order(page: Page, path: str) -> None:
    visit(page, f"/{path}")
    settle(page, path.split("?", maxsplit=1)[0])
    walk(page)


NONSENSE = ("%00🙂<b>", "1e999", "-1", "constructor,toString", "9" * 400)
FIELDS = {
    "perceptron": ["weights", "names", "on", "threshold", "as", "unit", "cutoff", "wanted", "rate"],
    "functions": ["curves", "x", "range", "facts", "search"],
    "steps": ["other", "rate", "seed", "weight"],
    "playground": [
        "data", "noise", "count", "shift", "layers", "loss", "rate", "optimiser", "batch", "start", "bias", "seed",
        "stop", "pace", "cutoff", "rows", "compare", "other", "otherRate",
    ],
    "dying": ["rate", "bias", "shift", "seed", "start", "differs", "other", "otherRate", "otherBias", "otherStart"],
    "shapes": ["shape", "own", "activation", "units", "added", "each"],
    "reports": ["table", "target", "positive", "with", "effort", "show"],
}  # fmt: skip
MISLEADING = [
    ("perceptron", "weights=1,2&on=1"), ("perceptron", "names=a,a,a,a,a,a"), ("perceptron", "wanted=01"),
    ("functions", "curves=constructor"), ("functions", "curves=relu:constructor=1"), ("functions", "range=1..1"),
    ("functions", "curves=relu,relu,relu,relu,relu,relu,relu"), ("functions", "facts=hasOwnProperty"),
    ("steps", "other=step"), ("steps", "weight=5"), ("dying", "other=relu"), ("dying", "rate=0"),
    ("playground", "layers=4-constructor"), ("playground", "layers=4-softmax"), ("playground", "layers=17-relu"),
    ("playground", "layers=1-relu,1-relu,1-relu,1-relu,1-relu,1-relu,1-relu"), ("playground", "stop=constructor"),
    ("shapes", "shape=own"), ("shapes", "activation=mish"), ("shapes", "units=65"), ("shapes", "own=1,2,3"),
    ("reports", "effort=huge"), ("reports", "with=banana"), ("reports", "show=..%2F.."), ("reports", "table=..%2F.."),
]  # fmt: skip


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("value", NONSENSE)
def test_nonsense_in_every_field_of_an_address_never_breaks_a_page(
    open_page: Callable[..., Page], part: str, value: str
) -> None:
    page = open_page(meant=("status of 404",) if part == "reports" else ())  # a table that is not there
    visit(page, f"/{part}?" + "&".join(f"{name}={value}" for name in FIELDS[part]))
    settle(page, part)
    assert page.locator("h1").count() == 1
    assert page.get_by_text("The server failed").count() == 0


@pytest.mark.parametrize(("part", "query"), MISLEADING)
def test_an_address_that_cannot_be_meant_is_told_of(open_page: Callable[..., Page], part: str, query: str) -> None:
    page = open_page(meant=("status of 404",) if "table=" in query else ())
    visit(page, f"/{part}?{query}")
    settle(page, part)
    expect(page.locator(".notice").first).to_be_visible()


def test_the_lab_begins_with_the_perceptron_and_leads_through_the_parts_in_order(page: Page) -> None:
    visit(page, "/")
    links = page.get_by_role("navigation").get_by_role("link")
    assert [each.get_attribute("href") for each in links.all()] == [f"/{part}" for part in PARTS]
    expect(links.first).to_have_attribute("aria-current", "page")
    assert PARTS[0] == "perceptron"


@pytest.mark.parametrize("path", ["/playgroud", "/reports/kinds"])
def test_an_address_of_no_page_says_so_and_leads_on(open_page: Callable[..., Page], path: str) -> None:
    page = open_page(meant=("status of 404",))
    answer = page.goto(f"{path}?lang=zh")
    assert answer is not None
    assert answer.status == 404
    expect(page.get_by_role("heading", name="没有这个页面")).to_be_visible()
    expect(page.get_by_text(path)).to_be_visible()
    assert violations(page) == []
    page.get_by_role("link", name="训练场").click()
    page.wait_for_url("**/playground?lang=zh")


def test_the_language_stays_on_the_way_to_another_part(page: Page) -> None:
    visit(page, "/?lang=zh")
    page.get_by_role("link", name="报告").first.click()
    page.wait_for_url("**/reports?lang=zh")


def test_the_language_is_chosen_by_the_browser_and_can_be_changed(open_page: Callable[..., Page]) -> None:
    page = open_page(locale="zh-CN")
    visit(page, "/")
    assert page.locator("html").get_attribute("lang") == "zh-Hans"
    page.get_by_label("语言").select_option("en")
    page.wait_for_url("**lang=en**")
    page.wait_for_selector("html[lang=en]", state="attached")
