"""Tables typed and pasted, paths, datasets as parameters, drafts as JSON and as programs."""

from __future__ import annotations

import ast
import re
import uuid
import zipfile
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.panes import choose, make_dataset, node_of, paste, saved, settings_of
from tests.support.drafts import classification, node

pytestmark = pytest.mark.usefixtures("patience")


def test_cells_of_a_spreadsheet_are_pasted(studio: Any, open_draft: Any, page: Page) -> None:
    draft = open_draft({"version": 1, "nodes": [node("data", "enter-data-manually")]})
    pane = choose(page, "data")
    expect(pane.get_by_text("Data needs a value.")).to_be_visible()
    table = pane.get_by_role("region", name="Data: table")
    table.get_by_role("textbox").first.click()
    paste(page, 'size\tkind\tnote\n1.5\tsmall\t"two\nlines"\n2.5\tlarge\ta, b\n')
    expect(table.get_by_role("row")).to_have_count(4)  # and the row that removes columns
    expect(pane.get_by_text("3 lines, 3 columns")).to_be_visible()
    # A cell of two lines keeps both while it is edited.
    note = table.get_by_label("Line 2, column 3")
    expect(note).to_have_value("two\nlines")
    note.press("Control+End")
    note.press_sequentially("!")
    # In the middle it goes over what is there and grows the table.
    table.get_by_label("Line 3, column 2").click()
    paste(page, "tiny\tx\ny\tz\n")
    saved(page)
    assert settings_of(studio, draft, "data")["data"] == "\n".join(
        ["size,kind,note", '1.5,small,"two', 'lines!"', "2.5,tiny,x", ",y,z"]
    )
    # One plain text is text of its cell, not a table.
    table.get_by_label("Line 4, column 1").fill("just words")
    pane.get_by_role("button", name="CSV").click()
    raw = pane.get_by_role("textbox", name="Data")
    expect(raw).to_have_value(re.compile("just words,y,z$"))
    raw.fill("a\n1")
    pane.get_by_role("button", name="CSV").click()
    expect(table.get_by_role("row")).to_have_count(3)
    table.get_by_role("textbox").first.click()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.keyboard.type("2")
    saved(page)
    assert settings_of(studio, draft, "data")["data"] == "a\n1\n2"


def test_a_path_is_found_in_its_folders_and_becomes_a_parameter(
    studio: Any, open_draft: Any, page: Page
) -> None:
    folder = f"browse-{uuid.uuid4().hex[:6]}"
    for path in ("2020/a.csv", "2021/b.csv", "2021/c.csv"):
        studio.put(f"/datastores/workspaceblobstore/files/{folder}/{path}", b"x,y\n1,2\n")
    draft = open_draft({"version": 1, "nodes": [node("import", "import-data")]})
    pane = choose(page, "import")
    pane.get_by_role("button", name="Browse folders").click()
    dialog = page.get_by_role("dialog", name="Choose from workspaceblobstore")
    files = dialog.get_by_role("listitem")
    files.get_by_role("button", name=folder).click()
    files.get_by_role("button", name="2021").click()
    expect(dialog.locator(".files").get_by_role("button")).to_have_text(["b.csv", "c.csv"])
    dialog.get_by_role("navigation", name="Folder").get_by_role("button", name=folder).click()
    files.get_by_role("button", name="2020").click()
    files.get_by_role("button", name="a.csv").click()
    path = pane.get_by_role("textbox", name="Path on a datastore")
    expect(path).to_have_value(f"{folder}/2020/a.csv")
    pane.locator("summary[aria-label='More for Path on a datastore']").click()
    pane.get_by_role("button", name="Use a pipeline parameter…").first.click()
    page.get_by_role("dialog").get_by_role("textbox", name="Name").fill("where")
    page.get_by_role("dialog").get_by_role("button", name="Use it").click()
    expect(pane.locator(".pane-bound")).to_contain_text(f"default workspaceblobstore/{folder}/2020")
    saved(page)
    assert settings_of(studio, draft, "import") == {"source": {"parameter": "where"}}

    page.get_by_role("button", name="Submit").click()
    form = page.get_by_role("dialog", name="Submit a run")
    given = form.get_by_role("textbox", name="where")
    expect(given).to_have_value(f"{folder}/2020/a.csv")
    # The folders may be walked here too, in a dialog above the form.
    form.get_by_role("button", name="Browse folders").click()
    dialog.get_by_role("navigation", name="Folder").get_by_role("button", name=folder).click()
    files.get_by_role("button", name="2021").click()
    dialog.get_by_role("button", name="Use this folder").click()
    expect(given).to_have_value(f"{folder}/2021")
    expect(form).to_contain_text(f"default: workspaceblobstore/{folder}/2020/a.csv")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Publish", exact=True).click()
    published = page.get_by_role("dialog", name="Publish")
    expect(published.get_by_role("textbox", name="where")).to_have_value(f"{folder}/2020/a.csv")


