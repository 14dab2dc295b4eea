"""What holds for every part: both languages, light and dark, narrow and wide, for everyone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from actlab.lab.application import PARTS
from tests.lab.pages.browsing import look, no_sideways, violations, visit

PLACES = ("", *PARTS)
LOOKS = [("en", "light", 1400), ("zh", "dark", 320), ("en", "dark", 1400), ("zh", "light", 320)]


@pytest.mark.parametrize("part", PLACES)
@pytest.mark.parametrize(("language", "scheme", "width"), LOOKS)
def test_a_part_is_for_everyone(
    open_page: Callable[..., Page], part: str, language: str, scheme: str, width: int
) -> None:
    page = open_page(color_scheme=scheme, viewport={"width": width, "height": 900}, reduced_motion="reduce")
    visit(page, f"/{part}?lang={language}")
    page.wait_for_timeout(300)  # what the server sends once the page stands
    look(page, f"{part or 'home'}-{language}-{scheme}-{width}")
    no_sideways(page)
    assert violations(page) == []
    assert page.title() != "actlab"
    assert page.locator("h1").count() == 1
    if language == "zh":
        assert page.evaluate("/[\\u4e00-\\u9fff]/.test(document.querySelector('h1').textContent)")


@pytest.mark.parametrize("part", PLACES)
def test_the_first_tab_leads_to_the_content(page: Page, part: str) -> None:
    visit(page, f"/{part}")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.getElementById('main').contains(document.activeElement)")


@pytest.mark.parametrize("part", PARTS)
def test_an_address_edited_by_hand_never_breaks_a_page(page: Page, part: str) -> None:
    visit(
        page,
        f"/{part}?" + "&".join(f"{name}=%00,🙂,1e999,<b>" for name in ("x", "seed", "rate", "curves", "units", "w")),
    )
    assert page.locator("h1").count() == 1


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
