"""v1's addresses: what its programs send, and what they read from the answer."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from data.models import Datastore
from data.selectors import local_path
from data.services.datasets import create_dataset, register_dataset
from endpoints.domain.addresses import Place, endpoint_address, published_address
from endpoints.services.pipeline_endpoints import add_version, create_endpoint
from endpoints.services.publishing import disable_published
from gateways.api import v1
from pipelines.models import Run
from workspaces.domain.roles import Role
from workspaces.services.access import create_token
from workspaces.services.workspaces import set_member

PLACE = Place("http://127.0.0.1:8000", "Idaho-sub", "IdRG", "lab")


@pytest.fixture
def nightly(publish: Any) -> Any:
    return publish("nightly")


@pytest.fixture
def score(workspace: Any, actor: Any, nightly: Any, publish: Any) -> Any:
    """An endpoint with two versions, 0 the default."""
    row = create_endpoint(workspace=workspace, actor=actor, name="score", published=nightly)
    add_version(endpoint=row, actor=actor, published=publish("second"))
    return row


def path_of(address: str) -> str:
    return unquote(urlsplit(address).path)


def test_a_program_may_split_the_address_at_its_first_id() -> None:
    address = endpoint_address(PLACE, "abc")
    assert address.split("Id", 1)[0].endswith("/PipelineRuns/PipelineEndpointSubmit/")
    assert address.split("Id", 1)[1] == "/abc"
    assert "/subscriptions/Idaho-sub/resourceGroups/IdRG/" in unquote(address)
    assert "Id" not in published_address(PLACE, "abc")


def test_the_answer_holds_what_programs_read(api: Any, nightly: Any) -> None:
    answer = api.post(
        path_of(published_address(PLACE, nightly.uid)),
        {
            "ExperimentName": "My_Pipeline",
            "RunSource": "SDK",
            "Description": "by REST",
            "Tags": {"team": "a", "try": 1},
            "ParameterAssignments": {"rows": "20", "fast": True},
        },
    )
    assert answer.status_code == 200, answer.json()
    run = Run.objects.get()
    found = answer.json()
    assert (found["Id"], found["Status"], found["PipelineId"]) == (
        run.uid,
        "NotStarted",
        nightly.uid,
    )
    assert found["RunUrl"].endswith(f"/w/lab/runs/{run.uid}/")
    assert found["Warnings"] == []
    assert (run.experiment.name, run.description) == ("My_Pipeline", "by REST")
    assert run.tags == {"team": "a", "try": "1"}
    assert run.parameters["rows"] == 20
    assert run.source == "REST"


def test_an_endpoint_by_id_by_version_and_by_name(api: Any, score: Any) -> None:
    by_id = path_of(endpoint_address(PLACE, score.uid))
    by_name = by_id.rpartition("Id/")[0] + "Name"
    for address, version in (
        (by_id, "0"),
        (f"{by_id}/1", "1"),
        (f"{by_id}?pipelineVersion=1", "1"),
        (f"{by_name}?name=score", "0"),
        (f"{by_name}?name=score&pipelineVersion=1", "1"),
    ):
        answer = api.post(address, {"ExperimentName": "e"})
        assert (answer.status_code, answer.json().get("PipelineVersion")) == (200, version)
    assert api.post(f"{by_id}/2", {}).status_code == 404
    assert api.post(f"{by_name}?name=other", {}).status_code == 404
    assert api.post(by_name, {}).json()["error"]["target"] == "name"


def test_regenerate_outputs_forces_every_step(api: Any, nightly: Any) -> None:
    api.post(path_of(published_address(PLACE, nightly.uid)), {"RegenerateOutputs": True})
    assert Run.objects.get().regenerate_outputs


def test_names_of_fields_are_read_whatever_their_case(api: Any, nightly: Any) -> None:
    body = {"experimentName": "camel", "parameterAssignments": {"rows": 5}}
    assert api.post(path_of(published_address(PLACE, nightly.uid)), body).status_code == 200
    assert Run.objects.get().parameters["rows"] == 5


def test_what_means_nothing_is_told(api: Any, nightly: Any) -> None:
    body = {"GlobalParameters": {"method": "predict"}}
    answer = api.post(path_of(published_address(PLACE, nightly.uid)), body)
    assert answer.json()["Warnings"] == [
        "The field 'GlobalParameters' has no meaning here and was ignored."
    ]


@pytest.mark.parametrize(
    ("body", "target", "words"),
    [
        ({"ParameterAssignments": {"rows": "many"}}, "ParameterAssignments.rows", "int"),
        (
            {"ParameterAssignments": {"colour": 1}},
            "ParameterAssignments.colour",
            "no parameter 'colour'",
        ),
        ({"ParameterAssignments": [1]}, "ParameterAssignments", "names and values"),
        ({"DataPathAssignments": {"rows": "x"}}, "DataPathAssignments.rows", "DataStoreName"),
        (
            {"DataSetDefinitionValueAssignments": {"rows": {"Id": "x"}}},
            "DataSetDefinitionValueAssignments.rows",
            "SavedDataSetReference",
        ),
        (
            {
                "ParameterAssignments": {"rows": 1},
                "DataPathAssignments": {"rows": {"DataStoreName": "workspaceblobstore"}},
            },
            "DataPathAssignments.rows",
            "twice",
        ),
        ({"experimentName": 5}, "experimentName", "needs a name"),
        ({"RegenerateOutputs": "maybe"}, "RegenerateOutputs", "true or false"),
    ],
)
def test_a_wrong_call_names_the_field(
    api: Any, nightly: Any, body: Any, target: str, words: str
) -> None:
    answer = api.post(path_of(published_address(PLACE, nightly.uid)), body)
    error = answer.json()["error"]
    assert (answer.status_code, error["target"]) == (422, target)
    assert words in error["message"]
    assert not Run.objects.exists()


def test_other_refusals_have_v1_s_form_and_the_right_status(
    api: Any, nightly: Any, actor: Any
) -> None:
    address = path_of(published_address(PLACE, nightly.uid))
    broken = api.generic("POST", address, "{not json", content_type="application/json")
    assert (broken.status_code, broken.json()["error"]["code"]) == (400, "bad_request")
    got = api.get(address)
    assert got.status_code == 405
    assert got.json()["error"]["message"].startswith("GET does nothing at this address. It starts")
    assert got["Allow"] == "POST, OPTIONS"
    assert api.post(address + "x", {}).status_code == 404
    elsewhere = path_of(published_address(Place("", "s", "g", "nowhere"), nightly.uid))
    assert api.post(elsewhere, {}).status_code == 404
    disable_published(published=nightly, actor=actor)
    answer = api.post(address, {})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "disabled")
    assert "is disabled" in answer.json()["error"]["message"]


def test_who_may_call(api: Any, nightly: Any, workspace: Any, django_user_model: Any) -> None:
    address = path_of(published_address(PLACE, nightly.uid))
    reader = django_user_model.objects.create_user("reader")
    set_member(workspace=workspace, user=reader, role=Role.READER)
    for raw, status in (("fby_wrong", 401), ("", 401), (_token(reader), 403)):
        api.credentials(**({"HTTP_AUTHORIZATION": f"Bearer {raw}"} if raw else {}))
        answer = api.post(address, {})
        assert answer.status_code == status
        assert answer.json()["error"]["message"]
    assert not Run.objects.exists()


def _token(user: Any) -> str:
    return create_token(user=user, name="t")[1]


def test_a_form_s_type_with_json_in_it_is_read(api: Any, nightly: Any) -> None:
    answer = api.generic(
        "POST",
        path_of(published_address(PLACE, nightly.uid)),
        '{"ExperimentName": "curl"}',
        content_type="application/x-www-form-urlencoded",
    )
    assert answer.status_code == 200
    assert Run.objects.get().experiment.name == "curl"


def test_the_same_key_is_one_run(api: Any, nightly: Any) -> None:
    address = path_of(published_address(PLACE, nightly.uid))
    head = {"Idempotency-Key": "night 7"}
    ids = {api.post(address, {}, headers=head).json()["Id"] for _ in range(3)}
    assert ids == {Run.objects.get().uid}


def test_a_run_is_followed_and_canceled_at_v1_s_address(api: Any, nightly: Any) -> None:
    address = path_of(published_address(PLACE, nightly.uid))
    uid = api.post(address, {}).json()["Id"]
    runs = address.split("PipelineSubmit", 1)[0]
    assert api.get(f"{runs}{uid}").json()["Status"] == "NotStarted"
    assert api.post(f"{runs}{uid}/Cancel").json()["Status"] == "Canceled"
    assert api.get(f"{runs}{uid}/Cancel").status_code == 405


@pytest.fixture
def with_data(workspace: Any, actor: Any, graph: Any, publish: Any) -> Any:
    """A pipeline with a data path and a dataset as parameters; files and two versions of iris."""
    store = Datastore.objects.get(workspace=workspace, name="workspaceblobstore")
    uids = []
    for name in ("a.csv", "b.csv"):
        local_path(store, name).parent.mkdir(parents=True, exist_ok=True)
        local_path(store, name).write_text(name)
        definition = {"paths": [{"datastore": store.name, "path": name}]}
        made = create_dataset(
            workspace=workspace, actor=actor, kind="file", definition=definition, validate=True
        )
        row = register_dataset(
            workspace=workspace, actor=actor, version=made, name="iris", create_new_version=True
        )
        uids.append(row.uid)
    where = {"datastore": store.name, "path": "a.csv"}
    graph["parameters"] = [
        {"name": "where", "type": "datapath", "default": where},
        {"name": "data", "type": "dataset", "default": {"dataset": uids[0]}},
    ]
    graph["nodes"][0]["arguments"] = [{"input": "raw"}, {"input": "iris"}]
    graph["nodes"][0]["inputs"] = [
        {"name": "raw", "mode": "mount", "source": {"parameter": "where"}},
        {"name": "iris", "mode": "mount", "source": {"parameter": "data"}},
    ]
    return publish("data", graph=graph), uids


def test_paths_and_datasets_are_chosen_by_the_caller(api: Any, with_data: Any) -> None:
    published, uids = with_data
    address = path_of(published_address(PLACE, published.uid))
    path = {"DataStoreName": "workspaceblobstore", "RelativePath": "b.csv"}
    for reference, uid in (
        ({"SavedDataSetReference": {"Id": uids[1]}}, uids[1]),
        ({"DataSetReference": {"Name": "iris", "Version": "1"}}, uids[0]),
        ({"RegisteredDataSetReference": {"Name": "iris"}}, uids[1]),
        (None, uids[0]),
    ):
        body = {
            "DataPathAssignments": {"where": path},
            "DataSetDefinitionValueAssignments": {"data": reference},
        }
        answer = api.post(address, body)
        assert answer.status_code == 200, answer.json()
        run = Run.objects.get(uid=answer.json()["Id"])
        assert run.parameters == {
            "where": {"datastore": "workspaceblobstore", "path": "b.csv"},
            "data": {"dataset": uid},
        }
        sources = [port["source"] for port in run.steps.get(node_id="a").node["inputs"]]
        assert sources == [run.parameters["where"], run.parameters["data"]]


@pytest.mark.parametrize(
    ("body", "target", "words"),
    [
        (
            {"DataPathAssignments": {"where": {"DataStoreName": "x", "RelativePath": "y"}}},
            "DataPathAssignments.where",
            "no datastore 'x'",
        ),
        (
            {
                "DataPathAssignments": {
                    "where": {"DataStoreName": "workspaceblobstore", "RelativePath": "gone.csv"}
                }
            },
            "DataPathAssignments.where",
            "gone.csv",
        ),
        (
            {"DataSetDefinitionValueAssignments": {"data": {"DataSetReference": {"Name": "no"}}}},
            "DataSetDefinitionValueAssignments.data",
            "'no'",
        ),
        (
            {"DataSetDefinitionValueAssignments": {"data": {"SavedDataSetReference": {"Id": "n"}}}},
            "DataSetDefinitionValueAssignments.data",
            "no dataset 'n'",
        ),
        ({"ParameterAssignments": {"data": 5}}, "ParameterAssignments.data", "of type dataset"),
    ],
)
def test_data_that_is_not_there_is_named_with_its_parameter(
    api: Any, with_data: Any, body: Any, target: str, words: str
) -> None:
    answer = api.post(path_of(published_address(PLACE, with_data[0].uid)), body)
    error = answer.json()["error"]
    assert (answer.status_code, error["target"]) == (422, target)
    assert words in error["message"]
    assert not Run.objects.exists()


class Killed(BaseException):
    """As SIGKILL: nothing after it runs."""


def test_a_call_whose_answer_was_lost_is_answered_with_its_run(
    api: Any, nightly: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: Any) -> None:
        raise Killed

    address = path_of(published_address(PLACE, nightly.uid))
    head = {"Idempotency-Key": "k"}
    with monkeypatch.context() as patch:
        patch.setattr(v1, "run_answer", die)
        with pytest.raises(Killed):
            api.post(address, {}, headers=head)
    answer = api.post(address, {}, headers=head)
    assert (answer.status_code, answer["Idempotency-Replayed"]) == (200, "true")
    assert answer.json()["Id"] == Run.objects.get().uid
