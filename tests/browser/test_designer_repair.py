"""Drafts whose parts are gone or changed open, say what is missing, and are mended there."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.panes import choose, make_dataset, node_of, saved, send, source_of
from tests.support.drafts import classification, node, wire

pytestmark = pytest.mark.usefixtures("patience")

TABLE = {"name": "dataset", "type": "table"}
SPEC: dict[str, Any] = {
    "script": "run.py",
    "inputs": [TABLE],
    "outputs": [{"name": "results", "type": "table"}, {"name": "report", "type": "table"}],
    "parameters": [
        {"name": "factor", "type": "float", "default": 2, "min": 0},
        {"name": "title", "type": "string"},
    ],
}


def make_module(studio: Any, spec: dict[str, Any]) -> str:
    body = {"spec": spec, "snapshot": source_of(studio, {"run.py": "print(1)"})}
    return str(send(studio, "POST", "/modules", body)["id"])


def problems_of(page: Page) -> Any:
    """The list at the bottom, open."""
    region = page.get_by_role("region", name="Problems")
    if region.get_attribute("data-open") is None:
        region.get_by_role("button").first.click()
    return region


def test_a_module_that_is_gone_is_replaced(studio: Any, open_draft: Any, page: Page) -> None:
    module = make_module(studio, {**SPEC, "name": "Scale it"})
    graph = classification()
    graph["nodes"] += [
        node("scale", "", [wire("dataset", "data", "results")]),
        node("after", "summarize-data", [wire("dataset", "scale", "results")]),
    ]
    graph["nodes"][-2]["module"] = {"id": module, "name": "Scale it"}
    graph["nodes"][1]["module"]["version"] = "77"
    code = f"from pipelines.models import Module; Module.objects.filter(uid='{module}').delete()"
    studio.manage("shell", "-c", code)
    draft = open_draft(graph)
    problems = problems_of(page)
    expect(page.get_by_role("button", name=re.compile("^Submit.*2 problems"))).to_be_visible()
    pane = page.get_by_role("complementary", name="Properties")
    problems.get_by_role("button", name="The module 'Scale it' is not in this workspace").click()
    other = pane.get_by_role("combobox", name="Module to take its place")
    expect(other).to_be_focused()
    other.fill("clip")
    other.press("ArrowDown")
    other.press("Enter")
    pane.get_by_role("button", name="Replace by Clip Values").click()
    expect(pane.get_by_role("heading", name=re.compile("^Clip Values"))).to_be_visible()
    expect(problems).not_to_contain_text("Scale it")

    problems.get_by_role("button", name=re.compile("no version '77'")).click()
    pane.get_by_role("combobox", name="Version to change to").select_option(index=1)
    pane.get_by_role("button", name="Upgrade to version 1").click()
    expect(problems).not_to_contain_text("'77'")
    saved(page)
    after, scale = node_of(studio, draft, "after"), node_of(studio, draft, "scale")
    assert after["inputs"][0]["source"] == {"node": "scale", "output": "results"}
    assert scale["module"]["name"] == "Clip Values"
    assert scale["inputs"] == [wire("dataset", "data", "results")]
    assert node_of(studio, draft, "split")["module"]["version"] == "1"


def test_data_and_compute_that_are_gone_are_chosen_anew(
    studio: Any, open_draft: Any, page: Page
) -> None:
    kept, lost = f"kept-{uuid.uuid4().hex[:6]}", f"lost-{uuid.uuid4().hex[:6]}"
    new, gone = make_dataset(studio, kept), make_dataset(studio, lost)
    source = {"name": "dataset", "source": {"dataset": gone}}
    graph = {
        "version": 1,
        "ui": {"sources": [{**source, "name": lost, "version": 1, "x": 260, "y": 0}]},
        "nodes": [node("sum", "summarize-data", [source]), node("same", "add-rows", [source])],
    }
    graph["nodes"][0]["compute"] = "burnt-down"
    graph["nodes"][1]["inputs"] = [{**source, "name": name} for name in ("dataset1", "dataset2")]
    code = f"from data.models import Dataset; Dataset.objects.filter(name='{lost}').delete()"
    studio.manage("shell", "-c", code)
    draft = open_draft(graph)
    problems = problems_of(page)
    told = f"The workspace has no dataset '{lost}' (version 1)."
    expect(problems.get_by_role("button", name=told)).to_have_count(3)

    pill = page.locator(".react-flow__node-pill").filter(has_text=lost)
    expect(pill).to_have_attribute("aria-label", re.compile(re.escape(told)))

    problems.get_by_role("button", name=re.compile("'burnt-down'")).click()
    pane = page.get_by_role("complementary", name="Properties")
    target = pane.get_by_role("combobox", name="Compute target")
    expect(target).to_be_focused()
    target.select_option(label="The draft's default (panes)")
    expect(problems).not_to_contain_text("burnt-down")

    # The dataset's pill is mended once, for all that read it.
    pill.click(position={"x": 20, "y": 20})
    expect(pane.get_by_text(told)).to_be_visible()
    dataset = pane.get_by_role("combobox", name="Dataset")
    dataset.fill(kept)
    dataset.press("ArrowDown")
    dataset.press("Enter")
    expect(pane.get_by_role("heading", name=kept)).to_be_visible()
    expect(problems).to_contain_text("No problems")
    saved(page)
    for one, inputs in (("sum", 1), ("same", 2)):
        sources = [port["source"] for port in node_of(studio, draft, one)["inputs"]]
        assert sources == [{"dataset": new}] * inputs


def test_a_pill_goes_to_another_version_of_its_dataset(
    studio: Any, open_draft: Any, page: Page
) -> None:
    name = f"grown-{uuid.uuid4().hex[:6]}"
    first, second = make_dataset(studio, name), make_dataset(studio, name, "a,c\n1,2\n")
    source = {"name": "dataset", "source": {"dataset": first}}
    draft = open_draft(
        {"version": 1, "nodes": [node("select", "select-columns", [source], columns=["b"])]}
    )
    pane = page.get_by_role("complementary", name="Properties")
    page.locator(".react-flow__node-pill").filter(has_text=name).click(position={"x": 20, "y": 20})
    expect(pane.get_by_text("Version 2 is the newest.")).to_be_visible()
    pane.get_by_role("combobox", name="Version").select_option("2")
    # The column that the other version does not have is told before anything runs.
    expect(problems_of(page)).to_contain_text("Dataset has no column 'b'. It has: a, c.")
    saved(page)
    assert node_of(studio, draft, "select")["inputs"][0]["source"] == {"dataset": second}
    page.keyboard.press("Control+z")
    expect(page.get_by_role("region", name="Problems")).to_contain_text("No problems")


def test_a_newer_version_of_a_module_is_offered_with_what_it_changes(
    studio: Any, open_draft: Any, page: Page
) -> None:
    module = make_module(studio, {**SPEC, "name": "Weigh it"})
    graph = classification()
    graph["nodes"][1]["inputs"] = [wire("dataset", "weigh", "results")]
    step = node("weigh", "", [wire("dataset", "data", "results")], factor=3, title="mine")
    graph["nodes"] += [
        {**step, "module": {"id": module, "version": "1"}},
        node("sum", "summarize-data", [wire("dataset", "weigh", "report")]),
    ]
    draft = open_draft(graph)
    pane = choose(page, "weigh")
    expect(pane.get_by_text(re.compile("Version 2 of"))).to_have_count(0)
    spec = {
        **SPEC,
        "name": "Weigh it",
        "inputs": [TABLE, {"name": "weights", "label": "Weights", "type": "table"}],
        "outputs": [{"name": "results", "type": "table"}],
        "parameters": [{"name": "factor", "type": "float", "default": 2, "min": 0, "max": 2.5}],
    }
    source = source_of(studio, {"run.py": "print(2)"})
    version = {"spec": spec, "snapshot": source, "changes": "Weights at last", "set_default": True}
    send(studio, "POST", f"/modules/{module}/versions", version)
    page.evaluate("window.dispatchEvent(new Event('focus'))")  # back from another tab
    expect(
        pane.get_by_text("Version 2 of Weigh it is there; this step keeps version 1.")
    ).to_be_visible()
    pane.get_by_role("button", name="Look").click()
    body = pane.get_by_role("tabpanel")
    for told in (
        "Weights at last",
        "The input Weights is new and required.",
        "The output report is gone.",
        "its range became 0 to 2.5",
        "The wire from report to Summarize Data.",
        "The setting factor (3).",
        "The setting title (mine).",
    ):
        expect(body).to_contain_text(told)
    pane.get_by_role("button", name="Upgrade to version 2").click()
    expect(pane.get_by_text("Version 2 of")).to_have_count(0)
    expect(problems_of(page)).to_contain_text("Weights is not connected.")
    saved(page)
    stored = node_of(studio, draft, "weigh")
    assert (stored["module"]["version"], stored["settings"]) == ("2", {})
    assert node_of(studio, draft, "sum")["inputs"] == []
    # One step of undo brings all of it back.
    page.locator(".dz-canvas").focus()
    page.keyboard.press("Control+z")
    expect(pane.get_by_text(re.compile("this step keeps version 1"))).to_be_visible()
    saved(page)
    assert node_of(studio, draft, "weigh")["settings"] == {"factor": 3, "title": "mine"}
    assert node_of(studio, draft, "sum")["inputs"] == [wire("dataset", "weigh", "report")]
