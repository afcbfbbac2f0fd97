"""A workspace in which every address of the REST interface finds something, and all its ids."""

from __future__ import annotations

import io
from typing import Any

from django.core import signing
from django.utils import timezone

from data.models import Datastore
from data.selectors import local_path
from data.services.datasets import create_dataset, register_dataset
from endpoints.models import PipelineEndpoint, PublishedPipeline
from endpoints.services.pipeline_endpoints import add_version
from pipelines.models import StepRun
from pipelines.services.artifacts import keep_artifact
from tests.support.submitting import body_of, finish, make_target, submit
from workspaces.api.pagination import SALT
from workspaces.models import Snapshot
from workspaces.services.access import Actor, create_token
from workspaces.services.service_principals import add_secret, create_principal
from workspaces.services.snapshots import blob_store, store_blobs

TABLE = "number,word\n1,one\n2,two\n"


class Furnished:
    """`known` gives the values of the OpenAPI components that name things; `token` is an Owner's.

    `house` is that of tests/support/house.py, a workspace with one of everything.
    """

    def __init__(self, house: Any, workspace: Any) -> None:
        actor = Actor(user=house.owner)
        _, self.token = create_token(user=house.owner, name="fuzz")
        make_target(workspace, house.owner, name="idle")
        snapshot = house.values["snapshot_id"]
        done = submit(workspace, actor, body_of("a", snapshot, experiment="iris", tags={"n": "3"}))
        finish(done, "a", text="done")
        step = StepRun.objects.get(run=done)
        _single_file_output(step)
        for step_run in (None, step):
            keep_artifact(run=done, step_run=step_run, path="notes.txt", stream=io.BytesIO(b"x"))
        for path in ("a.csv", "folder/b.csv"):
            place = local_path(Datastore.objects.get(workspace=workspace, is_default=True), path)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(TABLE)
        endpoint = PipelineEndpoint.objects.get(uid=house.values["endpoint_id"])
        published = PublishedPipeline.objects.get(uid=house.values["published_id"])
        add_version(endpoint=endpoint, actor=actor, published=published, make_default=False)
        sha, size = self._blob(workspace, snapshot)
        ids = house.values
        live = ids["run_uid"]
        self.known: dict[str, list[Any]] = {
            "WorkspaceName": [workspace.name],
            "UserName": ["erin"],
            "RunId": [live, done.uid],
            "EndedRunId": [done.uid],
            "StepId": [step.uid],
            "ChildId": [ids["child_uid"]],
            "NodeId": ["a"],
            "OutputName": ["out"],
            "OutputPath": ["data.txt"],
            "FileOutputName": ["single"],
            "TableOutputName": ["single"],
            "RunFilePath": ["notes.txt"],
            "StepFilePath": ["notes.txt"],
            "KnownExperimentName": ["iris"],
            "SnapshotId": [snapshot],
            "ScriptPath": ["main.py"],
            "BlobHash": [sha],
            "BlobSize": [size],
            "DatastoreName": ["workspaceblobstore"],
            "DatasetId": [self._table(workspace, actor)],
            "DatasetName": ["numbers"],
            "ComputeName": ["cpu", "idle"],
            "EnvironmentName": ["sklearn", "AzureML-Minimal"],
            "BuildKey": [step.environment.key],
            "PublishedId": [ids["published_id"]],
            "EndpointId": [ids["endpoint_id"]],
            "EndpointName": ["score"],
            "EndpointVersionNumber": ["0"],
            "OtherVersionNumber": ["1"],
            "ScheduleId": [ids["schedule_id"]],
            "RuleId": [ids["rule_id"]],
            "PrincipalId": [ids["principal_id"]],
            "SecretId": [ids["secret_id"]],
            **self._credentials(workspace, actor),
            "ModuleId": [ids["module_id"]],
            "ModuleVersionText": ["0"],
            "ModuleSpec": [{"name": "Fuzzed", "script": "main.py"}],
            "DraftId": [ids["draft_id"]],
            "DraftVersionNumber": ["1"],
            "DraftRevision": [1],
            "TimeZone": ["UTC", "Europe/Berlin", "W. Europe Standard Time"],
            "Graph": [body_of("a", snapshot)["graph"], body_of("a -> b", snapshot)["graph"]],
            "DataFilePath": ["a.csv", "folder", "*.csv"],
            "Cron": ["30 6 * * 1-5", "*/5 * * * *"],
            "EmailAddress": ["ada@example.org"],
            "WebhookAddress": ["https://hooks.example.org/x"],
            "Cursor": [signing.dumps(["-id", 10**6], salt=SALT)],
            "MetricsCursor": [signing.dumps(["id", 0], salt=SALT)],
            "AttemptNumber": [0],
            "ParameterValues": [{}],
            "SnapshotPath": ["main.py"],
            "StoredPath": ["a.csv"],
            "WaitSeconds": [0],
        }
        _environment(workspace, actor)

    @staticmethod
    def _credentials(workspace: Any, actor: Actor) -> dict[str, list[Any]]:
        row = create_principal(workspace=workspace, actor=actor, body={"name": "fuzz"})
        _, raw = add_secret(principal=row, actor=actor, days=30, now=timezone.now())
        return {"ClientId": [row.client_id], "ClientSecret": [raw]}

    @staticmethod
    def _table(workspace: Any, actor: Actor) -> str:
        definition = {"paths": [{"datastore": "workspaceblobstore", "path": "a.csv"}]}
        made = create_dataset(
            workspace=workspace, actor=actor, kind="tabular", definition=definition, validate=True
        )
        return register_dataset(workspace=workspace, actor=actor, version=made, name="numbers").uid

    @staticmethod
    def _blob(workspace: Any, snapshot: str) -> tuple[str, int]:
        file = Snapshot.objects.get(uid=snapshot).files[0]
        content = blob_store().path_of(file["sha256"]).read_bytes()
        frame = f"{file['sha256']} {file['size']}\n".encode() + content
        store_blobs(workspace=workspace, stream=io.BytesIO(frame))
        return file["sha256"], file["size"]


def _environment(workspace: Any, actor: Actor) -> None:
    from compute.services.environment_versions import register_environment

    body = {"name": "sklearn", "definition": {"python": {"packages": ["numpy"]}}}
    register_environment(workspace=workspace, actor=actor, body=body)


def _single_file_output(step: StepRun) -> None:
    from pipelines.domain.manifests import describe_tree
    from pipelines.models import Output

    store = Datastore.objects.get(workspace=step.workspace, name="workspaceblobstore")
    path = f"azureml/{step.uid}/single.csv"
    file = local_path(store, path)
    file.write_text("one")
    made = describe_tree(file)
    Output.objects.create(
        step_run=step,
        name="single",
        datastore=store,
        path=path,
        is_directory=False,
        content_id=made.content_id,
        identity=made.identity,
        file_count=1,
        size=3,
    )
