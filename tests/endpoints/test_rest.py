"""Published pipelines and endpoints by REST, as the SDK and pages ask for them."""

from __future__ import annotations

from typing import Any

import pytest

from endpoints.models import PipelineEndpoint, PublishedPipeline
from pipelines.models import Run
from tests.support.submitting import submit
from workspaces.models import AuditEntry

HERE = "/api/v1/workspaces/lab"


@pytest.fixture
def nightly(api: Any, graph: Any) -> dict[str, Any]:
    """A published pipeline, as its creation was answered."""
    body = {"name": "nightly", "graph": graph, "version": "1.0", "description": "of rows"}
    answer = api.post(f"{HERE}/published-pipelines", body)
    assert answer.status_code == 201, answer.json()
    return answer.json()


@pytest.fixture
def score(api: Any, nightly: Any) -> dict[str, Any]:
    """An endpoint with `nightly` as its version 0."""
    body = {"name": "score", "published_pipeline": nightly["id"]}
    return api.post(f"{HERE}/pipeline-endpoints", body).json()


def test_publishing_answers_with_all_that_is_to_know(
    nightly: Any, workspace: Any, settings: Any
) -> None:
    assert nightly["parameters"][0] == {"name": "rows", "type": "int", "default": 10}
    assert (nightly["step_count"], nightly["step_names"]) == (2, ["a.py", "b.py"])
    assert (nightly["status"], nightly["version"], nightly["created_by"]) == (
        "Active",
        "1.0",
        "ada",
    )
    assert nightly["endpoint"] == (
        f"{settings.FOREBAY_URL}/pipelines/v1.0/subscriptions/{workspace.subscription_id}"
        "/resourceGroups/forebay/providers/Microsoft.MachineLearningServices/workspaces/lab"
        f"/PipelineRuns/PipelineSubmit/{nightly['id']}"
    )
    assert nightly["url"].endswith(f"/w/lab/published/{nightly['id']}/")
    assert nightly["reads_at_run_time"] == []
    assert (nightly["run_count"], nightly["last_run"]) == (0, None)


def test_what_is_read_at_run_time_is_named(api: Any, graph: Any, workspace: Any) -> None:
    from data.services.datasets import create_dataset
    from workspaces.services.access import Actor

    definition = {"paths": [{"datastore": "workspaceblobstore", "path": "iris/*.csv"}]}
    owner = workspace.members.get().user
    dataset = create_dataset(
        workspace=workspace,
        actor=Actor(user=owner),
        kind="file",
        definition=definition,
        validate=False,
    )
    store = {"datastore": "workspacefilestore", "path": "raw"}
    graph["nodes"][0]["inputs"] = [
        {"name": "raw", "mode": "mount", "source": store},
        {"name": "iris", "mode": "mount", "source": {"dataset": dataset.uid}},
    ]
    answer = api.post(f"{HERE}/published-pipelines", {"name": "n", "graph": graph}).json()
    assert answer["reads_at_run_time"] == [store, *definition["paths"]]


def test_a_wrong_graph_is_refused_by_node_and_field(api: Any, graph: Any) -> None:
    graph["nodes"][1]["compute"] = "gpu"
    answer = api.post(f"{HERE}/published-pipelines", {"name": "n", "graph": graph, "colour": 1})
    problems = [(one["node"], one["field"]) for one in answer.json()["problems"]]
    assert (answer.status_code, problems) == (422, [(None, "colour"), ("b", "compute")])
    assert not PublishedPipeline.objects.exists()


def test_a_required_parameter_may_be_left_to_the_caller(api: Any, graph: Any) -> None:
    graph["parameters"][0]["default"] = None
    made = api.post(f"{HERE}/published-pipelines", {"name": "n", "graph": graph}).json()
    answer = api.post(f"{HERE}/published-pipelines/{made['id']}/submit", {})
    assert answer.status_code == 422
    assert answer.json()["problems"][0]["field"] == "parameters.rows"
    body = {"parameters": {"rows": 3}}
    assert api.post(f"{HERE}/published-pipelines/{made['id']}/submit", body).status_code == 201