def test_a_dataset_becomes_a_parameter_that_is_known_by_name(
    studio: Any, open_draft: Any, page: Page
) -> None:
    name, other = f"wine-{uuid.uuid4().hex[:6]}", f"beer-{uuid.uuid4().hex[:6]}"
    first = make_dataset(studio, name)
    make_dataset(studio, name, "a,b,c\n1,2,3\n")
    second = make_dataset(studio, other)
    source = {"name": "dataset", "source": {"dataset": first}}
    draft = open_draft({"version": 1, "nodes": [node("sum", "summarize-data", [source])]})
    pane = page.get_by_role("complementary", name="Properties")
    page.locator(".react-flow__node-pill").click(position={"x": 20, "y": 20})
    pane.get_by_role("button", name="Make it a pipeline parameter…").click()
    dialog = page.get_by_role("dialog")
    field = dialog.get_by_role("textbox", name="Name")
    field.fill("two words")
    expect(dialog.get_by_role("button", name="Make it a parameter")).to_be_disabled()
    field.fill("drink")
    field.press("Enter")
    # Its first version is no longer the newest, and still it is called by its name.
    expect(pane.locator("dl")).to_contain_text(f"{name}, version 1")
    saved(page)
    assert node_of(studio, draft, "sum")["inputs"][0]["source"] == {"parameter": "drink"}

    page.get_by_role("button", name="Submit").click()
    form = page.get_by_role("dialog", name="Submit a run")
    expect(form.get_by_role("combobox", name="Experiment")).to_have_value("Two kinds of iris")
    chosen = form.get_by_role("combobox", name="drink", exact=True)
    expect(chosen).to_have_value(name)
    expect(form.get_by_label("drink: version")).to_have_value("1")
    chosen.fill(other)
    chosen.press("ArrowDown")
    chosen.press("Enter")
    expect(form).to_contain_text(f"default: {name}, version 1")
    expect(form.get_by_text("1 step will run")).to_be_visible()
    page.keyboard.press("Escape")

    page.get_by_role("button", name="Settings", exact=True).click()
    settings = page.get_by_role("dialog", name="Settings")
    row = settings.get_by_role("listitem", name="drink")
    expect(row.get_by_role("button", name="Summarize Data (input Dataset)")).to_be_visible()
    default = row.get_by_role("combobox", name="Default", exact=True)
    expect(default).to_have_value(name)
    default.fill(other)
    default.press("ArrowDown")
    default.press("Enter")
    settings.get_by_role("button", name="Done").click()
    expect(pane.locator("dl")).to_contain_text(f"{other}, version latest")
    pane.get_by_role("button", name="Detach from the parameter").click()
    expect(pane.get_by_role("heading", name=other)).to_be_visible()
    saved(page)
    assert node_of(studio, draft, "sum")["inputs"][0]["source"] == {"dataset": second}


def test_a_draft_leaves_as_json_and_as_a_program(studio: Any, open_draft: Any, page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    draft = open_draft(classification(), name="Out of the door")
    page.locator(".designer-more summary").click()
    page.get_by_role("button", name="Copy the graph as JSON").click()
    expect(page.get_by_text("The graph is on the clipboard as JSON.")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText().then((text) => JSON.parse(text))")
    assert [one["id"] for one in copied["nodes"]] == [
        one["id"] for one in studio.get(f"/drafts/{draft}")["graph"]["nodes"]
    ]
    # What is not saved yet is in the program too.
    choose(page, "split").get_by_role("spinbutton", name="Random seed").fill("4711")
    page.locator(".designer-more summary").click()
    page.get_by_role("button", name="Export as Python program…").click()
    dialog = page.get_by_role("dialog", name="Python program")
    expect(dialog.locator("pre")).to_contain_text("from azureml.pipeline.core import")
    dialog.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("Copied")).to_be_visible()
    text = page.evaluate("navigator.clipboard.readText()")
    ast.parse(text)
    assert "4711" in text
    with page.expect_download() as got:
        dialog.get_by_role("link", name="Download", exact=True).click()
    assert got.value.suggested_filename == "out_of_the_door.py"
    assert got.value.path().read_text().strip() == text.strip()
    with page.expect_download() as got:
        dialog.get_by_role("link", name=re.compile("as ZIP")).click()
    assert any(one.endswith(".py") for one in zipfile.ZipFile(got.value.path()).namelist())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("size,kind", "The clipboard holds no pipeline steps."),
        ('{"a": 1}', "The clipboard holds no pipeline steps."),
        ('{"version": 9, "nodes": []}', "This graph is of version 9"),
        ('{"nodes": [{"id": "a"}, {"id": 7}]}', "Step 2 of the pasted graph can't be read"),
    ],
)
def test_a_pasted_text_that_is_no_graph_says_so(
    open_draft: Any, page: Page, text: str, told: str
) -> None:
    open_draft(classification())
    page.locator(".dz-canvas").focus()
    paste(page, text)
    expect(page.locator("[data-said]")).to_contain_text(told)
    expect(page.locator(".react-flow__node-card")).to_have_count(6)
