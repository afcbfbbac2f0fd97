"""Data parameters in a run's form and on its pages, as a person sees and chooses them."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.test import Client

from data.selectors import default_datastore
from data.services.datasets import create_dataset, register_dataset
from data.services.datastores import write_file
from pipelines.models import Run
from pipelines.parameter_form import fields_of, values_of
from tests.support.graphs import graph_json
from tests.support.submitting import submit

STORE = "workspaceblobstore"


@pytest.fixture
def put(workspace: Any, actor: Any) -> Any:
    def write(path: str) -> None:
        write_file(
            workspace=workspace,
            actor=actor,
            datastore=default_datastore(workspace),
            path=path,
            stream=BytesIO(path.encode()),
            overwrite=True,
        )

    return write


@pytest.fixture
def register(workspace: Any, actor: Any) -> Any:
    def make(name: str, path: str) -> Any:
        definition = {"paths": [{"datastore": STORE, "path": path}]}
        made = create_dataset(
            workspace=workspace, actor=actor, kind="file", definition=definition, validate=True
        )
        if not name:
            return made
        return register_dataset(
            workspace=workspace, actor=actor, version=made, name=name, create_new_version=True
        )

    return make


@pytest.fixture
def reading(workspace: Any, actor: Any, source: str, put: Any, register: Any) -> Run:
    """One step that reads the path `raw/2019` and version 1 of two of titanic."""
    for path in ("raw/2019/a.csv", "raw/2020/a.csv", "raw/notes.txt", "people/a.csv"):
        put(path)
    first = register("titanic", "raw/2019")
    register("titanic", "people")
    register("iris", "raw")
    graph = graph_json("a", snapshot=source)
    graph["parameters"] = [
        {"name": "raw", "type": "datapath", "default": {"datastore": STORE, "path": "raw/2019"}},
        {"name": "people", "type": "dataset", "default": {"dataset": first.uid}},
        {"name": "nodes", "type": "int", "default": 2},
    ]
    graph["nodes"][0] |= {
        "inputs": [
            {"name": "raw_data", "mode": "mount", "source": {"parameter": "raw"}},
            {"name": "who", "mode": "mount", "source": {"parameter": "people"}},
        ],
        "parameters": {"where": {"parameter": "raw"}},
        "runconfig_parameters": {"NodeCount": {"parameter": "nodes"}},
    }
    return submit(workspace, actor, {"experiment": "iris", "graph": graph})


def page_of(run: Run, name: str = "") -> str:
    return f"/w/lab/runs/{run.uid}/{name}"


def newest() -> Run:
    return Run.objects.order_by("-id")[0]


def test_the_form_offers_datastores_and_datasets_with_the_values_chosen(
    browser: Client, reading: Run
) -> None:
    page = browser.get(page_of(reading, "resubmit")).content.decode()
    assert f'<option value="{STORE}" selected>{STORE}</option>' in page
    assert '<option value="workspacefilestore">workspacefilestore</option>' in page
    assert 'name="p0-path" value="raw/2019"' in page
    assert '<option value="titanic" selected>titanic</option>' in page
    assert '<option value="iris">iris</option>' in page
    assert '<option value="latest">latest (version 2)</option>' in page
    assert '<option value="1" selected>version 1</option>' in page
    assert "Changed" not in page


def test_an_untouched_form_keeps_the_very_values(browser: Client, reading: Run) -> None:
    form = {
        "p0-datastore": STORE,
        "p0-path": "raw/2019",
        "p1-dataset": "titanic",
        "p1-version": "1",
        "p2": "2",
    }
    for typed in ({}, form):
        browser.post(page_of(reading, "resubmit"), typed)
        assert newest().parameters == reading.parameters
    assert newest().number == 3


def test_what_is_chosen_is_submitted_and_told_on_the_pages(browser: Client, reading: Run) -> None:
    form = {
        "p0-datastore": STORE,
        "p0-path": "raw/2020/",
        "p1-dataset": "titanic",
        "p1-version": "latest",
    }
    assert browser.post(page_of(reading, "resubmit"), form).status_code == 302
    again = newest()
    assert again.parameters["raw"] == {"datastore": STORE, "path": "raw/2020/"}
    overview = browser.get(page_of(again)).content.decode()
    assert f"{STORE}/raw/2020</span>" in overview
    assert "titanic, version 2</span>" in overview
    step = again.steps.get()
    panel = browser.get(page_of(again, f"steps/{step.uid}/panel?panel=parameters"))
    said = panel.content.decode()
    assert "mount, from raw" in said
    assert "the path of input raw_data" in said
    assert "NodeCount" in said
    assert "not applied" in said
    form = browser.get(page_of(again, "resubmit")).content.decode()
    assert '<option value="raw/2020/">recent</option><option value="raw/2019">recent' in form


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"p0-path": "raw/2031"}, "There is no file at"),
        ({"p0-path": "../etc"}, "&#x27;..&#x27;"),
        ({"p0-datastore": "moon"}, "no datastore &#x27;moon&#x27;"),
        ({"p0-datastore": ""}, "Choose a datastore."),
        ({"p1-dataset": "gone"}, "There is no"),
        ({"p1-dataset": "iris", "p1-version": "7"}, "no version 7 of dataset"),
        ({"p1-version": "x"}, "Choose a version of the dataset."),
        ({"p1-dataset": ""}, "Choose a dataset."),
        ({"p1-dataset": "@zzz"}, "no dataset &#x27;zzz&#x27;"),
        ({"p2": str(2**63)}, "A whole number from -9223372036854775808"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    browser: Client, reading: Run, typed: dict[str, str], words: str
) -> None:
    answer = browser.post(page_of(reading, "resubmit"), typed)
    page = answer.content.decode()
    key = next(iter(typed)).partition("-")[0]
    note = page.split(f'id="{key}-note"')[1].split("</p>")[0]
    assert answer.status_code == 422
    assert words in note
    assert 'role="alert"' not in page, "the field says it, and no banner repeats it"
    assert 'aria-invalid="true"' in page
    assert Run.objects.count() == 1
    forecast = browser.post(page_of(reading, "forecast"), typed).content.decode()
    assert words in forecast.split(f'id="{key}-note"')[1].split("</p>")[0]
    assert "Mend the marked parameters" in forecast


def test_a_path_is_suggested_from_its_datastore(browser: Client, reading: Run, put: Any) -> None:
    def suggested(path: str, store: str = STORE) -> list[str]:
        query = {"key": "p0", "p0-datastore": store, "p0-path": path}
        text = browser.get("/w/lab/parameters/paths", query).content.decode()
        return [part.split('"')[0] for part in text.split('value="')[1:]]

    assert suggested("") == ["people/", "raw/"]
    assert suggested("raw/20") == ["raw/2019/", "raw/2020/", "raw/notes.txt"]
    for path, store in (
        ("../", STORE),
        ("nowhere/", STORE),
        ("", "moon"),
        ("raw/notes.txt/", STORE),
    ):
        assert suggested(path, store) == []


def test_versions_follow_the_chosen_dataset(browser: Client, reading: Run) -> None:
    def offered(name: str) -> str:
        query = {"key": "p1", "p1-dataset": name}
        return browser.get("/w/lab/parameters/versions", query).content.decode().strip()

    assert offered("iris") == (
        '<option value="latest">latest (version 1)</option><option value="1">version 1</option>'
    )
    assert offered("gone") == ""


def test_a_dataset_without_a_name_is_kept_and_shown(
    workspace: Any, register: Any, put: Any
) -> None:
    put("x.csv")
    unnamed = register("", "x.csv")
    parameters = [{"name": "d", "type": "dataset"}, {"name": "p", "type": "datapath"}]
    values = {"d": {"dataset": unnamed.uid}}
    (data, path) = fields_of(workspace, parameters, values)
    assert data.unlisted_dataset == f"Unregistered dataset {unnamed.uid[:8]}"
    assert path.parts == {"datastore": "", "path": ""}
    typed = {"p0-dataset": f"@{unnamed.uid}", "p1-datastore": STORE, "p1-path": "x.csv"}
    fields = fields_of(workspace, parameters, values, typed=typed)
    assert [one.error for one in fields] == ["", ""]
    assert values_of(fields, values) == {
        "d": {"dataset": unnamed.uid},
        "p": {"datastore": STORE, "path": "x.csv"},
    }


def test_a_schedule_may_keep_asking_for_the_latest_version(
    workspace: Any, register: Any, put: Any
) -> None:
    put("x.csv")
    register("titanic", "x.csv")
    parameters = [{"name": "d", "type": "dataset"}]
    values = {"d": {"name": "titanic", "version": "latest"}}
    (one,) = fields_of(workspace, parameters, values)
    assert one.parts == {"dataset": "titanic", "version": "latest"}
    assert one.was == "titanic, latest version"
    assert values_of([one], values) == values
