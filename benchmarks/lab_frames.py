"""Whether the lab's page keeps up: while six curves are dragged, while two networks train, and at the first paint.

python benchmarks/lab_frames.py [--seconds 5] [--loads 5]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import uvicorn
from playwright.sync_api import Page, sync_playwright

from actlab.lab.application import application
from actlab.lab.guarding import Door
from actlab.lab.serving import listen

RESULTS = Path(__file__).parent / "results" / "lab_frames.json"
BROWSER = os.environ.get("ACTLAB_BROWSER", "/usr/bin/chromium")
SIX = "/functions?curves=softplus,elu,leaky_relu,selu,mish,gelu"
SLIDER = ".chosen li input[type=range]"

# Times every callback of a frame, and every event before it, from inside the page.
CLOCK = """
  const real = window.requestAnimationFrame.bind(window);
  window.clock = { on: false, frames: [], scripting: [], now: 0 };
  window.requestAnimationFrame = (draw) => real((at) => {
    const begun = performance.now();
    draw(at);
    window.clock.now += performance.now() - begun;
  });
  let last = 0;
  const tick = (at) => {
    if (window.clock.on && last) { window.clock.frames.push(at - last); window.clock.scripting.push(window.clock.now); }
    last = at;
    window.clock.now = 0;
    real(tick);
  };
  real(tick);
"""

# Moves both ends of the axis a little in every frame, so that all twelve lines are computed and drawn anew.
ZOOM = """async (seconds) => {
  document.querySelector('input[type=radio][value=own]').click();
  const [low] = document.querySelectorAll('.own input'), end = performance.now() + 1000 * seconds;
  while (performance.now() < end) {
    const begun = performance.now();
    low.value = -6 - Math.sin(begun / 200) / 2;
    low.dispatchEvent(new Event('input', { bubbles: true }));
    window.clock.now += performance.now() - begun;
    await new Promise((done) => setTimeout(() => window.requestAnimationFrame(done), 0));
  }
}"""

NETWORKS = {
    "4-4 beside 4-4": "/playground?compare=activation&pace=20&stop=0&data=spirals",
    "16 x 6 beside 16 x 6": "/playground?compare=activation&pace=20&stop=0&data=spirals&layers="
    + ",".join(["16-tanh"] * 6),
}

# Takes down when a frame of the training was drawn, and how long that took.
WATCH = """(seconds) => new Promise((done) => {
  const stage = document.querySelector('.stage'), seen = { at: [], drawing: [], steps: [] };
  new MutationObserver(() => {
    seen.at.push(performance.now());
    seen.drawing.push(Number(stage.dataset.milliseconds));
    seen.steps.push(Number(stage.dataset.step));
  }).observe(stage, { attributeFilter: ['data-milliseconds'] });
  setTimeout(() => done(seen), 1000 * seconds);
})"""


def main() -> None:
    """Measure, print a table, and write the numbers down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--loads", type=int, default=5)
    asked = parser.parse_args()
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        found: dict[str, Any] = {"machine": platform.processor() or platform.machine(), "cores": os.cpu_count()}
        found["browser"] = browser.version
        found["first paint"] = [first_paint(browser, address) for _ in range(asked.loads)]
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.add_init_script(CLOCK)
        page.goto(address + SIX)
        page.wait_for_selector("html[data-ready=yes]", state="attached")
        drags: dict[str, Callable[[], None]] = {
            "nothing moves": lambda: page.wait_for_timeout(1000 * asked.seconds),
            "a parameter": lambda: drag(page, SLIDER, asked.seconds),
            "x": lambda: drag(page, ".axis input[type=range]", asked.seconds),
            "x in the chart": lambda: drag(page, "svg.chart", asked.seconds),
            "every line": lambda: page.evaluate(ZOOM, asked.seconds),
        }
        found["dragging six curves"] = {what: timed(page, act) for what, act in drags.items()}
        found["training"] = {what: training(browser, address + path, asked.seconds) for what, path in NETWORKS.items()}
        browser.close()
    show(found)
    RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


