"""A draft published as it is saved, and put behind an endpoint as wanted: one step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from endpoints.domain.defaults import read_defaults, with_defaults
from endpoints.domain.texts import name_problem, text_problems
from endpoints.models import PipelineEndpoint, PublishedPipeline
from endpoints.selectors import list_endpoints
from endpoints.services.publishing import FIELDS, body_problems, store_publication
from endpoints.services.run_publishing import put_behind
from pipelines.domain.drafts import values_for
from pipelines.models import PipelineDraft
from pipelines.services.draft_runs import compile_draft
from pipelines.services.drafts import note_use, refuse_stale
from pipelines.services.planning import check_graph
from workspaces.domain.errors import InvalidInput, Problem
from workspaces.models import Workspace
from workspaces.services.access import Actor
from workspaces.services.audit import record_audit

NOTHING: Callable[[PublishedPipeline], None] = lambda row: None  # noqa: E731 - a default
TAKES = (*FIELDS, "parameters", "endpoint", "revision")


@dataclass(frozen=True)
class _Place:
    """Behind what to publish: an existing endpoint, a new one of this name, or none."""

    endpoint: PipelineEndpoint | None = None
    new_name: str | None = None
    new_description: str | None = None
    make_default: bool = False


def publish_draft(
    *,
    draft: PipelineDraft,
    actor: Actor,
    body: Mapping[str, Any],
    note_stored: Callable[[PublishedPipeline], None] = NOTHING,
) -> PublishedPipeline:
    """Freeze the draft as it is saved. `body`: FIELDS; `parameters`, defaults in place of the
    draft's values and the graph's own; `endpoint` ({"id", "make_default"} of an existing one or
    {"name", "description"} of a new one); `revision`, which must then be the newest.

    Raises InvalidInput with every problem by node and field. A refused endpoint leaves nothing
    published.
    """
    problems = body_problems(body, TAKES)
    if body.get("revision") is not None:
        refuse_stale(draft, body["revision"])
    place, wrong = _read_place(draft.workspace, body.get("endpoint"))
    problems += wrong
    given = {} if body.get("parameters") is None else body["parameters"]
    if not isinstance(given, Mapping):
        problems.append(Problem("parameters must be an object of names and values.", "parameters"))
        given = {}
    kept = values_for(draft.graph, draft.parameters)
    defaults, wrong = read_defaults(draft.graph, {**kept, **given})
    problems += wrong
    raw, wrong = compile_draft(
        workspace=draft.workspace,
        actor=actor,
        graph=with_defaults(draft.graph, defaults),
        compute=draft.default_compute,
        values=defaults,
    )
    if problems or wrong:
        raise InvalidInput.of(problems + wrong)
    graph, _ = check_graph(draft.workspace, raw)
    with transaction.atomic():
        published = store_publication(
            workspace=draft.workspace,
            actor=actor,
            body={"description": draft.description, **body, "graph": raw},
            graph=graph,
            note=note_stored,
        )
        if place is not None:
            put_behind(
                published=published,
                actor=actor,
                endpoint=place.endpoint,
                endpoint_name=place.new_name,
                make_default=place.make_default,
                description=place.new_description,
            )
        note_use(draft, f"Published as {published.name}")
        record_audit(
            actor=actor,
            workspace=draft.workspace,
            action="draft.published",
            kind="draft",
            uid=draft.uid,
            name=draft.name,
            detail={"published_pipeline": published.uid, "version": draft.last_version},
        )
    return published


def _read_place(workspace: Workspace, raw: Any) -> tuple[_Place | None, list[Problem]]:
    if raw is None:
        return None, []
    if not isinstance(raw, Mapping) or ("id" in raw) == ("name" in raw):
        message = "endpoint must be {id} of an endpoint or {name} of a new one."
        return None, [Problem(message, "endpoint")]
    problems = [
        Problem(f"An endpoint has no field {str(name)!r} here.", f"endpoint.{name}")
        for name in raw
        if name not in (("id", "make_default") if "id" in raw else ("name", "description"))
    ]
    if not isinstance(raw.get("make_default", False), bool):
        message = "make_default must be true or false."
        problems.append(Problem(message, "endpoint.make_default"))
    if "name" in raw:
        if wrong := name_problem(raw["name"], "endpoint"):
            problems.append(Problem(wrong, "endpoint.name"))
        for one in text_problems({"description": raw.get("description")}):
            problems.append(Problem(one.message, "endpoint.description"))
        return _Place(new_name=raw["name"], new_description=raw.get("description")), problems
    uid = raw["id"]
    found = list_endpoints(workspace).filter(uid=uid).first() if isinstance(uid, str) else None
    if found is None:
        message = "There is no such pipeline endpoint in this workspace. Choose another one."
        problems.append(Problem(message, "endpoint.id", code="unknown_endpoint"))
    return _Place(endpoint=found, make_default=bool(raw.get("make_default"))), problems
