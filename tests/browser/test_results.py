"""What a step leaves to look at: pictures of its metrics, child runs, datasets; forced steps,
tries, and a build's log that arrives while one looks."""

from __future__ import annotations

import re
import signal
import uuid
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import faults_of, too_wide
from tests.browser.test_story import node
from tests.support.pipelines import run_program, write_scripts

LOGGING = """
import os, sys
from azureml.core import Run
run = Run.get_context()
for epoch in range(30):
    run.log("loss", 1 / (epoch + 1))
run.log_confusion_matrix("matrix", {"data": {"class_labels": ["cat", "dog"], "matrix": [[8, 2], [0, 10]]}})
run.log_residuals("wrong", {"data": {"bin_edges": [1, 2], "bin_counts": [1, 2, 3]}})
run.log_accuracy_table("table", {"data": {"class_labels": ["cat"], "probability_tables":
    [[[2, 2, 0, 0], [2, 1, 1, 0], [1, 0, 2, 1], [0, 0, 2, 2]]]}})
for number in range(55):
    with run.child_run(f"fold {number}") as child:
        child.tag("depth", str(number % 5))
        child.log("score", (number * 7 % 55) / 100)
        if number == 3:
            child.fail("diverged")
os.makedirs(sys.argv[1], exist_ok=True)
open(os.path.join(sys.argv[1], "a.csv"), "w").write("a,b\\n1,2\\n")
"""  # noqa: E501
FLAKY = """
import os, time
mark = os.environ["FLAKY_MARK"] if "FLAKY_MARK" in os.environ else {mark!r}
if not os.path.exists(mark):
    open(mark, "w").close()
    raise SystemExit(3)
while not os.path.exists(mark + ".go"):
    time.sleep(0.1)
"""
PROGRAM = """
from azureml.data import OutputFileDatasetConfig
made = OutputFileDatasetConfig("made").register_on_complete(name="iris prepared")
step = PythonScriptStep("log.py", arguments=[made], compute_target=target, source_directory="log")
run = Experiment(ws, "results").submit(Pipeline(ws, [step]))
print("RUN", run.id)
"""
RETRYING = """
step = PythonScriptStep("flaky.py", compute_target=target, source_directory="flaky")
run = Experiment(ws, "tries").submit(Pipeline(ws, [step]), retry={"count": 2})
print("RUN", run.id)
"""
MANY = """
steps = [
    PythonScriptStep("log.py", name=f"part {n}", compute_target=target, source_directory="many")
    for n in range(12)
]
run = Experiment(ws, "forced").submit(Pipeline(ws, steps))
print("RUN", run.id)
"""
BUILD = """
from pathlib import Path
from django.conf import settings
from compute.models import EnvironmentBuild
from compute.services.environments import request_environment
from workspaces.models import Workspace
asked = {"name": "watched", "python": {"packages": ["watched==1"]}}
row = request_environment(asked=asked, workspace=Workspace.objects.get(name="forebay"))
EnvironmentBuild.objects.filter(pk=row.pk).update(status="Building", attempt=1)
(Path(settings.FOREBAY_DATA) / "environments").mkdir(exist_ok=True)
print("KEY", row.key)
"""
NARROW = {"viewport": {"width": 390, "height": 800}}


