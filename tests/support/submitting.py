"""Rows that a submit needs, and shortcuts to submit and finish in service tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from pipelines.domain.manifests import describe_tree
from pipelines.domain.reuse import digest_of
from pipelines.domain.status import Status
from pipelines.models import Event, Output, Run, StepRun
from pipelines.services.events import record_events, step_status_event
from pipelines.services.progress import after_finish
from pipelines.services.submission import submit_run
from tests.support.graphs import graph_json
from workspaces.models import Snapshot


def make_snapshot(workspace: Any, user: Any, files: dict[str, str]) -> str:
    """A stored snapshot with these texts; its id."""
    import hashlib

    manifest = []
    for path, text in sorted(files.items()):
        sha = hashlib.sha256(text.encode()).hexdigest()
        blob = Path(settings.FOREBAY_DATA) / "blobs" / sha[:2] / sha
        blob.parent.mkdir(parents=True, exist_ok=True)
        blob.write_text(text)
        manifest.append(
            {"path": path, "sha256": sha, "size": len(text.encode()), "executable": False}
        )
    row, _ = Snapshot.objects.get_or_create(
        workspace=workspace,
        digest=digest_of(manifest),
        defaults={
            "files": manifest,
            "file_count": len(manifest),
            "size": sum(file["size"] for file in manifest),
            "created_by": user,
        },
    )
    return str(row.uid)


def make_target(workspace: Any, user: Any, name: str = "cpu", max_nodes: int = 4) -> Any:
    """A compute target."""
    from compute.models import ComputeTarget

    return ComputeTarget.objects.get_or_create(
        workspace=workspace, name=name, defaults={"max_nodes": max_nodes, "created_by": user}
    )[0]


def body_of(picture: str, snapshot: str, **fields: Any) -> dict[str, Any]:
    """A submit's body for a drawn graph."""
    changes = fields.pop("node", {})
    return {
        "experiment": "drawn",
        "graph": graph_json(picture, snapshot=snapshot, **changes),
        **fields,
    }


def submit(workspace: Any, actor: Any, body: dict[str, Any]) -> Run:
    """Submit and read the row back."""
    return Run.objects.get(pk=submit_run(workspace=workspace, actor=actor, body=body).pk)


def statuses(run: Run) -> str:
    """`a:Completed b:Queued`: the whole run in one line; reused ones carry a `*`."""
    steps = StepRun.objects.filter(run=run).order_by("position")
    return " ".join(f"{s.node_id}:{s.status}{'*' if s.reused else ''}" for s in steps)


def finish(run: Run, node: str, status: Status = Status.COMPLETED, text: str = "x") -> None:
    """End a step as the runner would, with its outputs really written."""
    now = timezone.now()
    step = StepRun.objects.get(run=run, node_id=node)
    with transaction.atomic():
        step.status, step.ended_at, step.attempt = status.value, now, 1
        if status is Status.FAILED:
            step.reason, step.reason_data = "exit_code", {"exit_code": 3}
        step.save()
        if status is Status.COMPLETED:
            for port in step.node["outputs"]:
                _publish(step, port, text)
        events = [step_status_event(step, run_uid=run.uid, workspace_id=run.workspace_id)]
        after_finish(step=step, status=status, now=now, events=events)
        record_events(events, now=now)


def _publish(step: StepRun, port: dict[str, Any], text: str) -> None:
    from data.models import Datastore
    from data.selectors import local_path

    store = Datastore.objects.get(workspace=step.workspace, name=port["datastore"])
    path = f"azureml/{step.uid}/{port['name']}"
    folder = local_path(store, path)
    folder.mkdir(parents=True)
    (folder / "data.txt").write_text(text)
    made = describe_tree(folder)
    Output.objects.create(
        step_run=step,
        name=port["name"],
        datastore=store,
        path=path,
        content_id=made.content_id,
        identity=made.identity,
        file_count=made.file_count,
        size=len(text),
    )


def event_kinds(run: Run) -> list[str]:
    """Every event of the run as `kind subject status`, in order."""
    return [
        f"{event.kind} {event.data.get('node', '')} {event.data.get('status', '')}"
        for event in Event.objects.filter(run=run).order_by("id")
    ]
