"""The modules are there before somebody opens the designer, also those of a newer studio."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipelines.models import Module, ModuleVersion
from pipelines.services.library import ensure_library
from studio.setup import ensure_studio, set_up_studio
from workspaces.models import Snapshot
from workspaces.services.access import Actor
from workspaces.services.workspaces import create_workspace


def test_a_studio_that_was_set_up_has_its_modules(
    db: None, data_folder: Path, django_assert_num_queries: Any
) -> None:
    studio = set_up_studio("lab")
    assert Module.objects.count() == ModuleVersion.objects.count() >= 50
    assert Snapshot.objects.count() == Module.objects.count()
    with django_assert_num_queries(1):  # what a page asks
        ensure_library(workspace=studio.workspace, actor=Actor(user=studio.admin))


def test_starting_a_newer_studio_brings_its_modules_everywhere(db: None, data_folder: Path) -> None:
    studio = set_up_studio("lab")
    create_workspace(name="other", owner=studio.admin)
    split = Module.objects.get(key="split-data")
    Module.objects.filter(pk=split.pk).update(name="Of an earlier studio")
    split.versions.update(digest="of an earlier studio")
    ensure_studio("lab")
    split.refresh_from_db()
    assert (split.name, split.default_version) == ("Split Data", "2")
    versions = list(split.versions.order_by("id").values_list("version", "changes"))
    assert versions == [("1", ""), ("2", "Came with a newer studio.")]
    of_other = Module.objects.filter(workspace__name="other")
    assert of_other.count() == Module.objects.filter(workspace__name="lab").count()
