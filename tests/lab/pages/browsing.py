"""What every test of a page does: find a browser, open a page, look at it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
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
DRAWN = {
    "steps": ".bar[data-step]", "playground": ".stage[data-step]", "dying": ".bar[data-step]",
    "shapes": ".said:not(:empty)", "functions": ".facts h2",
}  # fmt: skip
QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run")
CONTROLS = """() => {
    const all = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")];
    const seen = all.filter((each) => !each.disabled && each.checkVisibility() && !each.matches(".skip")
        && !each.matches("button.unit[tabindex='-1']")                           // the arrows lead to these
        && !(each.type === "radio" && !each.checked && document.querySelector(`[name="${each.name}"]:checked`)));
    seen.forEach((each, place) => each.dataset.walked = place);
    return seen.map((each) => each.outerHTML.slice(0, 120));
}"""
FOCUSED = """() => {
    const it = document.activeElement, shown = it.type === "radio" ? it.nextElementSibling : it;
    const style = getComputedStyle(shown), box = shown.getBoundingClientRect();
    const top = document.elementFromPoint(box.x + box.width / 2, box.y + Math.min(box.height / 2, 20));
    return { place: Number(it.dataset.walked ?? -1), html: it.outerHTML.slice(0, 120),
        outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0,
        shown: top !== null && (shown.contains(top) || top.contains(shown) || top.control === it || top === it) };
}"""


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
    try:
        yield f"http://127.0.0.1:{door.port}"
    finally:
        places.clear()  # as the lab itself does
        server.should_exit = True
        thread.join(timeout=40)
        place.close()


@contextmanager
def killed(folder: Path, port: int = 0) -> Iterator[str]:
    """A lab in a process of its own, which is killed at the end; its address."""
    command = [sys.executable, "-m", "actlab.cli", "lab", "--no-browser", "--port", str(port), "--folder", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=folder) as lab:
        try:
            assert lab.stdout is not None, "it was asked for"
            yield next(word for word in lab.stdout.readline().split() if word.startswith("http://")).rstrip("/")
        finally:
            lab.kill()


def visit(page: Any, path: str) -> None:
    """Open a part of the lab and wait until it stands."""
    page.goto(path)
    page.wait_for_selector("html[data-ready=yes]", state="attached")  # the policy forbids waiting by script


def settle(page: Any, part: str) -> None:
    """Wait until what a part asks its server for at first is drawn."""
    if part in DRAWN:
        page.wait_for_selector(DRAWN[part])


def violations(page: Any) -> list[str]:
    """What axe-core finds wrong with the page as it is."""
    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {each['help']}: {each['nodes'][0]['html'][:200]}" for each in found]


def walk(page: Any) -> None:
    """Press the Tab key from the top of the page: it comes to every control, in order, and one sees where it is."""
    controls = page.evaluate(CONTROLS)
    assert len(controls) > 9  # the parts, the languages, and something of its own
    page.locator(".skip").focus()  # the first of all, as another test makes sure
    for place, control in enumerate(controls):
        page.keyboard.press("Tab")
        now = page.evaluate(FOCUSED)
        assert now["place"] == place, f"{now['html']} came in place of {control}"
        assert now["outlined"], f"nobody sees that the focus is at {control}"
        assert now["shown"], f"the focus is out of the window or covered, at {control}"


def no_sideways(page: Any) -> None:
    """The page itself does not scroll sideways."""
    widths = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert widths[0] <= widths[1], f"the page is {widths[0]} px wide in a window of {widths[1]}"


def look(page: Any, name: str) -> None:
    """A picture of the whole page in the folder that ACTLAB_LOOK names, for a person to look at."""
    if folder := os.environ.get("ACTLAB_LOOK"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
