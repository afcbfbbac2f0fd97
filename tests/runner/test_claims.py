"""Whose turn it is: nodes, slots, and turns between runs."""

from __future__ import annotations

from typing import Any

import pytest
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pipelines.models import StepRun
from pipelines.services.steps import Rotation, claim_step
from tests.support.submitting import body_of, make_snapshot, make_target, submit


@pytest.fixture
def make_run(workspace: Any, actor: Any) -> Any:
    def make(picture: str, compute: str = "cpu") -> Any:
        snapshot = make_snapshot(workspace, actor.user, {"main.py": "pass"})
        body = body_of(picture, snapshot)
        for node in body["graph"]["nodes"]:
            node["compute"] = compute
        return submit(workspace, actor, body)

    return make


def claim_all(rotation: Rotation, limit: int = 100) -> list[str]:
    names = []
    while claimed := claim_step(host="here", limit=limit, rotation=rotation, now=timezone.now()):
        names.append(f"{claimed.step.run.number}{claimed.step.node_id}")
    return names


def test_runs_take_turns_and_steps_keep_their_order(
    workspace: Any, actor: Any, make_run: Any
) -> None:
    make_target(workspace, actor.user, max_nodes=100)
    make_run("a b c d")
    make_run("a b")
    make_run("a")
    assert claim_all(Rotation()) == ["1a", "2a", "3a", "1b", "2b", "1c", "1d"]


def test_a_target_has_only_so_many_nodes(workspace: Any, actor: Any, make_run: Any) -> None:
    make_target(workspace, actor.user, max_nodes=2)
    make_target(workspace, actor.user, name="gpu", max_nodes=1)
    make_run("a b c d")
    make_run("x y z", "gpu")
    assert claim_all(Rotation()) == ["1a", "2x", "1b"]


def test_a_host_has_only_so_many_slots(workspace: Any, actor: Any, make_run: Any) -> None:
    make_target(workspace, actor.user, max_nodes=100)
    make_run("a b c d")
    assert claim_all(Rotation(), limit=3) == ["1a", "1b", "1c"]


def test_a_claim_reads_the_same_with_many_queued(workspace: Any, actor: Any, make_run: Any) -> None:
    from django.db import connection

    make_target(workspace, actor.user, max_nodes=100_000)
    run = make_run("a")
    first = StepRun.objects.get(run=run)
    rows = []
    for number in range(10_000):
        row = StepRun.objects.get(pk=first.pk) if number == 0 else rows[0]
        copy = StepRun(
            **{
                f.attname: getattr(row, f.attname)
                for f in StepRun._meta.concrete_fields
                if f.attname not in ("id", "uid", "node_id")
            },
            node_id=f"n{number}",
        )
        rows.append(copy)
    StepRun.objects.bulk_create(rows, batch_size=1000)
    explain = "EXPLAIN QUERY PLAN "
    if connection.vendor == "postgresql":
        explain = "EXPLAIN "
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE pipelines_steprun")
    with CaptureQueriesContext(connection) as captured:
        assert claim_step(host="here", limit=10, rotation=Rotation(), now=timezone.now())
    for query in captured.captured_queries:
        if "'Queued'" in query["sql"] and query["sql"].lstrip().startswith(("SELECT", "WITH")):
            with connection.cursor() as cursor:
                cursor.execute(explain + query["sql"])
                plan = " | ".join(row[-1] for row in cursor.fetchall())
            # PostgreSQL may take another index while nearly all rows are queued, as here.
            assert "step_queue" in plan or connection.vendor == "postgresql"
            assert "SCAN pipelines_steprun" not in plan and "Seq Scan on pipelines" not in plan


def test_a_claim_makes_the_attempt_and_its_token(workspace: Any, actor: Any, make_run: Any) -> None:
    from pipelines.models import Attempt
    from workspaces.services.access import authenticate_token

    make_target(workspace, actor.user)
    run = make_run("a")
    claimed = claim_step(host="here", limit=1, rotation=Rotation(), now=timezone.now())
    assert claimed is not None
    assert Attempt.objects.get().folder == f"runs/{run.uid}/{claimed.step.uid}.1"
    who = authenticate_token(claimed.token, now=timezone.now())
    assert who.is_run_token and who.step_run_uid == claimed.step.uid
    run.refresh_from_db()
    assert run.status == "Running"


def test_a_canceled_step_is_not_claimed(workspace: Any, actor: Any, make_run: Any) -> None:
    from pipelines.services.cancel import cancel_run

    make_target(workspace, actor.user)
    run = make_run("a b")
    cancel_run(run=run, actor=actor)
    assert claim_all(Rotation()) == []
