"""Who may do what at every address. A route or method without a line here fails the tests."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from data.services.datastores import create_default_datastores
from pipelines.live.routing import websocket_urlpatterns
from pipelines.models import StepRun
from tests.support.permissions import PAGE as PERMISSIONS
from tests.support.permissions import permissions_page
from tests.support.submitting import body_of, make_snapshot, make_target, submit
from workspaces.domain.roles import Role
from workspaces.services.access import Actor, create_token
from workspaces.services.workspaces import create_workspace, set_member

# What each of them gets. "in" is anything that is no refusal; a token opens no page.
# The service principal is a Contributor. docs/reference/permissions.md is made of this table:
# .venv/bin/python -m tests.support.permissions
#          anonymous  stranger  Reader  Contributor  Owner  service principal  run token
ANSWERS = {
    "open": ("in", "in", "in", "in", "in", "in", "in"),
    "me": (401, "in", "in", "in", "in", "in", "in"),
    "read": (401, 404, "in", "in", "in", "in", "in"),
    "write": (401, 404, 403, "in", "in", "in", "in"),
    "person": (401, 404, 403, "in", "in", "in", 403),  # a step's own token may not
    "manage": (401, 404, 403, 403, "in", 403, 403),
    "page": ("sign in", 404, "in", "in", "in", "sign in", "sign in"),
    "change": ("sign in", 404, 403, "in", "in", "sign in", "sign in"),
    "owner page": ("sign in", 404, 403, 403, "in", "sign in", "sign in"),
    "own page": ("sign in", "in", "in", "in", "in", "sign in", "sign in"),
    "own thing": ("sign in", 404, 404, 404, 404, "sign in", "sign in"),
    "staff": ("sign in", 403, 403, 403, 403, "sign in", "sign in"),
}
WHO = (
    "anonymous",
    "stranger",
    "reader",
    "contributor",
    "owner",
    "service principal",
    "run token",
)

API = "api/v1/workspaces/<str:workspace_name>"
RUN, STEP = f"{API}/runs/<str:run_uid>", f"{API}/steps/<str:step_uid>"
DATA, STORE = f"{API}/datasets/<str:dataset_id>", f"{API}/datastores/<str:name>"
CHILD = f"{API}/children/<str:child_uid>"
PUBLISHED = f"{API}/published-pipelines/<str:published_id>"
ENDPOINT = f"{API}/pipeline-endpoints/<str:endpoint_id>"
SCHEDULE, RULE = f"{API}/schedules/<str:schedule_id>", f"{API}/notification-rules/<str:rule_id>"
V1 = (
    "pipelines/v1.0/subscriptions/<str:subscription>/resourceGroups/<str:resource_group>"
    "/providers/Microsoft.MachineLearningServices/workspaces/<str:workspace_name>/PipelineRuns/"
)
MODULE, DRAFT = f"{API}/modules/<str:module_id>", f"{API}/drafts/<str:draft_id>"
MEMBER = f"{API}/members/<str:user_name>"
PRINCIPAL = f"{API}/service-principals/<str:principal_id>"
SECRET = f"{PRINCIPAL}/secrets/<str:secret_id>"
PAGE = "w/<str:workspace_name>/"
RUN_PAGE = f"{PAGE}runs/<str:run_uid>/"
PUBLISHED_PAGE = f"{PAGE}published/<str:published_id>/"
ENDPOINT_PAGE = f"{PAGE}endpoints/<str:endpoint_id>/"
VERSION_PAGE = f"{ENDPOINT_PAGE}versions/<str:version>/"
MODULE_PAGE = f"{PAGE}modules/<str:module_id>/"
TARGET_PAGE = f"{PAGE}compute/targets/<str:name>/"
STEP_PAGE = f"{RUN_PAGE}steps/<str:step_uid>/"
SETTINGS = f"{PAGE}settings/"
MEMBER_PAGE = f"{SETTINGS}members/<str:user_name>/"
SCHEDULE_PAGE = f"{PAGE}schedules/<str:schedule_id>/"
RULE_PAGE = f"{PAGE}notifications/<str:rule_id>/"
PRINCIPAL_PAGE = f"{SETTINGS}service-principals/<str:principal_id>/"
SECRET_PAGE = f"{PRINCIPAL_PAGE}secrets/<str:secret_id>/"

ROUTES: dict[str, dict[str, str]] = {
    "": {"GET": "own page"},
    "health": {"GET": "open"},
    "favicon.ico": {"GET": "open"},
    "sign-in": {"GET": "open", "POST": "open"},
    "sign-in/<str:token>": {"GET": "open", "POST": "open"},
    "sign-in/entra": {"GET": "open"},
    "sign-in/entra/callback": {"GET": "open"},
    "sign-out": {"POST": "open"},
    "invite/<str:token>": {"GET": "open", "POST": "open"},
    "settings/tokens/": {"GET": "own page", "POST": "own page"},
    "settings/tokens/<str:uid>/revoke": {"POST": "own thing"},
    "settings/audit/": {"GET": "staff"},
    f"{SETTINGS}members/": {"GET": "page"},
    f"{SETTINGS}members/add": {"POST": "owner page"},
    f"{SETTINGS}members/invite": {"POST": "owner page"},
    f"{MEMBER_PAGE}invite": {"POST": "owner page"},
    f"{MEMBER_PAGE}role": {"POST": "owner page"},
    f"{MEMBER_PAGE}remove": {"POST": "owner page"},  # of somebody else; everyone may leave
    f"{SETTINGS}service-principals/": {"GET": "owner page", "POST": "owner page"},
    PRINCIPAL_PAGE: {"GET": "owner page", "POST": "owner page"},
    f"{PRINCIPAL_PAGE}enabled": {"POST": "owner page"},
    f"{PRINCIPAL_PAGE}secrets": {"POST": "owner page"},
    f"{SECRET_PAGE}rotate": {"POST": "owner page"},
    f"{SECRET_PAGE}revoke": {"POST": "owner page"},
    f"{SETTINGS}entra/": {"GET": "owner page", "POST": "owner page"},
    f"{SETTINGS}audit/": {"GET": "owner page"},
    "admin/login/": {"GET": "staff"},
    "api/v1/oauth2/token": {"POST": "open"},
    "api/v1/sign-in-options": {"GET": "open"},
    "<str:tenant>/oauth2/v2.0/token": {"POST": "open"},
    "<str:tenant>/oauth2/token": {"POST": "open"},
    "api/v1/schema": {"GET": "me"},
    "api/v1/me": {"GET": "me"},
    "api/v1/workspaces": {"GET": "me"},
    API: {"GET": "read"},
    f"{API}/audit": {"GET": "manage"},
    f"{API}/members": {"GET": "read", "POST": "manage"},
    MEMBER: {"GET": "read", "PATCH": "manage", "DELETE": "manage"},  # everyone may leave
    f"{API}/service-principals": {"GET": "manage", "POST": "manage"},
    PRINCIPAL: {"GET": "manage", "PATCH": "manage"},
    f"{PRINCIPAL}/secrets": {"POST": "manage"},
    SECRET: {"DELETE": "manage"},
    f"{SECRET}/rotate": {"POST": "manage"},
    f"{API}/blobs": {"POST": "write"},
    f"{API}/snapshots": {"POST": "write"},
    f"{API}/snapshots/missing": {"POST": "write"},
    f"{API}/snapshots/<str:snapshot_id>": {"GET": "read"},
    f"{API}/snapshots/<str:snapshot_id>/files/<path:path>": {"GET": "read"},
    f"{API}/datastores": {"GET": "read"},
    STORE: {"GET": "read"},
    f"{STORE}/default": {"POST": "person"},
    f"{STORE}/files": {"GET": "read"},
    f"{STORE}/files/<path:path>": {"GET": "read", "PUT": "write"},
    f"{API}/datasets": {"GET": "read", "POST": "write"},
    f"{API}/datasets/by-name/<str:name>": {"GET": "read"},
    DATA: {"GET": "read"},
    f"{DATA}/register": {"POST": "write"},
    f"{DATA}/files": {"GET": "read"},
    f"{DATA}/rows": {"GET": "read"},
    f"{API}/computes": {"GET": "read", "POST": "person"},
    f"{API}/computes/<str:name>": {"GET": "read", "PATCH": "person", "DELETE": "person"},
    f"{API}/environments": {"GET": "read", "POST": "write"},
    f"{API}/environments/<str:name>": {"GET": "read"},
    f"{API}/environment-builds": {"POST": "write"},
    f"{API}/environments/builds/<str:key>": {"GET": "read"},
    f"{API}/environments/builds/<str:key>/log": {"GET": "read"},
    f"{API}/experiments": {"GET": "read", "POST": "write"},
    f"{API}/experiments/<str:name>": {"GET": "read"},
    f"{API}/runs": {"GET": "read", "POST": "write"},
    f"{API}/runs/validate": {"POST": "read"},
    f"{API}/runs/forecast": {"POST": "read"},
    f"{RUN}/resume": {"POST": "write"},
    f"{RUN}/resubmit": {"POST": "write"},
    f"{STEP}/cancel": {"POST": "person"},
    RUN: {"GET": "read", "PATCH": "person"},  # the token below is of a step of another run
    f"{RUN}/cancel": {"POST": "person"},
    f"{RUN}/program": {"GET": "read"},
    f"{RUN}/steps": {"GET": "read"},
    f"{RUN}/events": {"GET": "read"},
    f"{RUN}/metrics": {"GET": "read"},
    f"{RUN}/records": {"POST": "person"},
    f"{RUN}/graph.dot": {"GET": "read"},
    STEP: {"GET": "read"},
    f"{STEP}/log": {"GET": "read"},
    f"{STEP}/resources": {"GET": "read"},
    f"{STEP}/metrics": {"GET": "read"},
    f"{STEP}/records": {"POST": "person"},
    f"{STEP}/artifacts": {"GET": "read"},
    f"{STEP}/artifacts/<path:path>": {"GET": "read", "PUT": "person"},
    f"{STEP}/children": {"GET": "read", "POST": "person"},
    f"{RUN}/artifacts": {"GET": "read"},
    f"{RUN}/artifacts/<path:path>": {"GET": "read", "PUT": "person"},
    f"{RUN}/children": {"GET": "read", "POST": "person"},
    CHILD: {"GET": "read", "PATCH": "person"},
    f"{CHILD}/children": {"GET": "read", "POST": "person"},
    f"{CHILD}/end": {"POST": "person"},
    f"{CHILD}/metrics": {"GET": "read"},
    f"{CHILD}/records": {"POST": "person"},
    f"{STEP}/outputs/<str:name>/rows": {"GET": "read"},
    f"{STEP}/outputs/<str:name>/files": {"GET": "read"},
    f"{STEP}/outputs/<str:name>/files/": {"GET": "read"},
    f"{STEP}/outputs/<str:name>/files/<path:path>": {"GET": "read"},
    f"{RUN}/publish": {"POST": "person"},
    f"{API}/published-pipelines": {"GET": "read", "POST": "person"},
    PUBLISHED: {"GET": "read", "PATCH": "person"},
    f"{PUBLISHED}/submit": {"POST": "write"},
    f"{PUBLISHED}/runs": {"GET": "read"},
    f"{PUBLISHED}/draft": {"POST": "person"},
    f"{API}/modules": {"GET": "read", "POST": "person"},
    f"{API}/modules/by-name/<path:name>": {"GET": "read"},
    MODULE: {"GET": "read", "PATCH": "person"},
    f"{MODULE}/versions": {"GET": "read", "POST": "person"},
    f"{MODULE}/versions/<str:version>": {"GET": "read", "PATCH": "person"},
    f"{API}/drafts": {"GET": "read", "POST": "person"},
    f"{API}/samples": {"GET": "read"},
    f"{API}/samples/datasets": {"POST": "write"},
    DRAFT: {"GET": "read", "PATCH": "person", "DELETE": "person"},
    f"{DRAFT}/validate": {"POST": "read"},
    f"{DRAFT}/forecast": {"POST": "read"},
    f"{DRAFT}/schema": {"POST": "read"},
    f"{DRAFT}/presence": {"POST": "read"},
    f"{DRAFT}/program": {"GET": "read"},
    f"{DRAFT}/submit": {"POST": "write"},
    f"{DRAFT}/publish": {"POST": "person"},
    f"{DRAFT}/versions": {"GET": "read"},
    f"{DRAFT}/versions/<str:number>": {"GET": "read"},
    f"{DRAFT}/versions/<str:number>/restore": {"POST": "person"},
    f"{API}/pipeline-endpoints": {"GET": "read", "POST": "person"},
    ENDPOINT: {"GET": "read", "PATCH": "person"},
    f"{ENDPOINT}/versions": {"GET": "read", "POST": "person"},
    f"{ENDPOINT}/versions/<str:version>": {"PATCH": "person"},
    f"{ENDPOINT}/submit": {"POST": "write"},
    f"{ENDPOINT}/runs": {"GET": "read"},
    f"{API}/schedules": {"GET": "read", "POST": "person"},
    f"{API}/schedules/preview": {"POST": "read"},
    SCHEDULE: {"GET": "read", "PATCH": "person", "DELETE": "person"},
    f"{SCHEDULE}/run-now": {"POST": "write"},
    f"{SCHEDULE}/runs": {"GET": "read"},
    f"{SCHEDULE}/ticks": {"GET": "read"},
    f"{SCHEDULE}/next": {"GET": "read"},
    f"{API}/notification-rules": {"GET": "read", "POST": "person"},
    RULE: {"GET": "read", "PATCH": "person", "DELETE": "person"},
    f"{RULE}/test": {"POST": "person"},
    f"{RULE}/secret": {"POST": "person"},
    f"{RULE}/deliveries": {"GET": "read"},
    f"{V1}PipelineSubmit/<str:published_id>": {"POST": "write"},
    f"{V1}PipelineEndpointSubmit/Name": {"POST": "write"},
    f"{V1}PipelineEndpointSubmit/Id/<str:endpoint_id>": {"POST": "write"},
    f"{V1}PipelineEndpointSubmit/Id/<str:endpoint_id>/<str:version>": {"POST": "write"},
    f"{V1}<str:run_uid>": {"GET": "read"},
    f"{V1}<str:run_uid>/Cancel": {"POST": "person"},
    PAGE: {"GET": "page"},
    f"{PAGE}pipelines/": {"GET": "page"},
    f"{PAGE}designer/": {"GET": "page"},
    f"{PAGE}designer/new": {"POST": "change"},
    f"{PAGE}designer/<str:draft_id>": {"GET": "page"},
    f"{PAGE}designer/<str:draft_id>/clone": {"POST": "change"},
    f"{PAGE}designer/<str:draft_id>/delete": {"POST": "change"},
    f"{PAGE}drafts/": {"GET": "page"},
    f"{RUN_PAGE}draft": {"POST": "change"},
    f"{PAGE}modules/": {"GET": "page"},
    f"{PAGE}modules/new/": {"GET": "change"},
    MODULE_PAGE: {"GET": "page"},
    f"{MODULE_PAGE}new/": {"GET": "change"},
    f"{MODULE_PAGE}status": {"POST": "change"},
    f"{MODULE_PAGE}versions/<str:version>/default": {"POST": "change"},
    f"{MODULE_PAGE}versions/<str:version>/status": {"POST": "change"},
    f"{MODULE_PAGE}versions/<str:version>/source": {"GET": "page"},
    f"{PAGE}experiments/": {"GET": "page"},
    f"{PAGE}experiments/<path:name>/": {"GET": "page"},
    f"{PAGE}environments/": {"GET": "page"},
    f"{PAGE}environments/<str:name>/": {"GET": "page"},
    f"{PAGE}environments/<str:name>/build": {"POST": "change"},
    f"{PAGE}environments/builds/<str:key>/": {"GET": "page"},
    f"{PAGE}environments/builds/<str:key>/again": {"POST": "change"},
    RUN_PAGE: {"GET": "page"},
    f"{RUN_PAGE}live": {"GET": "page"},
    f"{RUN_PAGE}cancel": {"POST": "change"},
    f"{RUN_PAGE}children/": {"GET": "page"},
    f"{RUN_PAGE}children/<str:child_uid>/panel": {"GET": "page"},
    f"{RUN_PAGE}resubmit": {"GET": "change", "POST": "change"},
    f"{RUN_PAGE}resume": {"GET": "change", "POST": "change"},
    f"{RUN_PAGE}forecast": {"POST": "change"},
    f"{PAGE}schedules/": {"GET": "page"},
    f"{PAGE}schedules/new/": {"GET": "change", "POST": "change"},
    f"{PAGE}schedules/preview": {"POST": "page"},
    f"{PAGE}schedules/parameters": {"POST": "page"},
    SCHEDULE_PAGE: {"GET": "page"},
    f"{SCHEDULE_PAGE}edit/": {"GET": "change", "POST": "change"},
    f"{SCHEDULE_PAGE}switch": {"POST": "change"},
    f"{SCHEDULE_PAGE}run-now": {"POST": "change"},
    f"{SCHEDULE_PAGE}delete": {"POST": "change"},
    f"{SCHEDULE_PAGE}notifications/": {"GET": "page", "POST": "change"},
    f"{PAGE}endpoints/<str:endpoint_id>/notifications/": {"GET": "page", "POST": "change"},
    RULE_PAGE: {"GET": "page", "POST": "change"},
    f"{RULE_PAGE}switch": {"POST": "change"},
    f"{RULE_PAGE}test": {"POST": "change"},
    f"{RULE_PAGE}secret": {"POST": "change"},
    f"{RULE_PAGE}delete": {"POST": "change"},
    f"{PAGE}parameters/paths": {"GET": "page"},
    f"{PAGE}parameters/versions": {"GET": "page"},
    f"{PAGE}compute/": {"GET": "page"},
    f"{PAGE}compute/new/": {"GET": "change", "POST": "change"},
    TARGET_PAGE: {"GET": "page", "POST": "change"},
    f"{TARGET_PAGE}pause": {"POST": "change"},
    f"{TARGET_PAGE}delete": {"POST": "change"},
    f"{STEP_PAGE}cancel": {"POST": "change"},
    f"{STEP_PAGE}panel": {"GET": "page"},
    f"{STEP_PAGE}preview": {"GET": "page"},
    f"{STEP_PAGE}image": {"GET": "page"},
    f"{STEP_PAGE}source": {"GET": "page"},
    f"{RUN_PAGE}publish": {"GET": "change", "POST": "change"},
    f"{PAGE}published/": {"GET": "page"},
    PUBLISHED_PAGE: {"GET": "page"},
    f"{PUBLISHED_PAGE}nodes/<str:node_id>/": {"GET": "page"},
    f"{PUBLISHED_PAGE}change": {"POST": "change"},
    f"{PUBLISHED_PAGE}switch": {"POST": "change"},
    f"{PUBLISHED_PAGE}draft": {"POST": "change"},
    f"{PUBLISHED_PAGE}endpoint": {"GET": "change", "POST": "change"},
    f"{PUBLISHED_PAGE}submit": {"GET": "change", "POST": "change"},
    f"{PUBLISHED_PAGE}forecast": {"POST": "change"},
    f"{PAGE}endpoints/": {"GET": "page"},
    ENDPOINT_PAGE: {"GET": "page"},
    f"{ENDPOINT_PAGE}change": {"POST": "change"},
    f"{ENDPOINT_PAGE}switch": {"POST": "change"},
    f"{ENDPOINT_PAGE}archive": {"POST": "change"},
    f"{ENDPOINT_PAGE}reactivate": {"POST": "change"},
    f"{ENDPOINT_PAGE}request": {"POST": "change"},
    f"{ENDPOINT_PAGE}submit": {"GET": "change", "POST": "change"},
    f"{ENDPOINT_PAGE}forecast": {"POST": "change"},
    f"{VERSION_PAGE}default": {"POST": "change"},
    f"{VERSION_PAGE}switch": {"POST": "change"},
    f"{VERSION_PAGE}diff": {"GET": "page"},
}
# Django's own administration: every page of it asks for staff, by one function.
ADMIN = "admin/"
CASES = [(route, method) for route, methods in ROUTES.items() for method in methods]


def all_routes(patterns: Any = None, before: str = "") -> Iterator[tuple[str, Any]]:
    """Every route of the studio as it is written, with its view."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield route, entry.callback
        elif isinstance(entry, URLResolver) and route != ADMIN:
            yield from all_routes(entry.url_patterns, route)


