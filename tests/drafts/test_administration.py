"""Django's administration shows modules, drafts and versions: quickly, folded, unchangeable."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from pipelines.models import DraftVersion, Module, ModuleVersion, PipelineDraft
from pipelines.services.drafts import create_draft
from pipelines.services.library import ensure_library
from tests.support.drafts import node


@pytest.fixture
def staff(owner: Any) -> Client:
    owner.is_staff = owner.is_superuser = True
    owner.save()
    client = Client()
    client.force_login(owner)
    return client


def test_lists_cost_the_same_and_pages_fold_the_graph(
    staff: Client, workspace: Any, actor: Any, django_assert_max_num_queries: Any
) -> None:
    ensure_library(workspace=workspace, actor=actor)
    graph = {"version": 1, "nodes": [node("a<b>", "split-data")]}
    for number in range(20):
        body = {"name": f"d{number}", "graph": graph, "parameters": {"password": "hidden-one"}}
        create_draft(workspace=workspace, actor=actor, body=body)
    for model in (Module, ModuleVersion, PipelineDraft, DraftVersion):
        name = model._meta.model_name
        with django_assert_max_num_queries(12):
            assert staff.get(f"/admin/pipelines/{name}/").status_code == 200
        row = model.objects.first()
        assert row is not None
        page = staff.get(f"/admin/pipelines/{name}/{row.pk}/change/")
        assert page.status_code == 200
        assert b"hidden-one" not in page.content
        if model in (PipelineDraft, DraftVersion):
            assert b"<details><summary>" in page.content
            assert b"a&lt;b&gt;" in page.content
        assert staff.post(f"/admin/pipelines/{name}/{row.pk}/delete/").status_code == 403
