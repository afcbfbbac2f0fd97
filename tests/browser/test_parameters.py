"""A path and a dataset are chosen in a real browser, with suggestions and the forecast."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.support.pipelines import run_program, write_scripts

PROGRAM = """
from azureml.core import Dataset
from azureml.data.datapath import DataPath, DataPathComputeBinding
from azureml.data.dataset_consumption_config import DatasetConsumptionConfig
for year in ("2019", "2020"):
    folder = __import__("pathlib").Path(year)
    folder.mkdir(exist_ok=True)
    (folder / "a.csv").write_text(year)
    store.upload(year, target_path=f"{mark}/{{year}}", show_progress=False)
for year in ("2019", "2020"):
    made = Dataset.File.from_files((store, f"{mark}/{{year}}/**"))
    titanic = made.register(ws, "titanic-{mark}", create_new_version=True)
first = Dataset.get_by_name(ws, "titanic-{mark}", 1)
raw = (PipelineParameter("raw", DataPath(store, "{mark}/2019")), DataPathComputeBinding())
people = DatasetConsumptionConfig("people", PipelineParameter("titanic", first)).as_mount()
step = PythonScriptStep(
    "read.py", arguments=[raw, people], inputs=[raw, people],
    params={{"rate": PipelineParameter("rate", 0.1)}},
    compute_target=target, source_directory="read",
)
run = Experiment(ws, "choosing {mark}").submit(Pipeline(ws, [step]))
print("RUN", run.id)
"""
SCRIPT = "import os, sys\nprint([sorted(os.listdir(path)) for path in sys.argv[1:]])\n"


@pytest.fixture(scope="module")
def chosen(studio: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """(run, the folder its data lies in)."""
    mark, folder = uuid.uuid4().hex[:6], tmp_path_factory.mktemp("chosen")
    write_scripts(folder, read=f"{SCRIPT}# {mark}\n")
    done = run_program(studio, folder, PROGRAM.format(mark=mark))
    run = done.stdout.split("RUN ")[1].split()[0]
    studio.wait_for_run(run)
    return run, mark


def test_data_is_chosen_with_suggestions_and_a_forecast(
    studio: Any, page: Page, chosen: tuple[str, str]
) -> None:
    run, mark = chosen
    page.goto(f"/w/forebay/runs/{run}/resubmit")
    counts = page.locator("#forecast-counts")
    expect(counts).to_have_text("1 reused")
    path = page.get_by_label("Path of raw")
    expect(path).to_have_value(f"{mark}/2019")
    path.fill(f"{mark}/")
    options = page.locator("#p0-paths option")
    expect(options).to_have_count(2)
    assert [one.get_attribute("value") for one in options.all()] == [
        f"{mark}/2019/",
        f"{mark}/2020/",
    ]
    path.fill(f"{mark}/2031")
    expect(page.locator("#p0-note")).to_contain_text("There is no file at")
    path.fill(f"{mark}/2020")
    expect(counts).to_contain_text("1 to run")
    expect(page.locator("#forecast")).to_contain_text(f"data path raw: {mark}/2019 -> {mark}/2020")
    page.get_by_label("Dataset of titanic").select_option(f"titanic-{mark}")
    versions = page.get_by_label("Version of titanic")
    versions.select_option("latest")
    expect(page.locator("#forecast")).to_contain_text(f"dataset titanic-{mark}: version 1 -> 2")
    path.press("Control+Enter")
    expect(page.get_by_role("heading", name="Run 2")).to_be_visible()
    overview = page.locator("#run-overview")
    expect(overview).to_contain_text(f"workspaceblobstore/{mark}/2020")
    expect(overview).to_contain_text(f"titanic-{mark}, version 2")


@pytest.mark.parametrize(
    "page", [{"color_scheme": "dark"}, {"viewport": {"width": 390, "height": 800}}], indirect=True
)
def test_the_form_is_accessible_and_fits(studio: Any, page: Page, chosen: tuple[str, str]) -> None:
    page.goto(f"/w/forebay/runs/{chosen[0]}/resubmit")
    expect(page.locator("#forecast-counts")).to_have_text(re.compile("reused"))
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_graph_shows_what_the_parameters_chose(
    studio: Any, page: Page, chosen: tuple[str, str]
) -> None:
    run, mark = chosen
    page.goto(f"/w/forebay/runs/{run}/")
    card = page.locator('.react-flow__node[data-id="parameter:raw"]')
    expect(card).to_contain_text(f"workspaceblobstore/{mark}/2019")
