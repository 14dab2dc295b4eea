"""A page outlives its server: it says that it is gone, and goes on with the next one."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.lab.pages.browsing import served, visit


@pytest.mark.parametrize(
    ("part", "press", "shown"),
    [("playground", "One step", ".stage[data-step='1']"), ("dying", "One step", ".bar[data-step='1']")],
)
def test_a_training_page_goes_on_with_the_next_server(
    browser: Browser, tmp_path: Path, part: str, press: str, shown: str
) -> None:
    page = browser.new_page()  # one that may see a socket fail, which Chromium calls an error
    page.set_default_timeout(15_000)
    with served(tmp_path) as address:
        visit(page, f"{address}/{part}?seed=7")
        page.get_by_role("button", name="Play").click()
        expect(page.locator(".counted")).to_contain_text("Step")
    expect(page.get_by_text("The server is gone.")).to_be_visible()
    with served(tmp_path, int(address.rsplit(":", 1)[1])):
        expect(page.get_by_text("The server is gone.")).to_have_count(0, timeout=15_000)
        page.get_by_role("button", name="Start again").click()
        page.wait_for_selector(shown.replace("'1'", "'0'"))
        page.get_by_role("button", name=press).click()
        page.wait_for_selector(shown)
        page.close()


def test_a_request_goes_on_with_the_next_server(browser: Browser, tmp_path: Path) -> None:
    page = browser.new_page()
    with served(tmp_path) as address:
        visit(page, f"{address}/shapes")
        expect(page.locator(".said")).to_contain_text("4 relu units")
    units = page.get_by_role("spinbutton", name="Units", exact=True)
    units.fill("5")
    expect(page.get_by_role("alert")).to_contain_text("The server does not answer.")
    with served(tmp_path, int(address.rsplit(":", 1)[1])):
        units.fill("6")
        expect(page.locator(".said")).to_contain_text("6 relu units")
        expect(page.get_by_role("alert")).to_have_count(0)
        page.close()