def test_the_list_is_narrowed_and_counts_runs(api: Any, nightly: Any, graph: Any) -> None:
    other = api.post(f"{HERE}/published-pipelines", {"name": "weekly", "graph": graph}).json()
    api.patch(f"{HERE}/published-pipelines/{other['id']}", {"status": "Disabled"})
    run = api.post(f"{HERE}/published-pipelines/{nightly['id']}/submit", {"experiment": "e"}).json()
    assert run["origin"]["published"]["id"] == nightly["id"]

    def names(query: str) -> list[str]:
        return [
            one["name"] for one in api.get(f"{HERE}/published-pipelines{query}").json()["items"]
        ]

    assert names("") == ["weekly", "nightly"]
    assert names("?active_only=true") == ["nightly"]
    assert names("?q=WEEK") == ["weekly"]
    listed = api.get(f"{HERE}/published-pipelines?name=nightly").json()["items"][0]
    assert listed["run_count"] == 1
    assert listed["last_run"]["id"] == run["id"]
    runs = api.get(f"{HERE}/published-pipelines/{nightly['id']}/runs").json()["items"]
    assert [one["id"] for one in runs] == [run["id"]]


def test_the_list_costs_the_same_for_one_and_for_twenty(
    api: Any, publish: Any, workspace: Any, actor: Any, django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        publish(f"p{number}")
    with django_assert_max_num_queries(8):
        assert len(api.get(f"{HERE}/published-pipelines").json()["items"]) == 20


def test_publishing_a_run(api: Any, workspace: Any, actor: Any, graph: Any) -> None:
    run = submit(workspace, actor, {"experiment": "tried", "graph": graph})
    answer = api.post(f"{HERE}/runs/{run.uid}/publish", {"name": "tried one"}).json()
    assert answer["source_run"] == {"id": run.uid, "number": 1, "experiment": "tried"}
    assert answer["step_count"] == 2


def test_a_call_with_the_same_key_is_one_run(api: Any, nightly: Any) -> None:
    there = f"{HERE}/published-pipelines/{nightly['id']}/submit"
    answers = [
        api.post(there, {"experiment": "e"}, headers={"Idempotency-Key": "k1"}) for _ in range(3)
    ]
    assert {answer.json()["id"] for answer in answers} == {Run.objects.get().uid}
    other = api.post(there, {"experiment": "f"}, headers={"Idempotency-Key": "k1"})
    assert other.json()["code"] == "idempotency_mismatch"


def test_a_key_used_for_one_pipeline_is_not_taken_for_another(
    api: Any, nightly: Any, publish: Any
) -> None:
    other = publish("other").uid
    head = {"Idempotency-Key": "k1"}
    for uid, status in ((nightly["id"], 201), (other, 422)):
        answer = api.post(f"{HERE}/published-pipelines/{uid}/submit", {}, headers=head)
        assert answer.status_code == status


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"parameters": {"rows": "many"}}, "parameters.rows"),
        ({"parameters": {"colour": 1}}, "parameters.colour"),
        ({"parameters": [1]}, "parameters"),
        ({"experiment": "a/b"}, "experiment"),
        ({"tags": {"a": 1}}, "tags.a"),
        ({"regenerate_outputs": "yes"}, "regenerate_outputs"),
        ({"continue_on_step_failure": 1}, "continue_on_step_failure"),
        ({"force_nodes": "a"}, "force_nodes"),
        ({"parent_run_id": "nobody"}, "parent_run_id"),
        ({"graph": {}}, "graph"),
    ],
)
def test_a_wrong_call_is_refused_by_field(api: Any, nightly: Any, body: Any, field: str) -> None:
    answer = api.post(f"{HERE}/published-pipelines/{nightly['id']}/submit", body)
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["problems"]] == [field]
    assert not Run.objects.exists()