@pytest.fixture(scope="module")
def logged(studio: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A completed run and its one step."""
    folder = tmp_path_factory.mktemp("results")
    write_scripts(folder, log=f"{LOGGING}\n# {uuid.uuid4()}\n")
    done = run_program(studio, folder, PROGRAM)
    run = done.stdout.split("RUN ")[1].split()[0]
    ended = studio.wait_for_run(run)
    assert ended["status"] == "Completed", ended["error"]
    return run, ended["steps"][0]["id"]


def test_metrics_are_pictures_with_their_numbers_beside_them(page: Page, logged: tuple[str, str]):
    page.goto(f"/w/forebay/runs/{logged[0]}/?tab=metrics")
    matrix = page.get_by_role("region", name="matrix").first
    counts = page.get_by_role("img", name=re.compile("Confusion matrix of 2 classes, 20 values"))
    expect(counts).to_be_visible()
    card = page.locator(".metric-card").filter(has=counts)
    card.get_by_text("As a table").click()
    expect(card.get_by_role("table")).to_contain_text("80.0%")
    expect(matrix).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("ROC curve, area below 0.875"))).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("loss: 30 values, from 1 to"))).to_be_visible()
    wrong = page.locator(".metric-card").filter(has_text="can't be drawn as residuals")
    expect(wrong).to_contain_text("there must be one edge more than bins")
    line = page.locator(".figure .line polyline").first
    assert line.evaluate("one => getComputedStyle(one).stroke") not in ("none", "rgb(0, 0, 0)")


def test_child_runs_are_sorted_paged_and_opened(page: Page, logged: tuple[str, str]):
    run, step = logged
    page.goto(f"/w/forebay/runs/{run}/?tab=children")
    rows = page.locator("#child-list tbody tr")
    expect(rows).to_have_count(50)
    page.get_by_role("link", name="score").click()
    expect(rows.first).to_contain_text("0.54")
    page.get_by_role("link", name="Next").click()
    expect(rows).to_have_count(5)
    expect(page).to_have_url(re.compile("csort=-metric%3Ascore&cpage=2"))
    page.get_by_label("Search child runs").fill("fold 3")
    expect(rows).to_have_count(20)  # by name, number and tag
    page.get_by_label("Status").select_option("Failed")
    expect(rows).to_have_count(1)
    rows.first.get_by_role("link", name="fold 3").click()
    panel = page.locator("#step-panel")
    expect(panel.get_by_role("heading", name="fold 3")).to_be_visible()
    expect(panel).to_contain_text("diverged")
    expect(page).to_have_url(re.compile("child="))
    panel.get_by_role("link", name="Files").click()
    expect(panel).to_contain_text("kept no files")
    panel.get_by_role("link", name="log.py").click()
    expect(panel.locator("#step-status")).to_contain_text("Completed")
    expect(panel.locator("#child-list tbody tr")).to_have_count(50)
    panel.get_by_role("link", name="score").click()
    expect(panel.locator("#child-list tbody tr").first).to_contain_text("0.54")
    expect(page).to_have_url(re.compile(f"panel=children&step={step}&csort=-metric%3Ascore"))


def test_the_dataset_of_an_output_is_copied_as_a_line(page: Page, logged: tuple[str, str]):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"/w/forebay/runs/{logged[0]}/?tab=steps&step={logged[1]}&panel=outputs")
    expect(page.locator("#step-files")).to_contain_text("iris prepared, version 1")
    page.get_by_role("button", name="Copy the line that reads iris prepared").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == 'Dataset.get_by_name(ws, "iris prepared", version=1)'


def test_several_steps_are_forced_by_keyboard(studio: Any, page: Page, tmp_path: Path):
    write_scripts(tmp_path, many="")
    (tmp_path / "many" / "log.py").write_text(f"print({uuid.uuid4().hex!r})\n")
    run = run_program(studio, tmp_path, MANY).stdout.split("RUN ")[1].split()[0]
    studio.wait_for_run(run)
    page.goto(f"/w/forebay/runs/{run}/resubmit")
    counts, words = page.locator("#forecast-counts"), page.locator("#forced-words")
    expect(counts).to_have_text("12 reused")
    page.locator(".force > summary").focus()
    page.keyboard.press("Enter")
    search = page.get_by_label("Find a step to force")
    search.fill("part 1")
    expect(page.locator(".force-list li:visible")).to_have_count(3)  # part 1, 10, 11
    search.press("Enter")  # no submit
    page.get_by_label("part 10").press("Space")
    page.get_by_label("part 11").press("Space")
    expect(words).to_have_text("2 steps forced to run")
    expect(counts).to_have_text("10 reused, 2 to run")
    search.fill("zzz")
    expect(page.get_by_text("No step has this in its name.")).to_be_visible()
    search.fill("")
    page.get_by_label("All 12 steps").press("Space")
    expect(words).to_have_text("All steps are forced to run")
    expect(counts).to_have_text("12 to run")
    page.get_by_label("part 3").press("Space")
    expect(words).to_have_text("11 steps forced to run")
    page.get_by_label("part 3").press("Control+Enter")
    expect(page.get_by_role("heading", name="Run 2")).to_be_visible()
    second = page.url.split("/runs/")[1].split("/")[0]
    reused = [step["name"] for step in studio.wait_for_run(second)["steps"] if step["reused"]]
    assert reused == ["part 3"]


def test_a_step_that_is_tried_again_says_so(studio: Any, page: Page, tmp_path: Path):
    mark = tmp_path / "mark"
    write_scripts(tmp_path, flaky=FLAKY.format(mark=str(mark)))
    run = run_program(studio, tmp_path, RETRYING).stdout.split("RUN ")[1].split()[0]
    page.goto(f"/w/forebay/runs/{run}/")
    expect(node(page, "flaky.py")).to_contain_text("attempt 2 of 3")
    page.goto(f"/w/forebay/runs/{run}/?tab=steps")
    row = page.get_by_role("row").filter(has_text="flaky.py")
    expect(row.get_by_role("cell", name="2 of 3", exact=True)).to_be_visible()
    row.get_by_role("link").first.click()
    expect(page.locator("#step-actions")).to_contain_text("Attempt 2 of 3")
    Path(f"{mark}.go").touch()
    assert studio.wait_for_run(run)["status"] == "Completed"


def test_a_build_s_log_arrives_and_a_killed_server_costs_no_line(studio: Any, page: Page):
    page.allowed_console += ["WebSocket", "ERR_CONNECTION_REFUSED", "Failed to load", "ERR_EMPTY",
                             "ERR_CONNECTION_RESET", "htmx:"]  # fmt: skip
    key = studio.manage("shell", "-v", "0", "-c", BUILD).split("KEY ")[1].split()[0]
    path = studio.data / "environments" / f"{key}.log"
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if "/log?" in one.url else None)
    page.goto(f"/w/forebay/environments/builds/{key}/")
    log, live = page.locator("forebay-log"), page.locator("forebay-live")
    expect(live).to_have_attribute("state", "live")
    with path.open("w") as file:
        file.write("Build 1:\ncollecting watched\n")
    expect(log).to_contain_text("collecting watched")
    before = len(asked)
    with path.open("a") as file:
        file.write("downloading\n")
    expect(log).to_contain_text("downloading")
    assert len(asked) == before, "lines come over the socket, nothing asks for them"
    studio.stop("web", signal.SIGKILL)
    try:
        expect(live).to_have_text("Reconnecting…")
        with path.open("a") as file:
            file.write("".join(f"line {n}\n" for n in range(40)))
    finally:
        studio.start("web")
        studio.wait_until_up()
    expect(live).to_have_attribute("state", "live")
    with path.open("a") as file:
        file.write("installed\n")
    expect(log).to_contain_text("installed")
    expect(log).to_contain_text("44 lines")
    done = "from compute.models import EnvironmentBuild as E; E.objects.filter(key={!r}).update(status='Ready', lock=['watched==1'])"  # noqa: E501
    studio.manage("shell", "-v", "0", "-c", done.format(key))
    expect(page.locator("#environment-state")).to_contain_text("1 package installed")
    expect(page.locator("#environment-state .status")).to_have_text("Ready")


@pytest.mark.parametrize(
    "page",
    [{"color_scheme": "light"}, {"color_scheme": "dark"}, NARROW],
    indirect=True,
    ids=["light", "dark", "phone"],
)
def test_these_pages_are_accessible_and_fit_their_window(
    studio: Any, page: Page, logged: tuple[str, str]
):
    run, step = f"/w/forebay/runs/{logged[0]}/", logged[1]
    children = studio.get(f"/steps/{step}/children")["items"]
    found: list[str] = []
    for url in (
        f"{run}?tab=metrics",
        f"{run}?tab=children",
        f"{run}?tab=children&child={children[3]['id']}",
        f"{run}?tab=steps&step={step}&panel=children",
        f"{run}?tab=steps&step={step}&panel=metrics",
        f"{run}?tab=outputs",
        f"{run}?tab=steps&step={step}&panel=outputs",
        f"{run}resubmit?force=x",
    ):
        page.goto(url)
        found += faults_of(page, url) + too_wide(page, url)
    assert found == []
