"""A graph, or a published pipeline, put behind an endpoint in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction

from endpoints.domain.texts import unknown_fields
from endpoints.models import EndpointVersion, PipelineEndpoint, PublishedPipeline
from endpoints.selectors import get_published
from endpoints.services.pipeline_endpoints import add_version, create_endpoint
from endpoints.services.publishing import check_publication, store_publication
from workspaces.domain.errors import InvalidInput
from workspaces.models import Workspace
from workspaces.services.access import Actor

OF_GRAPH = ("graph", "version", "continue_on_step_failure")
Publish = Callable[[], PublishedPipeline]


def publish_endpoint(
    *,
    workspace: Workspace,
    actor: Actor,
    body: Mapping[str, Any],
    note_stored: Callable[[PipelineEndpoint], None],
) -> PipelineEndpoint:
    """A new endpoint. `body`: name, description, and published_pipeline or a graph."""
    _refuse_unknown(body, ("name", "description", "published_pipeline", *OF_GRAPH))
    publish = _publisher(workspace, actor, body, name=body.get("name"))
    with transaction.atomic():
        return create_endpoint(
            workspace=workspace,
            actor=actor,
            name=body.get("name"),
            description=body.get("description"),
            published=publish(),
            note_stored=note_stored,
        )


def publish_version(
    *,
    endpoint: PipelineEndpoint,
    actor: Actor,
    body: Mapping[str, Any],
    make_default: bool,
    note_stored: Callable[[EndpointVersion], None],
) -> EndpointVersion:
    """The next version. `body`: published_pipeline, or a graph (named like the endpoint)."""
    known = ("published_pipeline", "make_default", "name", "description", *OF_GRAPH)
    _refuse_unknown(body, known)
    name = endpoint.name if body.get("name") is None else body["name"]
    publish = _publisher(endpoint.workspace, actor, body, name=name)
    with transaction.atomic():
        return add_version(
            endpoint=endpoint,
            actor=actor,
            published=publish(),
            make_default=make_default,
            note_stored=note_stored,
        )


def _publisher(
    workspace: Workspace, actor: Actor, body: Mapping[str, Any], *, name: Any
) -> Publish:
    """Everything slow is done when this returns; what it returns belongs into a transaction."""
    given = body.get("published_pipeline")
    if (given is None) == (body.get("graph") is None):
        raise InvalidInput.field(
            "published_pipeline",
            "Give either published_pipeline, the id of a published pipeline, or a graph.",
        )
    if given is not None:
        if not isinstance(given, str):
            raise InvalidInput.field("published_pipeline", "published_pipeline must be an id.")
        for field in ("version", "continue_on_step_failure"):
            if body.get(field) is not None:
                raise InvalidInput.field(field, f"{field} is set when a graph is published.")
        row = get_published(workspace, given)
        return lambda: row
    kept = {"name": name, **{one: body.get(one) for one in ("description", *OF_GRAPH)}}
    whole, graph = check_publication(workspace=workspace, actor=actor, body=kept)
    return lambda: store_publication(workspace=workspace, actor=actor, body=whole, graph=graph)


def _refuse_unknown(body: Mapping[str, Any], known: tuple[str, ...]) -> None:
    if problems := unknown_fields(body, known):
        raise InvalidInput.of(problems)
