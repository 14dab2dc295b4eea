"""The page of reports: drop, choose, follow over a reload, stop, continue, read."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect

from actlab.lab import guarding
from actlab.lab.application import application
from actlab.lab.guarding import Door
from actlab.lab.reports import addresses
from actlab.lab.serving import listen
from tests.lab.pages.browsing import look, no_sideways, violations, visit, walk
from tests.lab.tables import kinds


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("comparisons")


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    """A lab of this file's own, in an empty folder."""
    place = listen(0)
    door = Door(place.getsockname()[1])
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        lab = application(door)
    server = uvicorn.Server(uvicorn.Config(lab, log_level="warning", ws="websockets-sansio"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [place]})
    thread.start()
    yield f"http://127.0.0.1:{door.port}"
    server.should_exit = True
    thread.join(timeout=40)
    place.close()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """Tables on a person's disk; the long one is long enough to be stopped before its comparison ends."""
    there = tmp_path_factory.mktemp("files")
    kinds(150).write_csv(there / "few.csv")
    kinds(2500).write_csv(there / "kinds.csv")
    kinds(150).write_parquet(there / "my kinds.parquet")
    (there / "noise.csv").write_bytes(b"\x00\xff\xfe" * 50)
    return SimpleNamespace(
        table=there / "few.csv",
        long=there / "kinds.csv",
        parquet=there / "my kinds.parquet",
        noise=there / "noise.csv",
    )


def choose(page: Page, file: Path) -> None:
    page.get_by_label("Drop a table here").set_input_files(file)
    page.get_by_role("button", name="Compare", exact=True).wait_for()


def only(page: Page, *names: str) -> None:
    page.get_by_role("button", name="None", exact=True).click()
    for name in names:
        page.get_by_role("checkbox", name=name, exact=True).check()


def row(page: Page, name: str) -> str:
    return f"li.run:has([id='run-{name}'])"


def test_a_comparison_is_followed_over_a_reload_stopped_continued_and_read(page: Page, files: SimpleNamespace) -> None:
    visit(page, "/reports")
    choose(page, files.long)
    expect(page.get_by_text("It is predicted as one of these classes")).to_be_visible()
    page.get_by_label("Positive class").select_option("in")
    only(page, "tanh", "gelu", "elu", "mish", "silu")
    page.get_by_role("radio", name="Full: 10 repeats").check()
    expect(page.get_by_text("6 functions × 10 repeats × 4 learning rates = 240 networks.")).to_be_visible()
    expect(page).to_have_url(re.compile("effort=usual"))
    assert violations(page) == []
    walk(page)
    page.get_by_role("button", name="Compare", exact=True).click()
    mine = page.locator(row(page, "kinds"))
    expect(mine.get_by_text(re.compile(r"running: \d+ of 240 networks"))).to_be_visible(timeout=30_000)
    page.reload()
    expect(mine).to_have_attribute("data-state", "running")
    second = page.context.new_page()
    visit(second, "/reports")
    expect(second.locator(row(second, "kinds"))).to_have_attribute("data-state", "running")
    second.close()
    mine.get_by_role("button", name="Stop").press("Enter")
    expect(mine).to_have_attribute("data-state", "unfinished", timeout=30_000)
    expect(mine.get_by_role("heading")).to_be_focused()
    expect(mine.get_by_text(re.compile(r"stopped after \d+ of 240 networks"))).to_be_visible()
    assert violations(page) == []
    expect(mine.locator(".answer")).not_to_be_empty()
    mine.get_by_role("button", name="Continue").press("Enter")
    expect(mine.get_by_role("heading")).to_be_focused()
    expect(mine.locator(".answer")).to_be_empty()  # it said that the comparison was stopped
    expect(mine).to_have_attribute("data-state", "finished", timeout=180_000)
    expect(mine.locator(".answer")).to_have_text(re.compile("^(Keep|Take) "))
    mine.get_by_role("button", name="Show it here").click()
    inside = page.frame_locator("iframe")
    expect(inside.get_by_role("heading", name="The answer")).to_be_visible()
    expect(page).to_have_url(re.compile("show=kinds"))
    look(page, "reports-shown")
    assert violations(page) == []
    errors: list[str] = []
    page.context.on("console", lambda said: errors.append(said.text))
    with page.context.expect_page() as opened:
        mine.get_by_role("link", name="Open the report").click()
    report = opened.value
    expect(report.get_by_role("heading", name="The answer")).to_be_visible()
    assert report.title().startswith("kinds.csv")
    assert report.evaluate("origin") == "null"
    assert errors == []
    report.close()
    begin_again_and_remove(page)


