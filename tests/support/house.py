"""A workspace with one of everything, and everybody who may ask for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.test import Client
from django.utils import timezone

from pipelines.models import StepRun
from tests.support.route_bodies import BODIES
from tests.support.submitting import body_of, make_snapshot, make_target, submit
from workspaces.domain.roles import Role
from workspaces.services.access import Actor, create_token
from workspaces.services.workspaces import create_workspace, set_member


class House:
    """A workspace `lab` with one of everything, an empty one `other`, and five callers."""

    folder: Path  # its FOREBAY_DATA

    def __init__(self, workspace: Any, owner: Any, users: Any) -> None:
        make_target(workspace, owner)
        source = make_snapshot(workspace, owner, {"main.py": "print(1)"})
        actor = Actor(user=owner)
        run = submit(workspace, actor, body_of("a", source, experiment="iris"))
        later = submit(workspace, actor, body_of("a", source, experiment="iris", tags={"n": "2"}))
        self.values = {
            "workspace_name": "lab",
            "run_uid": run.uid,
            "step_uid": run.steps.get().uid,
            "snapshot_id": source,
            "dataset_id": self._dataset(workspace, actor),
            "child_uid": self._child(run),
            **self._published(run, actor),
            "version": "0",
            "number": "1",
            **self._principal(workspace, actor),
            **self._designed(run, source, actor),
            "user_name": "erin",
            "uid": "none",
            "token": "none",
            "path": "main.py",
        }
        create_workspace(name="other", owner=owner)
        people = {
            role: users.create_user(role.value.lower()) for role in (Role.READER, Role.CONTRIBUTOR)
        }
        for role, user in people.items():
            set_member(workspace=workspace, user=user, role=role)
        self.owner = owner
        self.people = {"stranger": users.create_user("mallory"), "owner": owner} | {
            role.value.lower(): user for role, user in people.items()
        }
        set_member(workspace=workspace, user=users.create_user("erin"), role=Role.READER)
        step = StepRun.objects.get(run=later)
        _, run_token = create_token(
            user=owner, name="step", kind="run", workspace=workspace, step_run_uid=step.uid
        )
        _, service_token = create_token(user=self.program, name="ci", kind="service")
        self.tokens = {"run token": run_token, "service principal": service_token}

    def _principal(self, workspace: Any, actor: Actor) -> dict[str, str]:
        from workspaces.services.service_principals import add_secret, create_principal

        body = {"name": "ci", "role": "Contributor"}
        row = create_principal(workspace=workspace, actor=actor, body=body)
        secret, _ = add_secret(principal=row, actor=actor, days=30, now=timezone.now())
        self.program = row.user
        return {"principal_id": row.uid, "secret_id": secret.uid}

    @staticmethod
    def _child(run: Any) -> str:
        from pipelines.services.children import open_child

        step, now = run.steps.get(), timezone.now()
        return open_child(run=run, step_run=step, parent=None, body={}, now=now).uid

    @staticmethod
    def _published(run: Any, actor: Actor) -> dict[str, str]:
        from endpoints.services.pipeline_endpoints import create_endpoint
        from endpoints.services.publishing import publish_run

        made = publish_run(run=run, actor=actor, body={"name": "nightly"})
        endpoint = create_endpoint(
            workspace=run.workspace, actor=actor, name="score", published=made
        )
        return {
            "published_id": made.uid,
            "endpoint_id": endpoint.uid,
            **House._scheduled(made, actor),
        }

    @staticmethod
    def _scheduled(published: Any, actor: Actor) -> dict[str, str]:
        from endpoints.models import NotificationRule
        from endpoints.services.deliveries import ADDRESS, SECRET
        from endpoints.services.schedules import create_schedule
        from workspaces.services.secrets import seal

        body = {"name": "s", "published_pipeline": published.uid, "cron": "0 5 * * *"}
        schedule = create_schedule(workspace=published.workspace, actor=actor, body=body)
        now = timezone.now()
        rule = NotificationRule.objects.create(
            workspace=published.workspace,
            schedule=schedule,
            channel="webhook",
            shown_address="https://hooks.invalid/…",
            sealed_address=seal("https://hooks.invalid/", purpose=ADDRESS),
            sealed_secret=seal("whsec_eA==", purpose=SECRET),
            created_by=actor.user,
            created_at=now,
            updated_by=actor.user,
            updated_at=now,
        )
        return {"schedule_id": schedule.uid, "rule_id": rule.uid}

    @staticmethod
    def _designed(run: Any, source: str, actor: Actor) -> dict[str, str]:
        from pipelines.services.drafts import draft_of_run
        from pipelines.services.modules import create_module

        body = {"spec": {"name": "Mine", "script": "main.py"}, "snapshot": source, "version": "0"}
        module = create_module(workspace=run.workspace, actor=actor, body=body)
        return {
            "module_id": module.uid,
            "draft_id": draft_of_run(run=run, actor=actor, body={}).uid,
        }

    @staticmethod
    def _dataset(workspace: Any, actor: Actor) -> str:
        from data.services.datasets import create_dataset

        definition = {"paths": [{"datastore": "workspaceblobstore", "path": "a.csv"}]}
        return create_dataset(
            workspace=workspace, actor=actor, kind="file", definition=definition, validate=False
        ).uid

    def path(self, route: str, **changes: str) -> str:
        """The route with ids of `lab` in it."""
        names = {
            "computes": "cpu",
            "targets": "cpu",
            "datastores": "workspaceblobstore",
            "experiments": "iris",
        }
        values = {**self.values, **changes}
        parts = []
        before = ""
        for part in route.split("/"):
            if part.startswith("<"):
                key = part.strip("<>").partition(":")[2]
                part = values.get(key) or names.get(before, "x")
            parts.append(part)
            before = part
        query = "?name=score" if route.endswith("EndpointSubmit/Name") else ""
        return "/" + "/".join(parts) + query

    def body(self, route: str, method: str) -> dict[str, Any]:
        """What a test of effects sends there."""
        given = BODIES.get((route, method), {})
        if callable(given):
            return dict(given(self))
        return {
            key: self.values.get(value, value) if isinstance(value, str) else value
            for key, value in given.items()
        }

    def ask(self, who: str, method: str, path: str, fields: dict[str, Any] | None = None) -> Any:
        client = Client(SERVER_NAME="127.0.0.1", raise_request_exception=False)
        headers = {"X-Requested-With": "test"}
        if who in self.tokens:
            headers["Authorization"] = f"Bearer {self.tokens[who]}"
        elif who != "anonymous":
            client.force_login(self.people[who])
        rest = path.startswith(("/api/", "/pipelines/v1.0/"))
        kind = "application/json" if rest else "application/x-www-form-urlencoded"
        body = json.dumps(fields or {}) if rest else urlencode(fields or {}, doseq=True)
        return client.generic(method, path, body, content_type=kind, headers=headers)