def test_parameters_for_a_pipeline_that_has_none_are_ignored_aloud(
    api: Any, publish: Any, graph: Any
) -> None:
    graph["parameters"], graph["nodes"][0]["arguments"] = [], []
    uid = publish("plain", graph=graph).uid
    body = {"parameters": {"1": "united", "2": "city"}}
    run = api.post(f"{HERE}/published-pipelines/{uid}/submit", body).json()
    assert run["parameters"] == {}
    assert run["origin"]["warnings"] == [
        "The pipeline has no parameters: '1', '2' changed nothing."
    ]


def test_what_was_deleted_since_is_named_at_the_call(
    api: Any, nightly: Any, workspace: Any
) -> None:
    assert api.delete(f"{HERE}/computes/cpu").status_code in (200, 204)
    answer = api.post(f"{HERE}/published-pipelines/{nightly['id']}/submit", {})
    assert answer.status_code == 422
    assert "no compute target 'cpu'" in answer.json()["detail"]


def test_a_disabled_one_answers_with_a_sentence(api: Any, nightly: Any) -> None:
    there = f"{HERE}/published-pipelines/{nightly['id']}"
    assert api.patch(there, {"status": "Disabled"}).json()["status"] == "Disabled"
    answer = api.post(f"{there}/submit", {})
    assert (answer.status_code, answer.json()["code"]) == (409, "disabled")
    assert "'nightly' is disabled" in answer.json()["detail"]
    api.patch(there, {"status": "Active"})
    assert api.post(f"{there}/submit", {}).status_code == 201


def test_the_story_of_an_endpoint(api: Any, score: Any, publish: Any) -> None:
    assert (score["default_version"], [v["version"] for v in score["versions"]]) == ("0", ["0"])
    there = f"{HERE}/pipeline-endpoints/{score['id']}"
    second, third = publish("second").uid, publish("third").uid
    added = api.post(f"{there}/versions", {"published_pipeline": second}).json()
    assert (added["default_version"], len(added["versions"])) == ("0", 2)
    body = {"published_pipeline": third, "make_default": True}
    added = api.post(f"{there}/versions", body).json()
    assert added["default_version"] == "2"
    assert [v["is_default"] for v in added["versions"]] == [False, False, True]

    run = api.post(f"{there}/submit", {"experiment": "calls"}).json()
    assert run["origin"]["endpoint"] == {"id": score["id"], "name": "score", "version": "2"}
    back = api.patch(there, {"default_version": "0"}).json()
    assert back["default_version"] == "0"
    run = api.post(f"{there}/submit", {"experiment": "calls"}).json()
    assert run["origin"]["endpoint"]["version"] == "0"
    run = api.post(f"{there}/submit", {"experiment": "calls", "version": "1"}).json()
    assert run["origin"]["published"]["id"] == second
    assert len(api.get(f"{there}/runs").json()["items"]) == 3
    assert len(api.get(f"{there}/runs?version=1").json()["items"]) == 1
    assert api.post(f"{there}/submit", {"version": "7"}).status_code == 404


def test_the_default_version_can_t_be_disabled(api: Any, score: Any, publish: Any) -> None:
    there = f"{HERE}/pipeline-endpoints/{score['id']}"
    api.post(f"{there}/versions", {"published_pipeline": publish("second").uid})
    refused = api.patch(f"{there}/versions/0", {"status": "Disabled"})
    assert (refused.status_code, refused.json()["code"]) == (409, "default_version")
    assert "Version 0 is the default of endpoint 'score'" in refused.json()["detail"]
    odd = api.patch(f"{there}/versions/1", {"status": "Disabled", "make_default": True})
    assert (odd.status_code, odd.json()["problems"][0]["field"]) == (422, "make_default")
    assert api.patch(f"{there}/versions/1", {"status": "Disabled"}).status_code == 200
    assert api.post(f"{there}/submit", {"version": "1"}).json()["code"] == "disabled"
    moved = api.patch(there, {"default_version": 1})
    assert (moved.status_code, moved.json()["code"]) == (409, "version_disabled")


