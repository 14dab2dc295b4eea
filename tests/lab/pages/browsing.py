"""What every test of a page does: find a browser, open a page, look at it."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from axe_playwright_python.sync_playwright import Axe

from actlab.lab.application import application
from actlab.lab.guarding import Door
from actlab.lab.serving import listen

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run")


def browser_path() -> str | None:
    """Chromium or Chrome on this machine, or the one that ACTLAB_BROWSER names."""
    named = os.environ.get("ACTLAB_BROWSER")
    return named or next((found for name in NAMES if (found := shutil.which(name))), None)


def arguments() -> list[str]:
    """What Chromium is started with; root cannot have its sandbox."""
    return [*QUIET, "--no-sandbox"] if os.geteuid() == 0 else list(QUIET)


@contextmanager
def served(folder: Path, port: int = 0) -> Iterator[str]:
    """A lab of its own, on a free port unless one is named; its address."""
    place = listen(port)
    door = Door(place.getsockname()[1])
    config = uvicorn.Config(
        application(door, folder=folder), log_level="warning", ws="websockets-sansio", timeout_graceful_shutdown=1
    )
    server, places = uvicorn.Server(config), [place]
    thread = threading.Thread(target=server.run, kwargs={"sockets": places})
    thread.start()
    yield f"http://127.0.0.1:{door.port}"
    places.clear()  # as the lab itself does
    server.should_exit = True
    thread.join(timeout=10)
    place.close()


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
