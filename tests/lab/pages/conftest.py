"""A running lab, and a real browser that watches its pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, expect, sync_playwright

from tests.lab.pages.browsing import arguments, browser_path, served

expect.set_options(timeout=15_000)  # as long as a page waits for a control; two cores have other tests to run


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a lab is served, on a free port."""
    with served(tmp_path_factory.mktemp("lab")) as found:
        yield found


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    path = browser_path()
    if path is None:
        pytest.skip("there is no Chromium: install the package chromium, or name one in ACTLAB_BROWSER")
    started = playwright.chromium.launch(executable_path=path, args=arguments())
    yield started
    started.close()


def is_wrong(said: ConsoleMessage, meant: tuple[str, ...] = ()) -> bool:
    """Whether the console was told an error; a refused request is none, since the page says it in a sentence."""
    return said.type == "error" and not any(each in said.text for each in ("status of 400", *meant))


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Opens pages, each with settings of its own; afterwards none has said an error or asked elsewhere.

    `meant` are parts of errors that the test itself brings about.
    """
    contexts, wrong = [], []

    def opened(meant: tuple[str, ...] = (), **settings: Any) -> Page:
        home = settings.get("base_url", address)
        context = browser.new_context(**{"base_url": address, "viewport": {"width": 1400, "height": 900}, **settings})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", lambda said: wrong.append(said.text) if is_wrong(said, meant) else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda sent: wrong.append(sent.url) if outside(sent.url, home) else None)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """A wide, light page."""
    return open_page(color_scheme="light")


def outside(url: str, address: str) -> bool:
    """Whether a request leaves the lab."""
    parts = urlsplit(url)
    return parts.scheme not in {"data", "blob", "about"} and parts.netloc != urlsplit(address).netloc
