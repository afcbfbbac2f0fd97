"""The designer's title row, properties, problems and dialogs, in Chromium against a real studio."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.panes import choose, saved, settings_of, source_of
from tests.support.drafts import classification, node, wire

pytestmark = pytest.mark.usefixtures("patience")


def test_parameters_are_set_by_type_and_saved(studio: Any, open_draft: Any, page: Any) -> None:
    draft = open_draft(classification())
    pane = choose(page, "split")
    share = pane.get_by_role("spinbutton", name="Fraction of rows in the first output")
    share.fill("1.5")
    expect(pane.get_by_text("must be at most 1")).to_be_visible()
    expect(page.get_by_role("region", name="Problems")).to_contain_text("1 problem")
    share.fill("0.6")
    share.press("ArrowUp")
    expect(share).to_have_value("0.65")
    pane.get_by_role("switch", name="Randomized split").click()
    expect(pane.get_by_role("combobox", name="Stratification column")).to_have_count(
        0
    )  # only when randomized
    pane.get_by_role("combobox", name="Splitting mode").select_option(
        label="By a condition on a column"
    )
    expect(pane.get_by_role("spinbutton", name="Random seed")).to_have_count(0)
    pane.get_by_role("textbox", name="Condition").fill("size > 2")
    saved(page)
    assert settings_of(studio, draft, "split") == {
        "fraction": 0.65,
        "randomized": False,
        "mode": "expression",
        "expression": "size > 2",
        "seed": 1,
    }
    pane.locator("summary[aria-label='More for Splitting mode']").click()
    pane.get_by_role("button", name="Reset to default").click()
    expect(pane.get_by_role("spinbutton", name="Random seed")).to_be_visible()


def test_columns_are_picked_among_those_that_come_in(
    studio: Any, open_draft: Any, page: Any
) -> None:
    graph = classification()
    graph["nodes"].append(
        node("select", "select-columns", [wire("dataset", "data", "results")], columns=["gone"])
    )
    draft = open_draft(graph)
    pane = choose(page, "select")
    expect(pane.locator(".pane-error")).to_have_text(
        "Dataset has no column 'gone'. It has: size, noise, kind."
    )
    field = pane.get_by_placeholder("Add a column…")
    field.click()
    expect(page.get_by_role("option", name=re.compile("noise"))).to_be_visible()
    field.fill("ki")
    field.press("ArrowDown")
    field.press("Enter")
    pane.get_by_role("button", name="Remove gone").click()
    pane.get_by_role("button", name="Add all").click()
    chips = pane.get_by_role("list", name="Columns chosen").get_by_role("listitem")
    expect(chips).to_have_text(["kind", "size", "noise"])
    saved(page)
    chosen = settings_of(studio, draft, "select")["columns"]
    assert chosen == {"include": ["kind", "size", "noise"]}
    pane.get_by_text("By type", exact=True).click()
    pane.get_by_role("button", name="Remove kind").click()
    expect(pane.get_by_text("2 of 3: size, noise")).to_be_visible()


def test_a_field_becomes_a_parameter_and_is_detached_again(
    studio: Any, open_draft: Any, page: Any
) -> None:
    draft = open_draft(classification())
    pane = choose(page, "learner")
    menu = pane.locator("summary[aria-label^='More for']").nth(1)
    menu.click()
    pane.get_by_role("button", name="Use a pipeline parameter…").click()
    dialog = page.get_by_role("dialog")
    name = dialog.get_by_role("textbox", name="Name")
    expect(name).to_be_focused()
    name.fill("two words")
    expect(dialog.get_by_text("none of them a space")).to_be_visible()
    name.fill("strength")
    expect(dialog.get_by_role("spinbutton", name="Default")).to_have_value("10")
    dialog.get_by_role("button", name="Use it").click()
    expect(pane.locator(".pane-bound")).to_contain_text("default 10")
    saved(page)
    graph = studio.get(f"/drafts/{draft}")["graph"]
    assert [(one["name"], one["default"]) for one in graph["parameters"]] == [("strength", 10)]
    assert settings_of(studio, draft, "learner") == {"C": {"parameter": "strength"}}

    page.get_by_role("button", name="Settings", exact=True).click()
    page.get_by_role("button", name="Delete strength").click()
    expect(page.get_by_role("alert")).to_contain_text("It is used, so it stays")
    row = page.get_by_role("listitem", name="strength")
    row.get_by_role("textbox", name="Name").fill("power")
    row.get_by_role("textbox", name="Name").press("Enter")
    page.get_by_role("button", name="Done").click()
    expect(pane.locator(".pane-bound")).to_contain_text("power")
    pane.get_by_role("button", name="Detach", exact=True).click()
    saved(page)
    assert settings_of(studio, draft, "learner") == {"C": 10}


def test_the_draft_is_renamed_and_settings_make_parameters(
    studio: Any, open_draft: Any, page: Any
) -> None:
    draft = open_draft(classification())
    page.keyboard.press("F2")
    name = page.get_by_label("Name of the draft")
    name.fill("Iris, the second")
    name.press("Enter")
    heading = page.get_by_role("heading", name="Iris, the second").first
    expect(heading).to_be_visible()
    page.get_by_role("button", name="Settings", exact=True).click()
    dialog = page.get_by_role("dialog", name="Settings")
    new = dialog.get_by_role("group", name="New parameter")
    new.get_by_role("textbox", name="New parameter").fill("rate")
    new.get_by_role("combobox", name="Type").select_option(label="Number")
    new.get_by_role("spinbutton", name="Default").fill("0.25")
    new.get_by_role("button", name="Add").click()
    expect(dialog.get_by_text("Not used yet.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    saved(page)
    stored = studio.get(f"/drafts/{draft}")
    assert stored["name"] == "Iris, the second"
    assert stored["graph"]["parameters"] == [{"name": "rate", "type": "float", "default": 0.25}]
    # Both are steps of undo, after a reload too.
    page.reload()
    expect(heading).to_be_visible()
    page.locator(".dz-canvas").focus()
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    expect(page.get_by_role("heading", name="Two kinds of iris").first).to_be_visible()
    saved(page)
    stored = studio.get(f"/drafts/{draft}")
    assert (stored["name"], stored["graph"]["parameters"]) == ("Two kinds of iris", [])


def test_inputs_are_wired_by_keyboard_and_problems_lead_to_their_field(
    studio: Any, open_draft: Any, page: Any
) -> None:
    graph = classification()
    graph["nodes"][3]["inputs"] = [wire("learner", "learner", "learner")]
    graph["nodes"][3]["settings"] = {}
    draft = open_draft(graph)
    problems = page.get_by_role("region", name="Problems")
    problems.get_by_role("button", name=re.compile("2 problems")).press("Enter")
    problems.get_by_role("button", name=re.compile("Dataset is not connected")).press("Enter")
    field = page.get_by_role("combobox", name="Dataset")
    expect(field).to_be_focused()
    field.press("ArrowDown")
    field.type("Split Data")
    field.press("ArrowDown")
    field.press("Enter")
    expect(field).to_have_value("Split Data · Results dataset 1")
    problems.get_by_role("button", name=re.compile("Label column needs a value")).click()
    label = page.get_by_role("combobox", name="Label column")
    expect(label).to_be_focused()
    label.fill("kind")
    label.press("Enter")
    expect(problems).to_contain_text("No problems")
    saved(page)
    stored = studio.get(f"/drafts/{draft}")["graph"]["nodes"][3]
    assert stored["inputs"][1]["source"] == {"node": "split", "output": "results1"}
    assert stored["settings"] == {"label": "kind"}


def test_a_submit_tells_what_will_run_and_lists_problems(
    studio: Any, open_draft: Any, page: Any
) -> None:
    graph = classification()
    graph["nodes"][0]["settings"]["data"] += f"\n9,9,{uuid.uuid4()}"  # nothing to be reused
    graph["nodes"][3]["settings"] = {}
    draft = open_draft(graph)
    page.keyboard.press("Control+Enter")
    dialog = page.get_by_role("dialog", name="Submit a run")
    expect(dialog.get_by_text("1 problem to solve first")).to_be_visible()
    dialog.get_by_role("combobox", name="Run", exact=True).select_option(label="up to Split Data")
    # Whether the second one depends: on whether this studio has run it before.
    told = re.compile("^(1 step will run · 1 depends on what others make|2 steps will run)$")
    expect(page.get_by_text(told)).to_be_visible()
    run = page.get_by_role("dialog", name="Run up to Split Data")
    run.get_by_role("combobox", name="Experiment").fill("panes")
    run.get_by_role("combobox", name="Experiment").press("Control+Enter")
    expect(run).to_have_count(0)
    expect(page.locator(".designer-run")).to_contain_text("Run")
    made = studio.get("/runs?experiment=panes")["items"][0]
    assert made["origin"]["draft"]["id"] == draft
    assert made["step_count"] == 2
    if page.get_by_role("button", name=re.compile("^Cancel Run")).count():
        page.get_by_role("button", name=re.compile("^Cancel Run")).click()
    expect(page.locator(".designer-run")).to_contain_text(re.compile("Cancel"), timeout=30_000)


def test_the_keyboard_goes_into_the_properties_and_back(open_draft: Any, page: Any) -> None:
    open_draft(classification())
    card = page.locator('.react-flow__node[data-id="split"]')
    pane = choose(page, "split")
    page.keyboard.press("Enter")
    expect(pane.get_by_role("combobox", name="Splitting mode")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(card).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Shift+Tab")  # the field's menu
    page.keyboard.press("Shift+Tab")
    expect(pane.get_by_role("tab", name="Parameters")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(pane.get_by_role("tab", name="Inputs")).to_be_focused()
    page.keyboard.press("Escape")
    expect(card).to_be_focused()
    page.keyboard.press("Escape")
    expect(pane.get_by_role("heading", name="Two kinds of iris")).to_be_visible()


def test_several_steps_change_at_once(studio: Any, open_draft: Any, page: Any) -> None:
    draft = open_draft(classification())
    page.locator(".dz-canvas").focus()
    page.keyboard.press("Control+a")
    pane = page.get_by_role("complementary", name="Properties")
    expect(pane.get_by_role("heading", name="6 things selected")).to_be_visible()
    pane.get_by_role("combobox", name="Compute target for all of them").select_option("panes")
    saved(page)
    nodes = studio.get(f"/drafts/{draft}")["graph"]["nodes"]
    assert {one.get("compute") for one in nodes} == {"panes"}
    page.locator(".dz-canvas").focus()
    page.keyboard.press("Control+z")
    expect(page.locator("[data-said]")).to_contain_text("Undone: Change 6 steps")
    saved(page)
    nodes = studio.get(f"/drafts/{draft}")["graph"]["nodes"]
    assert {one.get("compute") for one in nodes} == {None}


def test_a_version_is_compared_and_restored(studio: Any, open_draft: Any, page: Any) -> None:
    draft = open_draft(classification())
    pane = choose(page, "split")
    pane.get_by_role("spinbutton", name="Fraction of rows in the first output").fill("0.9")
    saved(page)
    page.locator(".designer-more summary").click()
    page.get_by_role("button", name="History").click()
    dialog = page.get_by_role("dialog", name="History")
    dialog.get_by_label("Name for the version of now").fill("Nine tenths")
    dialog.get_by_role("button", name="Name it").click()
    expect(dialog.get_by_role("button", name=re.compile("Nine tenths"))).to_be_visible()
    dialog.get_by_role("button", name=re.compile("^Created")).click()
    version = dialog.get_by_role("region", name="Version 1")
    expect(version).to_contain_text("Fraction of rows in the first output: 0.7 became 0.9")
    expect(version.get_by_role("img", name="Version 1: 6 steps")).to_be_visible()
    version.get_by_role("button", name="Restore version 1").click()
    expect(dialog).to_have_count(0)
    pane = choose(page, "split")
    expect(pane.get_by_role("spinbutton", name="Fraction of rows")).to_have_value("0.7")
    assert settings_of(studio, draft, "split") == {"seed": 1}


def test_a_draft_is_published_and_lands_on_consume(studio: Any, open_draft: Any, page: Any) -> None:
    open_draft(classification(), name="Published iris")
    page.get_by_role("button", name="Publish", exact=True).click()
    dialog = page.get_by_role("dialog", name="Publish")
    dialog.get_by_role("textbox", name="Endpoint name").fill("")
    dialog.get_by_role("button", name="Publish").click()
    expect(dialog.get_by_text("Give the endpoint a name.")).to_be_visible()
    dialog.get_by_role("textbox", name="Endpoint name").fill("iris by hand")
    dialog.get_by_role("button", name="Publish").click()
    page.wait_for_url(re.compile(r"/endpoints/.*tab=consume"))
    expect(page.get_by_role("heading", name="iris by hand")).to_be_visible()


def test_code_is_edited_in_an_editor_that_guards_its_changes(
    studio: Any, open_draft: Any, page: Any
) -> None:
    graph = {
        "version": 1,
        "parameters": [],
        "nodes": [node("script", "execute-python-script")],
    }
    draft = open_draft(graph)
    pane = choose(page, "script")
    expect(pane.locator("pre.code")).to_contain_text("azureml_main")
    pane.get_by_role("button", name="Edit Python script").click()
    dialog = page.get_by_role("dialog")
    editor = dialog.get_by_role("textbox", name="Python script")
    expect(editor).to_be_focused()
    editor.press("Control+a")
    page.keyboard.type("def other():\nreturn 1")
    expect(dialog.get_by_text("There is no def azureml_main yet.")).to_be_visible()
    page.keyboard.press("Home")  # closes what is offered to complete the word
    page.keyboard.press("Escape")
    expect(dialog.get_by_role("button", name="Keep", exact=True)).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog.get_by_role("alert")).to_contain_text("not kept yet")
    dialog.get_by_role("button", name="Go on editing").click()
    expect(editor).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(dialog).to_have_count(0)
    expect(pane.locator("pre.code")).to_contain_text("def other")
    saved(page)
    assert settings_of(studio, draft, "script")["script"] == "def other():\n    return 1"


def test_the_script_of_a_program_s_step_can_be_read(
    studio: Any, open_draft: Any, page: Any
) -> None:
    step = {"id": "count", "name": "count", "script": "lib/count it.py", "arguments": []}
    step["snapshot"] = source_of(studio, {"lib/count it.py": "print(1)"})
    open_draft({"version": 1, "nodes": [step]})
    card = page.locator('.react-flow__node[data-id="count"]')
    card.click(position={"x": 20, "y": 40})
    pane = page.get_by_role("complementary", name="Properties")
    with page.expect_download() as got:
        pane.get_by_role("link", name="lib/count it.py").click()
    assert got.value.path().read_text() == "print(1)"


def test_a_port_without_data_says_what_to_do_and_runs_up_to_it(open_draft: Any, page: Any) -> None:
    open_draft(classification())
    pane = choose(page, "split")
    pane.get_by_role("tab", name="Inputs").click()
    pane.get_by_role("button", name="Data of Results dataset 1").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("No data yet")
    dialog.get_by_role("button", name="Run up to here…").click()
    expect(page.get_by_role("dialog", name="Run up to Split Data")).to_be_visible()


def test_an_empty_canvas_is_no_fault_until_it_is_submitted(open_draft: Any, page: Any) -> None:
    open_draft({"version": 1, "parameters": [], "nodes": []})
    expect(page.get_by_text("Start your pipeline")).to_be_visible()
    expect(page.get_by_role("button", name="Submit", exact=True)).to_be_visible()
    problems = page.get_by_role("region", name="Problems")
    expect(problems).to_contain_text("No steps yet")
    expect(problems).not_to_contain_text("problem to")
    page.keyboard.press("Control+Enter")
    dialog = page.get_by_role("dialog", name="Submit a run")
    expect(dialog).to_contain_text("The pipeline has no steps.")
