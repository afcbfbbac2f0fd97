"""The main story in a real browser: follow, reuse, fail, cancel."""

from __future__ import annotations

import re
import uuid
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.pipelines import FAILING, WRITER, run_program, write_scripts

SUBMIT = """
first = PipelineData("first", datastore=store, is_directory=True)
second = PipelineData("second", datastore=store, is_directory=True)
seconds = PipelineParameter("seconds", default_value={seconds})
train = PythonScriptStep(
    "train.py", arguments=["--out", first, "--seconds", seconds], outputs=[first],
    compute_target=target, source_directory="train",
)
extract = PythonScriptStep(
    "extract.py", arguments=["--out", second], inputs=[first], outputs=[second],
    compute_target=target, source_directory="extract",
)
run = Experiment(ws, {experiment!r}).submit(Pipeline(ws, [train, extract]))
print("RUN", run.id)
"""


def submit(studio: Any, folder: Path, experiment: str, seconds: float = 0.0) -> str:
    done = run_program(studio, folder, SUBMIT.format(experiment=experiment, seconds=seconds))
    return done.stdout.split("RUN ")[1].split()[0]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    # Its own content, or the studio rightly reuses what another test has computed.
    own = f"{WRITER}\n# {uuid.uuid4()}\n"
    write_scripts(tmp_path, train=own, extract=own)
    return tmp_path


def node(page: Page, name: str) -> Any:
    return page.locator(".react-flow__node").filter(has_text=name)


def test_a_run_is_followed_live_to_its_end(studio: Any, page: Page, folder: Path):
    run = submit(studio, folder, "live", seconds=4)
    page.goto("/w/forebay/pipelines/")
    page.get_by_role("row").filter(has_text="live").get_by_role("link", name="Run 1").click()
    expect(page).to_have_url(re.compile(run))
    expect(node(page, "train.py")).to_contain_text("Running")
    expect(node(page, "extract.py")).to_contain_text("Not started")
    node(page, "train.py").click()
    panel = page.locator("#step-panel")
    panel.get_by_role("link", name="Outputs + logs").click()
    log = panel.locator("forebay-log")
    expect(log).to_contain_text("train.py line 1")
    expect(log).not_to_contain_text("train.py line 9")
    expect(log).to_contain_text("train.py line 9")  # arrives while we watch
    expect(node(page, "extract.py")).to_contain_text("Completed")
    expect(page.get_by_role("heading", name="Run 1").locator("..")).to_contain_text("Completed")
    expect(page).to_have_title(re.compile("Completed"))


def test_a_second_submit_says_from_which_run_it_reused(studio: Any, page: Page, folder: Path):
    first = submit(studio, folder, "reuse")
    studio.wait_for_run(first)
    second = submit(studio, folder, "reuse")
    page.goto(f"/w/forebay/runs/{second}/?tab=steps")
    rows = page.get_by_role("row").filter(has_text="Reused from Run 1")
    expect(rows).to_have_count(2)
    rows.first.get_by_role("link", name="Run 1").click()
    expect(page).to_have_url(re.compile(first))
    with (folder / "extract" / "extract.py").open("a") as script:
        script.write("print('changed')\n")
    third = submit(studio, folder, "reuse")
    studio.wait_for_run(third)
    page.goto(f"/w/forebay/runs/{third}/?tab=steps")
    expect(page.get_by_role("row").filter(has_text="train.py")).to_contain_text("Reused from Run 1")
    expect(page.get_by_role("row").filter(has_text="Ran: extract.py changed")).to_have_count(1)


def test_a_failure_is_read_without_a_click(studio: Any, page: Page, folder: Path):
    write_scripts(folder, train=FAILING)
    run = submit(studio, folder, "failing")
    studio.wait_for_run(run)
    page.goto(f"/w/forebay/runs/{run}/")
    card = page.locator(".error-card")
    expect(card).to_contain_text("ZeroDivisionError: division by zero")
    expect(card).to_contain_text("train.py")
    expect(card.get_by_text("ZeroDivisionError: division by zero").first).to_be_in_viewport()
    card.get_by_role("link", name="Open full log").click()
    expect(page.locator("forebay-log")).to_be_in_viewport()
    expect(page.locator("forebay-log")).to_contain_text("about to divide")
    expect(node(page, "extract.py")).to_contain_text("Not started")
    page.goto(f"/w/forebay/runs/{run}/?tab=steps")
    expect(page.get_by_role("row").filter(has_text="extract.py")).to_contain_text(
        "Not started, because train.py failed."
    )


def test_a_running_run_is_canceled_from_its_page(studio: Any, page: Page, folder: Path):
    run = submit(studio, folder, "cancel", seconds=30)
    page.goto(f"/w/forebay/runs/{run}/")
    expect(node(page, "train.py")).to_contain_text("Running")
    page.get_by_role("button", name=re.compile("^Cancel")).first.click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile("Cancel")).first.click()
    expect(node(page, "train.py")).to_contain_text("Canceled")
    assert studio.wait_for_run(run)["status"] == "Canceled"


def test_outputs_and_source_files_can_be_read(studio: Any, page: Page, folder: Path):
    run = submit(studio, folder, "files")
    studio.wait_for_run(run)
    page.goto(f"/w/forebay/runs/{run}/?tab=snapshot")
    expect(page.locator("main")).to_contain_text("train.py")
    page.goto(f"/w/forebay/runs/{run}/?tab=outputs")
    page.locator("main").get_by_role("link", name="first").click()
    page.get_by_role("link", name=re.compile(r"^made\.txt")).click()
    expect(page.get_by_label("Preview of made.txt")).to_contain_text("train.py")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download made.txt").click()
    assert Path(download.value.path()).read_text() == "train.py"