def test_an_archived_endpoint_frees_its_name_and_takes_no_calls(
    api: Any, score: Any, nightly: Any
) -> None:
    there = f"{HERE}/pipeline-endpoints/{score['id']}"
    taken = {"name": "score", "published_pipeline": nightly["id"]}
    refused = api.post(f"{HERE}/pipeline-endpoints", taken)
    assert (refused.status_code, refused.json()["code"]) == (409, "name_taken")
    assert api.patch(there, {"status": "Archived"}).json()["status"] == "Archived"
    answer = api.post(f"{there}/submit", {})
    assert (answer.status_code, answer.json()["code"]) == (409, "archived")
    listed = api.get(f"{HERE}/pipeline-endpoints?active_only=true").json()["items"]
    assert listed == []
    assert api.post(f"{HERE}/pipeline-endpoints", taken).status_code == 201
    refused = api.patch(there, {"status": "Active"})
    assert (refused.status_code, refused.json()["code"]) == (409, "name_taken")
    back = api.patch(there, {"status": "Active", "name": "score again"}).json()
    assert (back["status"], back["name"], back["endpoint"]) == (
        "Active",
        "score again",
        score["endpoint"],
    )


def test_a_change_is_made_wholly_or_not_at_all(api: Any, score: Any) -> None:
    there = f"{HERE}/pipeline-endpoints/{score['id']}"
    answer = api.patch(there, {"description": "new", "default_version": "9"})
    assert answer.status_code == 404
    assert api.get(there).json()["description"] == ""


def test_an_endpoint_from_a_graph_leaves_nothing_when_its_name_is_taken(
    api: Any, score: Any, graph: Any
) -> None:
    before = PublishedPipeline.objects.count()
    refused = api.post(f"{HERE}/pipeline-endpoints", {"name": "score", "graph": graph})
    assert refused.status_code == 409
    assert PublishedPipeline.objects.count() == before
    made = api.post(f"{HERE}/pipeline-endpoints", {"name": "fresh", "graph": graph}).json()
    assert made["versions"][0]["published_pipeline"]["name"] == "fresh"


@pytest.mark.parametrize(
    "body",
    [
        {"name": "n"},
        {"name": "n", "published_pipeline": 5},
        {"name": "n", "published_pipeline": "x", "graph": {}},
        {"name": "", "published_pipeline": "ID"},
        {"name": "n\n", "published_pipeline": "ID"},
        {"name": "n" * 300, "published_pipeline": "ID"},
        {"name": "n", "published_pipeline": "ID", "version": "2"},
    ],
)
def test_a_wrong_endpoint_is_refused(api: Any, nightly: Any, body: Any) -> None:
    if body.get("published_pipeline") == "ID":
        body = {**body, "published_pipeline": nightly["id"]}
    assert api.post(f"{HERE}/pipeline-endpoints", body).status_code == 422
    assert not PipelineEndpoint.objects.exists()


def test_every_change_is_in_the_audit_log(api: Any, score: Any, publish: Any) -> None:
    there = f"{HERE}/pipeline-endpoints/{score['id']}"
    api.post(f"{there}/versions", {"published_pipeline": publish("x").uid, "make_default": True})
    api.patch(there, {"status": "Disabled"})
    api.patch(there, {"name": "renamed"})
    actions = list(
        AuditEntry.objects.filter(action__startswith="endpoint.")
        .order_by("id")
        .values_list("action", flat=True)
    )
    assert actions == [
        "endpoint.created",
        "endpoint.version_added",
        "endpoint.default_changed",
        "endpoint.disabled",
        "endpoint.changed",
    ]
    entry = AuditEntry.objects.get(action="endpoint.changed")
    assert (entry.subject_name, entry.detail, entry.user_name) == (
        "renamed",
        {"before": "score"},
        "ada",
    )