@contextmanager
def served() -> Iterator[str]:
    """The lab on a free port."""
    place = listen(0)
    port = place.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(application(Door(port)), log_level="warning", ws="websockets-sansio"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [place]})
    thread.start()
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(timeout=10)
    place.close()


def first_paint(browser: Any, address: str) -> dict[str, float]:
    """Milliseconds until something is painted and until the curves are there, in a browser that has kept nothing."""
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    page.goto(address + SIX)
    page.wait_for_selector(".lines path[d]", state="attached")
    curves = page.evaluate("performance.now()")
    page.wait_for_selector("html[data-ready=yes]", state="attached")
    paints = page.evaluate("performance.getEntriesByType('paint').map((each) => [each.name, each.startTime])")
    page.close()
    return dict(paints) | {"curves": curves}


def drag(page: Page, selector: str, seconds: float) -> None:
    """Take hold in the middle and go to and fro with a real pointer."""
    target = page.locator(selector).first
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    assert box is not None, f"{selector} is not on the page"
    middle, height = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(middle, height)
    page.mouse.down()
    end, turn = time.perf_counter() + seconds, 0
    while time.perf_counter() < end:
        turn += 1
        page.mouse.move(middle + (turn * 3 % 120 - 60), height)
    page.mouse.up()


def timed(page: Page, act: Callable[[], None]) -> dict[str, float]:
    """Medians and 99th percentiles, in milliseconds, of frames and of the scripting within them."""
    page.evaluate("Object.assign(window.clock, { on: true, frames: [], scripting: [] })")
    act()
    clock = page.evaluate("Object.assign(window.clock, { on: false })")
    numbers = {"count": float(len(clock["frames"]))}
    for what in ("frames", "scripting"):
        ranked = sorted(clock[what])
        numbers[f"{what}: median"] = statistics.median(ranked)
        numbers[f"{what}: 99 %"] = ranked[int(0.99 * (len(ranked) - 1))]
    return numbers


def training(browser: Any, address: str, seconds: float) -> dict[str, float]:
    """Milliseconds between two drawn frames of a training and of drawing one, and steps of learning a second."""
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    page.goto(address)
    page.wait_for_selector("html[data-ready=yes]", state="attached")
    page.wait_for_selector(".stage[data-step]")
    page.get_by_role("button", name="Play").click()
    page.wait_for_timeout(1000)
    seen = page.evaluate(WATCH, seconds)
    page.close()
    gaps = sorted(after - before for before, after in pairwise(seen["at"]))
    drawing = sorted(seen["drawing"])
    return {
        "count": float(len(gaps)),
        "gap: median": statistics.median(gaps),
        "gap: 99 %": gaps[int(0.99 * (len(gaps) - 1))],
        "drawing: median": statistics.median(drawing),
        "drawing: 99 %": drawing[int(0.99 * (len(drawing) - 1))],
        "steps a second": (seen["steps"][-1] - seen["steps"][0]) / (seen["at"][-1] - seen["at"][0]) * 1000,
    }


def show(found: dict[str, Any]) -> None:
    """The tables."""
    for key in ("first-paint", "first-contentful-paint", "curves"):
        values = [load[key] for load in found["first paint"]]
        print(f"{key:28} {statistics.median(values):7.0f} ms, at most {max(values):.0f}")
    print(f"{'dragging six curves, ms':28}{'frames':>8}{'median':>8}{'99 %':>8}{'script':>8}{'99 %':>8}")
    for what, row in found["dragging six curves"].items():
        print(f"{what:28}{row['count']:8.0f}" + "".join(f"{value:8.2f}" for value in list(row.values())[1:]))
    print(f"{'training, ms':28}{'frames':>8}{'median':>8}{'99 %':>8}{'drawing':>8}{'99 %':>8}{'steps/s':>8}")
    for what, row in found["training"].items():
        print(f"{what:28}{row['count']:8.0f}" + "".join(f"{value:8.2f}" for value in list(row.values())[1:]))


if __name__ == "__main__":
    main()
