"""Designer's home, the list of drafts, clones, and own modules from a folder, a ZIP and a drop."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

FILL = """
from django.contrib.auth.models import User
from django.utils import timezone
from data.services.datastores import create_default_datastores
from pipelines.domain.drafts import empty_graph
from pipelines.models import Experiment, PipelineDraft, Run
from workspaces.services.workspaces import create_workspace
user = User.objects.order_by("id").first()
create_default_datastores(workspace=create_workspace(name="blank", owner=user))
lab = create_workspace(name="drafts", owner=user)
create_default_datastores(workspace=lab)
experiment = Experiment.objects.create(workspace=lab, name="long " * 50, last_number=1)
now = timezone.now()
run = Run.objects.create(
    uid="draftrun", workspace=lab, experiment=experiment, number=1, status="Completed",
    graph={"version": 1, "nodes": []}, submitted_by=user, submitted_at=now, started_at=now,
    ended_at=now,
)
PipelineDraft.objects.bulk_create(
    PipelineDraft(
        workspace=lab, name=f"draft {n:04}" + (" of a very long name" * 12 if n == 1000 else ""),
        graph=empty_graph(), last_run=run if n % 2 else None, created_by=user, created_at=now,
        updated_by=user, updated_at=now,
    )
    for n in range(1, 1001)
)
"""
SPEC = """name: {name}
inputs: [{{name: dataset, type: table}}]
outputs: [{{name: results, type: table}}]
parameters: [{{name: factor, type: float, default: {default}}}]
"""
BOTH = pytest.mark.parametrize(
    "page", [{"color_scheme": scheme} for scheme in ("light", "dark")], indirect=True
)


@pytest.fixture(scope="module", autouse=True)
def workspaces(studio: Any) -> None:
    studio.manage("shell", "-c", FILL)


def serious(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{page.url} {one['id']}" for one in found if one["impact"] != "minor"]


def folder_of(place: Path, name: str, default: int = 1) -> Path:
    folder = place / "mine"
    (folder / "lib").mkdir(parents=True, exist_ok=True)
    (folder / "__pycache__").mkdir(exist_ok=True)
    (folder / "module.yaml").write_text(SPEC.format(name=name, default=default))
    (folder / "run.py").write_text(f"print({default})\n")
    (folder / "lib" / "a.py").write_text("A = 1\n")
    (folder / "__pycache__" / "a.pyc").write_bytes(b"\x00")
    return folder


@BOTH
def test_every_page_in_an_empty_workspace(page: Page) -> None:
    for place in ("designer/", "drafts/", "modules/", "modules/new/"):
        page.goto(f"/w/blank/{place}")
        assert serious(page) == []
    page.goto("/w/blank/designer/")
    expect(page.locator(".begin-card")).to_have_count(6)
    expect(page.locator("main")).to_contain_text("You have no drafts yet")


def test_a_new_pipeline_opens_in_a_window_of_its_own(page: Page) -> None:
    page.goto("/w/blank/")
    page.get_by_role("link", name="New pipeline").click()
    page.get_by_role("button", name=re.compile("New pipeline")).click()
    page.wait_for_url(re.compile("/w/blank/designer/[^/]+$"))
    expect(page.locator("#designer")).to_have_attribute("data-editable", "true")
    expect(page).to_have_title(re.compile("Pipeline draft of"))
    box = page.locator("#designer").bounding_box()
    assert box and box["x"] < 60 and box["x"] + box["width"] == 1280
    assert box["y"] + box["height"] == 800
    expect(
        page.get_by_role("link", name=re.compile("Add a module|Manage my modules"))
    ).to_be_visible()
    rail = page.locator(".nav")
    expect(rail.get_by_role("link", name="Experiments")).to_be_visible()
    rail.get_by_role("link", name="Experiments").hover()
    expect(rail.get_by_text("Experiments")).to_have_css("opacity", "1")


def test_a_sample_opens_and_stands_among_my_drafts(page: Page) -> None:
    page.goto("/w/blank/designer/")
    page.get_by_role("button", name=re.compile("Wine: groups")).click()
    page.wait_for_url(re.compile("/w/blank/designer/[^/]+$"))
    expect(page).to_have_title(re.compile("Wine: groups without labels"))
    expect(page.locator(".react-flow__node-card")).to_have_count(7)
    expect(page.locator(".dz-wire")).to_have_count(9)
    # Its data came with it; that of the other samples is still to be had.
    expect(page.get_by_role("button", name="Add the other sample datasets")).to_be_visible()
    page.goto("/w/blank/designer/")
    expect(page.locator("#drafts-list")).to_contain_text("Wine: groups without labels")
    page.get_by_role("searchbox").fill("no such draft")
    expect(page.locator("#drafts-list")).to_contain_text("No draft fits this search")


@pytest.mark.parametrize("page", [{"viewport": {"width": 390, "height": 780}}], indirect=True)
def test_nothing_sticks_out_on_a_phone(page: Page) -> None:
    for url in ("/w/blank/designer/", "/w/drafts/drafts/", "/w/blank/modules/new/"):
        page.goto(url)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        main = "document.querySelector('main')"
        assert page.evaluate(f"{main}.scrollWidth <= {main}.clientWidth + 1"), url


@BOTH
def test_a_thousand_drafts_are_searched_sorted_cloned_and_deleted(page: Page) -> None:
    page.goto("/w/drafts/drafts/")
    expect(page.get_by_role("row")).to_have_count(51)
    assert serious(page) == []
    page.get_by_role("link", name="Name", exact=True).click()
    expect(page.get_by_role("columnheader", name="Name")).to_have_attribute(
        "aria-sort", "descending"
    )
    expect(page.get_by_role("row").nth(1)).to_contain_text("draft 1000 of a very long name")
    page.get_by_role("searchbox").fill("draft 0500")
    expect(page.get_by_role("row")).to_have_count(2)
    expect(page).to_have_url(re.compile("q=draft(\\+|%20)0500"))
    page.get_by_label("Actions of draft 0500").first.click()
    page.get_by_role("button", name="Clone").click()
    page.wait_for_url(re.compile("/w/drafts/designer/[^/]+$"))
    page.goto("/w/drafts/drafts/?q=draft+0500")
    rows = page.get_by_role("row").filter(has_text="(copy)")
    before = rows.count()
    assert before >= 1
    page.once("dialog", lambda dialog: dialog.accept())
    rows.first.get_by_label(re.compile("Actions of")).click()
    page.get_by_role("button", name="Delete").locator("visible=true").click()
    expect(page.locator(".banner")).to_contain_text("is deleted")
    expect(rows).to_have_count(before - 1)


def test_a_run_is_cloned_to_a_draft(page: Page) -> None:
    page.goto("/w/drafts/runs/draftrun/")
    page.get_by_role("button", name="Clone to draft").click()
    page.wait_for_url(re.compile("/w/drafts/designer/[^/]+$"))
    expect(page.locator("#designer")).to_have_attribute("data-editable", "true")


def test_a_module_comes_from_a_folder_and_gets_a_version_from_a_zip(
    page: Page, tmp_path: Path
) -> None:
    page.goto("/w/blank/modules/")
    page.get_by_role("link", name="New module").first.click()
    page.locator("#folder-input").set_input_files(folder_of(tmp_path, "From a folder"))
    expect(page.locator("#module-files")).to_contain_text("3 files")
    expect(page.locator("#module-files")).to_contain_text("lib/a.py")
    expect(page.locator("#spec-text")).to_have_value(re.compile("name: From a folder"))
    page.get_by_role("button", name="Add the module").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("From a folder")
    expect(page.locator(".module-figure")).to_contain_text("dataset")
    assert serious(page) == []

    folder = folder_of(tmp_path, "From a folder", default=5)
    packed = tmp_path / "mine.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for path in folder.rglob("*"):
            if path.is_file() and path.name != "a.py":
                archive.write(path, path.relative_to(tmp_path))
    page.get_by_role("link", name="New version").click()
    page.get_by_role("button", name="Begin with version 1").click()
    expect(page.locator("#module-files")).to_contain_text("lib/a.py")
    expect(page.locator("#spec-text")).to_have_value(re.compile("name: From a folder"))
    page.locator("#files-input").set_input_files(packed)
    expect(page.locator("#module-files")).to_contain_text("2 files")
    page.get_by_label("What changed").fill("Five times is usual")
    page.get_by_role("button", name="Add the version").click()
    changes = page.locator("section", has=page.get_by_role("heading", name="What changed"))
    for told in ("Five times is usual", "default of parameter factor", "file lib/a.py"):
        expect(changes).to_contain_text(told)
    page.get_by_role("button", name="Make version 1 the default").click()
    expect(page.locator(".module-versions li").nth(1)).to_contain_text("default")
    with page.expect_download() as got:
        page.get_by_role("link", name="Download the source of version 2").click()
    assert sorted(zipfile.ZipFile(got.value.path()).namelist()) == ["module.yaml", "run.py"]
    page.get_by_role("button", name="Deprecate").click()
    expect(page.locator(".page-title .status")).to_have_text("Deprecated")


def test_faults_of_a_spec_are_told_by_field_and_nothing_is_lost(page: Page) -> None:
    page.allowed_console.append("status of 422")  # type: ignore[attr-defined]
    page.goto("/w/blank/modules/new/")
    page.get_by_role("button", name="Add the module").click()
    expect(page.locator("#module-problems")).to_contain_text("Choose the folder")
    page.get_by_role("button", name="Begin with an example").click()
    spec = page.locator("#spec-text")
    spec.fill(spec.input_value().replace("type: float", "type: flaot"))
    page.get_by_role("button", name="Add the module").click()
    problems = page.locator("#module-problems")
    expect(problems).to_contain_text("parameters[1].type")
    expect(problems).to_be_focused()
    assert "type: flaot" in spec.input_value()
    spec.fill("name: [broken")
    page.get_by_role("button", name="Add the module").click()
    expect(problems).to_contain_text("line 1")


def test_files_are_dropped(page: Page) -> None:
    page.goto("/w/blank/modules/new/")
    page.evaluate(
        """spec => {
            const data = new DataTransfer();
            data.items.add(new File([spec], "module.yaml"));
            data.items.add(new File(["print(1)"], "run.py"));
            const event = new DragEvent("drop", { dataTransfer: data, bubbles: true });
            document.querySelector("#module-drop").dispatchEvent(event);
        }""",
        SPEC.format(name="Dropped", default=1),
    )
    expect(page.locator("#module-files")).to_contain_text("2 files")
    page.get_by_role("button", name="Add the module").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Dropped")
