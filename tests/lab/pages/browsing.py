"""What every test of a page does: find a browser, open a page, look at it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run")


def browser_path() -> str | None:
    """Chromium or Chrome on this machine, or the one that ACTLAB_BROWSER names."""
    named = os.environ.get("ACTLAB_BROWSER")
    return named or next((found for name in NAMES if (found := shutil.which(name))), None)


def arguments() -> list[str]:
    """What Chromium is started with; root cannot have its sandbox."""
    return [*QUIET, "--no-sandbox"] if os.geteuid() == 0 else list(QUIET)


def visit(page: Any, path: str) -> None:
    """Open a part of the lab and wait until it stands."""
    page.goto(path)
    page.wait_for_selector("html[data-ready=yes]", state="attached")  # the policy forbids waiting by script


def violations(page: Any) -> list[str]:
    """What axe-core finds wrong with the page as it is."""
    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {each['help']}: {each['nodes'][0]['html'][:200]}" for each in found]


def no_sideways(page: Any) -> None:
    """The page itself does not scroll sideways."""
    widths = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert widths[0] <= widths[1], f"the page is {widths[0]} px wide in a window of {widths[1]}"


def look(page: Any, name: str) -> None:
    """A picture of the whole page in the folder that ACTLAB_LOOK names, for a person to look at."""
    if folder := os.environ.get("ACTLAB_LOOK"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
