"""Editing what was published: a draft of its graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from endpoints.models import PublishedPipeline
from pipelines.domain.drafts import with_default_compute
from pipelines.models import PipelineDraft
from pipelines.services.drafts import NOTHING, create_draft
from workspaces.services.access import Actor


def draft_of_published(
    *,
    published: PublishedPipeline,
    actor: Actor,
    body: Mapping[str, Any],
    note_stored: Callable[[PipelineDraft], None] = NOTHING,
) -> PipelineDraft:
    """A draft with the published graph. `body` may have a name and other fields."""
    graph, compute = with_default_compute(published.graph)
    kept = {
        "name": published.name,
        "description": published.description,
        "default_compute": compute,
        "continue_on_step_failure": published.continue_on_step_failure,
    }
    return create_draft(
        workspace=published.workspace,
        actor=actor,
        body={**kept, "graph": graph, **body},
        origin={"published": {"id": published.uid, "name": published.name}},
        note_stored=note_stored,
    )
