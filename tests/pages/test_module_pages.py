"""Own modules: the list, a module's page, versions, status, sources."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from django.test import Client

from pipelines.models import Module
from pipelines.services.drafts import create_draft
from pipelines.services.library import ensure_library
from pipelines.services.modules import add_module_version, create_module
from tests.pages.test_lists import queries_of
from tests.support.submitting import make_snapshot

LIST = "/w/lab/modules/"
SPEC = """
name: Scale a column
description: Multiplies <b>it</b>.
inputs: [{name: dataset, label: The data, type: table}]
outputs: [{name: results, type: table}]
parameters:
  - {name: factor, type: float, default: 2, min: 0, help: How much}
"""


@pytest.fixture
def module(workspace: Any, owner: Any, actor: Any) -> Module:
    snapshot = make_snapshot(workspace, owner, {"run.py": "print(1)\n", "lib/a.py": "A = 1\n"})
    return create_module(
        workspace=workspace, actor=actor, body={"spec": SPEC, "snapshot": snapshot}
    )


def page_of(module: Module) -> str:
    return f"{LIST}{module.uid}/"


def test_an_empty_list_says_what_a_module_is(browser: Client, reader: Client) -> None:
    assert "No own modules yet" in browser.get(LIST).content.decode()
    assert f"{LIST}new/" in browser.get(LIST).content.decode()
    assert f"{LIST}new/" not in reader.get(LIST).content.decode()


def test_the_list_counts_versions_and_drafts(
    browser: Client, workspace: Any, actor: Any, module: Module
) -> None:
    graph = {
        "version": 1,
        "nodes": [
            {"id": n, "module": {"id": module.uid}, "settings": {}, "inputs": []} for n in "ab"
        ],
    }
    create_draft(workspace=workspace, actor=actor, body={"name": "uses it", "graph": graph})
    create_draft(workspace=workspace, actor=actor, body={"name": "does not"})
    ensure_library(workspace=workspace, actor=actor)
    (row,) = browser.get(LIST).context["page"].object_list
    assert (row.name, row.version_count, row.draft_count) == ("Scale a column", 1, 1)
    assert "uses it" in browser.get(page_of(module)).content.decode()
    assert "No module fits" in browser.get(f"{LIST}?q=nothing").content.decode()


def test_a_hundred_modules_cost_as_many_queries_as_one(
    browser: Client, workspace: Any, owner: Any, actor: Any, module: Module
) -> None:
    few = queries_of(browser, LIST)
    snapshot = make_snapshot(workspace, owner, {"run.py": "print(1)\n"})
    for number in range(100):
        body = {"spec": {"name": f"module {number}"}, "snapshot": snapshot}
        create_module(workspace=workspace, actor=actor, body=body)
    assert queries_of(browser, LIST) == few
    assert len(browser.get(LIST).context["page"].object_list) == 25


def test_the_page_shows_ports_parameters_and_what_changed(
    browser: Client, reader: Client, workspace: Any, owner: Any, actor: Any, module: Module
) -> None:
    page = browser.get(page_of(module)).content.decode()
    assert "The data" in page and "table" in page
    assert "Multiplies &lt;b&gt;it&lt;/b&gt;." in page
    assert "This is the first version" in page
    snapshot = make_snapshot(workspace, owner, {"run.py": "print(2)\n"})
    spec = SPEC.replace("default: 2", "default: 3").replace("The data", "A table")
    body = {"spec": spec, "snapshot": snapshot, "changes": "Twice is not enough"}
    add_module_version(module=module, actor=actor, body=body)
    page = browser.get(page_of(module)).content.decode()
    for told in ("since version", "Twice is not enough", "default of parameter factor"):
        assert told in page
    assert "file lib/a.py" in page and "file run.py" in page
    assert "The data" in browser.get(f"{page_of(module)}?version=1").content.decode()
    seen = reader.get(page_of(module)).content.decode()
    assert "Deprecate" not in seen and "Make default" not in seen


def test_a_module_without_a_version_offers_the_first_one(
    browser: Client, reader: Client, workspace: Any, actor: Any
) -> None:
    module = create_module(workspace=workspace, actor=actor, body={"name": "Only a name"})
    page = browser.get(page_of(module)).content.decode()
    assert "No version yet" in page
    assert f"{page_of(module)}new/" in page
    assert f"{page_of(module)}new/" not in reader.get(page_of(module)).content.decode()
    assert "Only a name" in browser.get(LIST).content.decode()


def test_default_and_status(
    browser: Client, workspace: Any, owner: Any, actor: Any, module: Module
) -> None:
    snapshot = make_snapshot(workspace, owner, {"run.py": "print(2)\n"})
    add_module_version(module=module, actor=actor, body={"spec": SPEC, "snapshot": snapshot})
    module.refresh_from_db()
    assert module.default_version == "2"
    refused = browser.post(
        f"{page_of(module)}versions/2/status", {"status": "Disabled"}, follow=True
    )
    assert "is the default of Scale a column: set another one first" in refused.content.decode()
    browser.post(f"{page_of(module)}versions/1/default")
    browser.post(f"{page_of(module)}versions/2/status", {"status": "Disabled"})
    browser.post(f"{page_of(module)}status", {"status": "Deprecated"})
    module.refresh_from_db()
    assert (module.default_version, module.status) == ("1", "Deprecated")
    assert module.versions.get(version="2").status == "Disabled"
    told = browser.post(f"{page_of(module)}status", {"status": "Odd"}, follow=True)
    assert "status must be one of" in told.content.decode()


def test_sources_come_as_a_zip(reader: Client, module: Module) -> None:
    answer = reader.get(f"{page_of(module)}versions/1/source")
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert {name: archive.read(name) for name in archive.namelist()} == {
        "lib/a.py": b"A = 1\n",
        "run.py": b"print(1)\n",
    }
    assert 'filename="Scale a column 1.zip"' in answer["Content-Disposition"]
    assert reader.get(f"{page_of(module)}versions/7/source").status_code == 404


def test_a_built_in_is_shown_and_gets_no_version(
    browser: Client, workspace: Any, actor: Any
) -> None:
    ensure_library(workspace=workspace, actor=actor)
    split = Module.objects.get(workspace=workspace, key="split-data")
    page = browser.get(page_of(split)).content.decode()
    assert "comes with the studio" in page
    assert "New version" not in page
    assert browser.get(f"{page_of(split)}new/").status_code == 409
    gone = browser.get(f"{LIST}nothing/")
    assert gone.status_code == 404 and f'href="{LIST}"' in gone.content.decode()


def test_a_spec_as_text_is_refused_by_its_fields(api: Any, workspace: Any, owner: Any) -> None:
    snapshot = make_snapshot(workspace, owner, {"run.py": "print(1)\n"})
    spec = SPEC.replace("type: float", "type: flaot").replace("name: dataset", "name: a b")
    body = {"spec": spec, "snapshot": snapshot}
    answer = api.post("/api/v1/workspaces/lab/modules", body)
    assert answer.status_code == 422
    fields = [one["field"] for one in answer.json()["problems"]]
    assert "spec.inputs[0].name" in fields
    answer = api.post("/api/v1/workspaces/lab/modules", {**body, "spec": "name: [a"})
    (problem,) = answer.json()["problems"]
    assert problem["field"] == "spec" and "line 1" in problem["message"]
    version = SPEC + "version: 3\n"
    answer = api.post("/api/v1/workspaces/lab/modules", {**body, "spec": version})
    assert answer.json()["default_version"] == "3"