def test_every_route_and_method_has_a_line() -> None:
    found = dict(all_routes())
    assert sorted(found) == sorted(ROUTES)
    for route, view in found.items():
        handlers = getattr(view, "cls", None)
        if handlers is not None:
            methods = {
                name.upper() for name in handlers.http_method_names if hasattr(handlers, name)
            }
            assert methods - {"OPTIONS", "HEAD"} == set(ROUTES[route]), route


def test_the_page_of_permissions_is_this_table() -> None:
    """Else: .venv/bin/python -m tests.support.permissions"""
    assert PERMISSIONS.read_text() == permissions_page()


def test_the_only_socket_is_the_one_that_asks() -> None:
    """Who may open it, and subscribe to what, is in tests/live."""
    known = ["^ws/(?P<workspace_name>[^/]+)/live$"]
    assert [pattern.pattern.regex.pattern for pattern in websocket_urlpatterns] == known


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


@pytest.fixture(scope="module")
def whole_house(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """Built once for a thousand requests; nothing of it is ever committed."""
    folder = tmp_path_factory.mktemp("house") / "var"
    folder.mkdir()
    fast = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with (
        django_db_blocker.unblock(),
        override_settings(FOREBAY_DATA=folder, PASSWORD_HASHERS=fast),
        transaction.atomic(),
    ):
        owner = User.objects.create_user("ada", password="lovelace-1843")
        workspace = create_workspace(name="lab", owner=owner)
        create_default_datastores(workspace=workspace)
        made = House(workspace, owner, User.objects)
        made.folder = folder
        yield made
        transaction.set_rollback(True)


@pytest.fixture
def house(whole_house: House, db: None, settings: Any) -> Iterator[House]:
    """The house as it was built: rows that a test changes are rolled back, its files go."""
    settings.FOREBAY_DATA = whole_house.folder
    before = set(whole_house.folder.rglob("*"))
    yield whole_house
    for path in set(whole_house.folder.rglob("*")) - before:
        if path.is_file():
            path.unlink()


def verdict(answer: Any) -> Any:
    """401, 403, "sign in", 404 (the caller learns nothing), or "in"."""
    if answer.status_code in (401, 403):
        return answer.status_code
    if answer.status_code == 302 and answer["Location"].startswith("/sign-in?next="):
        return "sign in"
    if answer.streaming:
        answer.close()
    text = b"" if answer.streaming else answer.content
    hidden = (b"not a member of it", b"You have no such token")
    if answer.status_code == 404 and any(words in text for words in hidden):
        return 404
    assert answer.status_code < 500, text
    return "in"


DOORS = (
    "sign-in/<str:token>",
    "invite/<str:token>",
    "sign-in/entra",  # nothing is set up: tests/browser/test_entra.py has the round
    "sign-in/entra/callback",
)


@pytest.mark.parametrize(("route", "method"), CASES)
def test_who_gets_in(house: House, route: str, method: str) -> None:
    if (route, method) == ("sign-in", "POST") or route in DOORS:
        return  # wrong passwords and links are refused to everybody: tests/studio/test_sign_in.py
    path = house.path(route)
    got = tuple(verdict(house.ask(who, method, path)) for who in WHO)
    assert got == ANSWERS[ROUTES[route][method]], path


# Requests that do something for whoever may; "published_id" stands for the id of one.
TARGET = {
    "min_nodes": "0",
    "max_nodes": "3",
    "idle_seconds_before_scaledown": "60",
    "memory_limit_mb": "",
}
BODIES: dict[tuple[str, str], Any] = {
    (f"{STORE}/files/<path:path>", "PUT"): {"any": "bytes"},
    (f"{API}/datasets", "POST"): {
        "kind": "file",
        "definition": {"paths": [{"datastore": "workspaceblobstore", "path": "b.csv"}]},
        "validate": False,
    },
    (f"{DATA}/register", "POST"): {"name": "fruit"},
    (f"{API}/computes", "POST"): {"name": "gpu", "max_nodes": 1},
    (f"{API}/computes/<str:name>", "PATCH"): {"max_nodes": 7},
    (f"{API}/environments", "POST"): {"name": "mine", "definition": {"python": {"pip": ["six"]}}},
    (f"{API}/experiments", "POST"): {"name": "nightly"},
    (f"{API}/runs", "POST"): lambda house: body_of("a", house.values["snapshot_id"]),
    (f"{RUN}/resubmit", "POST"): {},
    (f"{STEP}/cancel", "POST"): {},
    (RUN, "PATCH"): {"tags": {"seen": "yes"}},
    (f"{RUN}/cancel", "POST"): {},
    (f"{RUN}/artifacts/<path:path>", "PUT"): {"any": "bytes"},
    (f"{STEP}/artifacts/<path:path>", "PUT"): {"any": "bytes"},
    (f"{RUN}/children", "POST"): {},
    (f"{STEP}/children", "POST"): {},
    (f"{CHILD}/children", "POST"): {},
    (CHILD, "PATCH"): {"tags": {"seen": "yes"}},
    (f"{CHILD}/end", "POST"): {"status": "Completed"},
    (f"{RUN_PAGE}cancel", "POST"): {},
    (f"{RUN_PAGE}resubmit", "POST"): {},
    (f"{PAGE}compute/new/", "POST"): {"name": "gpu", **TARGET},
    (TARGET_PAGE, "POST"): TARGET,
    (f"{TARGET_PAGE}pause", "POST"): {"paused": "true"},
    (f"{STEP_PAGE}cancel", "POST"): {},
    ("settings/tokens/", "POST"): {"name": "laptop", "lifetime": "30"},
    (f"{API}/members", "POST"): {"user": "mallory", "role": "Reader"},
    (MEMBER, "PATCH"): {"role": "Contributor"},
    (MEMBER, "DELETE"): {},
    (f"{API}/service-principals", "POST"): {"name": "another", "role": "Reader"},
    (PRINCIPAL, "PATCH"): {"enabled": False},
    (f"{PRINCIPAL}/secrets", "POST"): {"days": 30},
    (SECRET, "DELETE"): {},
    (f"{SECRET}/rotate", "POST"): {"days": 30},
    (f"{SETTINGS}members/add", "POST"): {"user": "mallory", "role": "Reader"},
    (f"{SETTINGS}members/invite", "POST"): {"user_name": "grace", "role": "Reader"},
    (f"{MEMBER_PAGE}role", "POST"): {"role": "Contributor"},
    (f"{MEMBER_PAGE}remove", "POST"): {},
    (f"{SETTINGS}service-principals/", "POST"): {"name": "another", "role": "Reader"},
    (PRINCIPAL_PAGE, "POST"): {"name": "renamed", "role": "Reader"},
    (f"{PRINCIPAL_PAGE}enabled", "POST"): {"enabled": "false"},
    (f"{PRINCIPAL_PAGE}secrets", "POST"): {"days": "30"},
    (f"{SECRET_PAGE}rotate", "POST"): {"days": "30"},
    (f"{SECRET_PAGE}revoke", "POST"): {},
    (f"{RUN}/publish", "POST"): {"name": "again"},
    (PUBLISHED, "PATCH"): {"status": "Disabled"},
    (f"{PUBLISHED}/submit", "POST"): {},
    (f"{PUBLISHED}/draft", "POST"): {},
    (f"{API}/modules", "POST"): {
        "spec": {"name": "Another", "script": "main.py"},
        "snapshot": "snapshot_id",
    },
    (MODULE, "PATCH"): {"status": "Disabled"},
    (f"{MODULE}/versions", "POST"): {
        "spec": {"name": "Mine", "script": "main.py"},
        "snapshot": "snapshot_id",
    },
    (f"{MODULE}/versions/<str:version>", "PATCH"): {"status": "Deprecated"},
    (f"{API}/drafts", "POST"): {"name": "new"},
    (f"{API}/samples/datasets", "POST"): {},
    (DRAFT, "PATCH"): {"revision": 1, "name": "renamed"},
    (DRAFT, "DELETE"): {},
    (f"{DRAFT}/submit", "POST"): {},
    (f"{DRAFT}/publish", "POST"): {"name": "drawn"},
    (f"{DRAFT}/presence", "POST"): {"tab": "a"},
    (f"{DRAFT}/versions/<str:number>/restore", "POST"): {},
    (f"{API}/pipeline-endpoints", "POST"): {"name": "two", "published_pipeline": "published_id"},
    (ENDPOINT, "PATCH"): {"status": "Archived"},
    (f"{ENDPOINT}/versions", "POST"): {"published_pipeline": "published_id"},
    (f"{ENDPOINT}/submit", "POST"): {},
    (f"{API}/schedules", "POST"): {
        "name": "two",
        "published_pipeline": "published_id",
        "cron": "0 5 * * *",
    },
    (SCHEDULE, "PATCH"): {"status": "Disabled"},
    (SCHEDULE, "DELETE"): {},
    (f"{SCHEDULE}/run-now", "POST"): {},
    (RULE, "PATCH"): {"enabled": False},
    (RULE, "DELETE"): {},
    (f"{RULE}/test", "POST"): {},
    (f"{RULE}/secret", "POST"): {},
    (f"{SCHEDULE_PAGE}switch", "POST"): {"enabled": "0"},
    (f"{SCHEDULE_PAGE}run-now", "POST"): {},
    (f"{SCHEDULE_PAGE}delete", "POST"): {},
    (f"{RULE_PAGE}switch", "POST"): {"enabled": "0"},
    (f"{RULE_PAGE}test", "POST"): {},
    (f"{RULE_PAGE}secret", "POST"): {},
    (f"{RULE_PAGE}delete", "POST"): {},
    (f"{V1}PipelineSubmit/<str:published_id>", "POST"): {},
    (f"{V1}PipelineEndpointSubmit/Name", "POST"): {},
    (f"{V1}PipelineEndpointSubmit/Id/<str:endpoint_id>", "POST"): {},
    (f"{V1}PipelineEndpointSubmit/Id/<str:endpoint_id>/<str:version>", "POST"): {},
    (f"{V1}<str:run_uid>/Cancel", "POST"): {},
    (f"{RUN_PAGE}publish", "POST"): {"where": "new", "endpoint_name": "new", "name": "again"},
    (f"{PUBLISHED_PAGE}change", "POST"): {"name": "renamed"},
    (f"{PUBLISHED_PAGE}switch", "POST"): {"enabled": "0"},
    (f"{PUBLISHED_PAGE}endpoint", "POST"): {"where": "new", "endpoint_name": "new"},
    (f"{PUBLISHED_PAGE}submit", "POST"): {"experiment": "by hand"},
    (f"{ENDPOINT_PAGE}change", "POST"): {"name": "renamed"},
    (f"{ENDPOINT_PAGE}switch", "POST"): {"enabled": "0"},
    (f"{ENDPOINT_PAGE}archive", "POST"): {},
    (f"{ENDPOINT_PAGE}reactivate", "POST"): {"name": "renamed"},
    (f"{ENDPOINT_PAGE}submit", "POST"): {"experiment": "by hand"},
    (f"{VERSION_PAGE}default", "POST"): {},
    (f"{MODULE_PAGE}status", "POST"): {"status": "Disabled"},
    (f"{MODULE_PAGE}versions/<str:version>/status", "POST"): {"status": "Deprecated"},
    (f"{VERSION_PAGE}switch", "POST"): {"enabled": "1"},
}
# Those that change nothing in this house, and why; their effects are tested where they are told.
NOTHING = {
    ("settings/tokens/<str:uid>/revoke", "POST"): "only one's own: tests/studio/test_sign_in.py",
    (f"{MEMBER_PAGE}invite", "POST"): "erin was not invited: tests/browser/test_settings.py",
    (f"{SETTINGS}entra/", "POST"): "looks only",
    (f"{API}/blobs", "POST"): "takes frames: tests/workspaces/test_snapshots.py",
    (f"{API}/snapshots", "POST"): "needs blobs that were sent: tests/workspaces/test_snapshots.py",
    (f"{API}/snapshots/missing", "POST"): "looks only",
    (f"{STORE}/default", "POST"): "is the default already: tests/data/test_datastores.py",
    (f"{API}/computes/<str:name>", "DELETE"): "in use: tests/compute/test_targets.py",
    (f"{TARGET_PAGE}delete", "POST"): "in use: tests/pages/test_compute.py",
    (f"{API}/environment-builds", "POST"): "the same environment as before",
    (f"{API}/runs/validate", "POST"): "looks only",
    (f"{API}/runs/forecast", "POST"): "looks only",
    (f"{RUN_PAGE}forecast", "POST"): "looks only",
    (
        f"{MODULE_PAGE}versions/<str:version>/default",
        "POST",
    ): "is the default already: tests/pages/test_module_pages.py",
    (f"{DRAFT}/validate", "POST"): "looks only",
    (f"{DRAFT}/forecast", "POST"): "looks only",
    (f"{DRAFT}/schema", "POST"): "keeps what it read of datasets: tests/drafts/test_columns.py",
    (f"{RUN}/resume", "POST"): "it has not ended: tests/pipelines/test_again.py",
    (f"{RUN_PAGE}resume", "POST"): "it has not ended: tests/pages/test_again.py",
    (f"{RUN}/records", "POST"): "tests/programs/test_run_api.py",
    (f"{STEP}/records", "POST"): "tests/programs/test_run_api.py",
    (f"{CHILD}/records", "POST"): "tests/programs/test_run_api.py",
    (f"{API}/published-pipelines", "POST"): "needs a graph: tests/endpoints",
    (f"{ENDPOINT}/versions/<str:version>", "PATCH"): "the default stays: tests/endpoints",
    (f"{API}/schedules/preview", "POST"): "looks only",
    (f"{API}/notification-rules", "POST"): "tests/endpoints",
    (
        f"{PAGE}environments/<str:name>/build",
        "POST",
    ): "none there: tests/pages/test_environments.py",
    (f"{PAGE}environments/builds/<str:key>/again", "POST"): "tests/pages/test_environments.py",
}
CHANGES = [(route, method) for route, method in CASES if method != "GET"]
# What a request leaves behind whether it is refused or not.
TRACES = ("django_session", "django_admin_log")


def stored() -> dict[str, list[Any]]:
    """Every row of every table, but for when tokens and users were seen last; and every file."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table in TRACES:
                continue
            cursor.execute(f"SELECT * FROM {table}")
            names = [column[0] for column in cursor.description]
            kept = [i for i, name in enumerate(names) if name not in ("last_used_at", "last_login")]
            found[table] = sorted(repr([row[i] for i in kept]) for row in cursor.fetchall())
    data = Path(settings.FOREBAY_DATA)
    found["files"] = sorted(
        f"{path.relative_to(data)} {path.stat().st_size} {path.stat().st_mtime_ns}"
        for path in data.rglob("*")
        if path.is_file() and path.name != "database.sqlite3"
    )
    return found


@pytest.mark.parametrize(("route", "method"), CHANGES)
def test_a_refused_request_changes_nothing(house: House, route: str, method: str) -> None:
    """A status alone would not show a view that works first and refuses then."""
    if ROUTES[route][method] == "open":
        return
    path, before = house.path(route), stored()
    for who, answer in zip(WHO, ANSWERS[ROUTES[route][method]], strict=True):
        if answer != "in":
            house.ask(who, method, path, house.body(route, method))
            assert stored() == before, f"{who} {path}"
    if (route, method) in BODIES:
        house.ask("owner", method, path, house.body(route, method))
        assert stored() != before, "the request of this test is not one that changes something"


def test_each_changing_request_of_rest_has_a_body_or_a_reason() -> None:
    """Add the new route's body to BODIES, or to NOTHING why it changes nothing here.

    Forms of pages are tried as far as they have a body; they call the same services.
    """
    asked = [case for case in CHANGES if ROUTES[case[0]][case[1]] != "open"]
    rest = [case for case in asked if case[0].startswith(API)]
    assert [case for case in rest if case not in BODIES and case not in NOTHING] == []
    assert [case for case in NOTHING if case not in asked or case in BODIES] == []


ID_CASES = [(r, m) for r, m in CASES if "<str:workspace_name>" in r and r.count("<") > 1]


@pytest.mark.parametrize(("route", "method"), ID_CASES)
def test_ids_of_another_workspace_are_unknown(house: House, route: str, method: str) -> None:
    """Asked by somebody who owns both."""
    answer = house.ask("owner", method, house.path(route, workspace_name="other"))
    assert answer.status_code == 404


@pytest.mark.parametrize(("route", "method"), [c for c in CASES if c[0].startswith(API)])
def test_a_run_token_opens_its_own_workspace_only(house: House, route: str, method: str) -> None:
    answer = house.ask("run token", method, house.path(route, workspace_name="other"))
    assert verdict(answer) == 404


def test_the_administration_is_for_staff(house: House) -> None:
    for path in ("/admin/", "/admin/auth/user/", "/admin/workspaces/accesstoken/"):
        assert house.ask("anonymous", "GET", path).status_code == 302
        assert house.ask("contributor", "GET", path).status_code == 302
        assert house.ask("run token", "GET", path).status_code == 302


POSTS = [
    route
    for route, method in CASES
    if method == "POST" and not route.startswith("api/") and "/oauth2/" not in route
]


@pytest.mark.parametrize("route", POSTS)
def test_a_page_s_form_is_not_taken_from_another_site(house: House, route: str) -> None:
    client = Client(SERVER_NAME="127.0.0.1", enforce_csrf_checks=True)
    client.force_login(house.owner)
    answer = client.post(house.path(route), headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("route", "method"), [c for c in CASES if c[0].startswith(API) and c[1] != "GET"]
)
def test_rest_with_a_session_needs_the_form_s_token(house: House, route: str, method: str) -> None:
    client = Client(SERVER_NAME="127.0.0.1", enforce_csrf_checks=True)
    client.force_login(house.owner)
    answer = client.generic(method, house.path(route), "{}", content_type="application/json")
    assert answer.status_code == 403