def begin_again_and_remove(page: Page) -> None:
    """The finished comparison's table once more; then the comparison goes, but not by two hasty keys."""
    mine = page.locator(row(page, "kinds"))
    mine.get_by_role("button", name="Compare again").press("Enter")
    expect(page.locator(".setup").get_by_role("heading", name="kinds.csv")).to_be_focused()
    expect(page.get_by_label("What is to be predicted?")).to_have_value("kind")
    page.get_by_role("button", name="Remove this table").press("Enter")
    expect(page.get_by_label("Drop a table here")).to_be_focused()
    expect(page.locator("li.run")).to_have_count(1)
    mine.get_by_role("button", name="Remove: kinds.csv").press("Enter")
    expect(mine.get_by_role("button", name="Keep it")).to_be_focused()
    expect(mine.get_by_text("and 240 trained networks? They cannot be brought back.")).to_be_visible()
    look(page, "reports-remove")
    assert violations(page) == []
    page.keyboard.press("Enter")
    expect(mine.get_by_role("button", name="Remove: kinds.csv")).to_be_focused()
    page.keyboard.press("Enter")
    mine.get_by_role("button", name="Remove for good").press("Enter")
    expect(mine).to_have_count(0)
    expect(page.get_by_label("Drop a table here")).to_be_focused()


def test_a_table_that_was_dropped_is_asked_about_again_after_a_reload(page: Page, files: SimpleNamespace) -> None:
    visit(page, "/reports")
    choose(page, files.parquet)
    page.get_by_label("What is to be predicted?").select_option("x")
    expect(page.get_by_text("It is predicted as a number.")).to_be_visible()
    only(page, "step")
    expect(page).to_have_url(re.compile("table=my-kinds&target=x&with=step"))
    page.reload()
    expect(page.get_by_label("What is to be predicted?")).to_have_value("x")
    expect(page.get_by_role("checkbox", name="step", exact=True)).to_be_checked()
    expect(page.get_by_role("checkbox", name="tanh", exact=True)).not_to_be_checked()
    expect(page.get_by_role("checkbox", name="relu", exact=True)).to_be_disabled()
    page.get_by_role("button", name="None", exact=True).click()
    expect(page.get_by_text("Tick at least one function")).to_be_visible()
    expect(page.get_by_role("button", name="Compare", exact=True)).to_be_disabled()
    page.get_by_role("button", name="Remove this table").click()
    expect(page.get_by_role("heading", name="my-kinds.parquet")).to_have_count(0)
    expect(page.locator(row(page, "my-kinds"))).to_have_count(0)


def test_what_is_no_table_is_told_of_in_a_sentence(browser: Browser, address: str, files: SimpleNamespace) -> None:
    page = browser.new_page(base_url=address)  # one that may see an answer of 400, which Chromium calls an error
    visit(page, "/reports")
    page.get_by_label("Drop a table here").set_input_files(files.noise)
    expect(page.get_by_role("alert")).to_contain_text("not written in UTF-8")
    expect(page.get_by_role("button", name="Compare", exact=True)).to_have_count(0)
    page.close()


def test_a_file_that_is_too_large_is_not_sent(
    page: Page, files: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guarding, "LARGEST_UPLOAD", 100)
    visit(page, "/reports")
    page.get_by_label("Drop a table here").set_input_files(files.table)
    expect(page.get_by_role("alert")).to_contain_text("actlab compare")


def test_the_address_of_a_report_that_is_not_there_leads_to_the_list(page: Page) -> None:
    page.goto("/reports/nobody%20here/report.html")
    expect(page).to_have_url(re.compile(r"/reports\?show=nobody(\+|%20)here"))
    expect(page.get_by_text("There is no comparison nobody here")).to_be_visible()


def test_an_address_of_what_is_not_there_says_so(page: Page) -> None:
    visit(page, "/reports?show=nobody&effort=huge")
    expect(page.get_by_text("There is no comparison nobody here")).to_be_visible()
    expect(page.get_by_text("The address says effort=huge")).to_be_visible()


def test_a_dropped_file_is_taken_and_the_page_fits_a_phone(open_page, files: SimpleNamespace) -> None:
    page = open_page(locale="zh-CN", color_scheme="dark", viewport={"width": 320, "height": 800})
    visit(page, "/reports")
    data = page.evaluate_handle(
        "text => { const data = new DataTransfer(); data.items.add(new File([text], '表 1.csv')); return data; }",
        files.table.read_text(),
    )
    page.dispatch_event(".dropzone", "drop", {"dataTransfer": data})
    expect(page.get_by_role("heading", name="表-1.csv")).to_be_focused()
    expect(page.get_by_text("正类（要找出的那一类）")).to_be_visible()
    look(page, "reports-phone")
    no_sideways(page)
    assert violations(page) == []
    page.get_by_role("button", name="删除此数据表").click()


def test_long_names_fit_a_phone(open_page, files: SimpleNamespace, tmp_path: Path) -> None:
    page = open_page(viewport={"width": 320, "height": 800})
    table = pl.read_csv(files.table).rename({"x": "x" * 50, "kind": "k" * 50})
    table.write_csv(tmp_path / "customer_churn_prediction_dataset_2024_with_all.csv")
    visit(page, "/reports")
    choose(page, tmp_path / "customer_churn_prediction_dataset_2024_with_all.csv")
    expect(page.get_by_text("It is predicted as one of these classes")).to_be_visible()
    look(page, "reports-long-names")
    no_sideways(page)
    visit(page, "/reports")
    mine = page.locator(row(page, "customer_churn_prediction_dataset_2024_with_all"))
    expect(mine).to_be_visible()
    no_sideways(page)
    mine.get_by_role("button", name="Remove").press("Enter")
    expect(mine).to_have_count(0)


def test_the_repeats_on_offer_are_enough_for_a_verdict() -> None:
    assert addresses.QUICK >= 5
