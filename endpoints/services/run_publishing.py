"""A run published and put behind an endpoint, or a published pipeline put there: one step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from endpoints.domain.texts import name_problem
from endpoints.models import PipelineEndpoint, PublishedPipeline
from endpoints.services.pipeline_endpoints import add_version, create_endpoint
from endpoints.services.publishing import check_run_publication, store_publication
from pipelines.models import Run
from workspaces.domain.errors import InvalidInput
from workspaces.services.access import Actor


def publish_run_behind(
    *,
    run: Run,
    actor: Actor,
    body: Mapping[str, Any],
    endpoint: PipelineEndpoint | None = None,
    endpoint_name: str | None = None,
    make_default: bool = False,
) -> tuple[PublishedPipeline, PipelineEndpoint | None]:
    """Publish a run as the next version of `endpoint`, or of a new one called `endpoint_name`.

    With neither it is a published pipeline only. `body` is that of `publish_run`. A refused
    endpoint leaves nothing published.
    """
    kept, graph = check_run_publication(run=run, body=body)
    with transaction.atomic():
        published = store_publication(
            workspace=run.workspace, actor=actor, body=kept, graph=graph, run=run
        )
        if endpoint is None and endpoint_name is None:
            return published, None
        return published, put_behind(
            published=published,
            actor=actor,
            endpoint=endpoint,
            endpoint_name=endpoint_name,
            make_default=make_default,
        )


def put_behind(
    *,
    published: PublishedPipeline,
    actor: Actor,
    endpoint: PipelineEndpoint | None,
    endpoint_name: str | None,
    make_default: bool,
    description: str | None = None,
) -> PipelineEndpoint:
    """The next version of `endpoint`, or version 0 of a new one called `endpoint_name`, with the
    pipeline's description if it is given none."""
    if endpoint is None:
        if wrong := name_problem(endpoint_name, "endpoint"):
            raise InvalidInput.field("endpoint_name", wrong)
        return create_endpoint(
            workspace=published.workspace,
            actor=actor,
            name=endpoint_name,
            description=published.description if description is None else description,
            published=published,
        )
    version = add_version(
        endpoint=endpoint, actor=actor, published=published, make_default=make_default
    )
    return version.endpoint
