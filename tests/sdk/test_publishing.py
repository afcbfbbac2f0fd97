"""Published pipelines and endpoints of the SDK against a real studio."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest
from azureml._forebay.cli.main import main
from azureml.core import Experiment, Workspace
from azureml.core.compute import AmlCompute, ComputeTarget
from azureml.exceptions import UserErrorException
from azureml.pipeline.core import (
    Pipeline,
    PipelineEndpoint,
    PipelineParameter,
    PipelineRun,
    PublishedPipeline,
    Schedule,
    ScheduleRecurrence,
    TimeZone,
)
from azureml.pipeline.core._restclients.aeva.models.error_response import ErrorResponseException
from azureml.pipeline.core.pipeline_endpoint import PipelineIdVersion
from azureml.pipeline.steps import PythonScriptStep

from endpoints.domain.time_zones import read_zone

UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def ws(studio: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("FOREBAY_TOKEN", studio.token)
    monkeypatch.setenv("FOREBAY_SERVER", studio.url)
    workspace = Workspace.get(studio.workspace)
    if "cpu-cluster" not in workspace.compute_targets:
        size = AmlCompute.provisioning_configuration("STANDARD_D2_V2")
        ComputeTarget.create(workspace, "cpu-cluster", size)
    return workspace


@pytest.fixture
def name() -> str:
    """A name that no other test on this studio has."""
    return f"Pipeline {uuid.uuid4().hex[:8]}"


def make_pipeline(ws: Any, folder: Path, default: Any = 1, script: str = "say.py") -> Pipeline:
    (folder / "say").mkdir(exist_ok=True)
    (folder / "say" / "say.py").write_text("import sys\nprint('said', sys.argv[1:])\n")
    step = PythonScriptStep(
        script,
        name="say",
        arguments=[PipelineParameter("word", default)],
        compute_target="cpu-cluster",
        source_directory=folder / "say",
    )
    return Pipeline(ws, [step], description="Says a word")


def test_a_pipeline_is_published_and_found(ws: Any, tmp_path: Path, name: str) -> None:
    pipeline = make_pipeline(ws, tmp_path)
    made = pipeline.publish(name, "A description", "2.1", continue_on_step_failure=True)
    found = PublishedPipeline.get(ws, made.id)
    assert (found.name, found.description, found.version) == (name, "A description", "2.1")
    assert (found.status, found.total_run_steps, found.continue_on_step_failure) == (
        "Active",
        1,
        True,
    )
    assert found.get_step_names() == ["say"]
    assert found.get_graph()["parameters"] == [{"name": "word", "type": "int", "default": 1}]
    assert found.endpoint.endswith(f"/PipelineRuns/PipelineSubmit/{made.id}")
    assert found.get_portal_url().endswith(f"/w/{ws.name}/published/{made.id}/")
    assert found.graph_id == make_pipeline(ws, tmp_path).publish(name).graph_id
    assert PublishedPipeline.get(ws, name=name).id != made.id, "the newest of that name"
    assert made.id in [one.id for one in PublishedPipeline.get_all(ws)]
    assert str(found).startswith(f"Pipeline(Name: {name}, Id: {made.id}, Status: Active")
    assert f'<a href="{found.get_portal_url()}">{name}</a>' in found._repr_html_()


def test_what_can_not_be_published_is_said_by_step_and_field(
    ws: Any, tmp_path: Path, name: str
) -> None:
    with pytest.raises(
        UserErrorException, match=r"can't be published:\n  - say, script: 'gone.py'"
    ):
        make_pipeline(ws, tmp_path, script="gone.py").publish(name)
    with pytest.raises(
        UserErrorException, match=r"can't be published:\n  - say, script: 'gone.py'"
    ):
        PipelineEndpoint.publish(ws, name, "d", make_pipeline(ws, tmp_path, script="gone.py"))
    with pytest.raises(ErrorResponseException):
        PipelineEndpoint.get(ws, name=name)
    with pytest.raises(ErrorResponseException):
        PublishedPipeline.get(ws, name=name)


def test_runs_of_a_published_pipeline(ws: Any, tmp_path: Path, name: str) -> None:
    experiment = Experiment(ws, "published")
    published = make_pipeline(ws, tmp_path).publish(name)
    first = published.submit(ws, "published", {"word": 2}, regenerate_outputs=True)
    second = experiment.submit(published, tags={"by": "test"}, pipeline_parameters={"word": "3"})
    for run, word in ((first, 2), (second, 3)):
        assert run.wait_for_completion(show_output=False) == "Finished"
        (step,) = run.find_step_run("say")
        assert f"said ['{word}']" in step.get_stdout_log()
        assert step.get_properties()["azureml.pipelineid"] == published.id
        assert run.get_properties()["azureml.pipelineid"] == published.id
        assert run.get_details()["properties"]["azureml.pipelineid"] == published.id
    assert second.tags == {"by": "test"}
    runs = PipelineRun.get_pipeline_runs(ws, published.id)
    assert [run.id for run in runs] == [second.id, first.id]
    with pytest.raises(UserErrorException, match="wrod"):
        published.submit(ws, "published", {"wrod": 2})
    with pytest.raises(UserErrorException, match="word"):
        published.submit(ws, "published", {"word": "many"})
    again = second.publish_pipeline(f"{name} again", "d", "1")
    assert again.get_step_names() == ["say"]
    assert again.graph_id == published.graph_id


def test_a_disabled_pipeline(ws: Any, tmp_path: Path, name: str) -> None:
    published = make_pipeline(ws, tmp_path).publish(name)
    published.disable()
    assert published.status == PublishedPipeline.get(ws, published.id).status == "Disabled"
    assert published.id not in [one.id for one in PublishedPipeline.list(ws)]
    assert published.id in [one.id for one in PublishedPipeline.list(ws, active_only=False)]
    with pytest.raises(UserErrorException, match="is disabled and takes no calls"):
        published.submit(ws, "published")
    published.enable()
    assert published.status == "Active"


def test_what_is_not_there_is_v1s_exception(ws: Any) -> None:
    for look in (
        lambda: PublishedPipeline.get(ws, UNKNOWN),
        lambda: PublishedPipeline.get(ws, name="nobody published this"),
        lambda: PipelineEndpoint.get(ws, id=UNKNOWN),
        lambda: PipelineEndpoint.get(ws, name="nobody published this"),
    ):
        with pytest.raises(ErrorResponseException, match=r"There is no p.* in workspace 'forebay'"):
            look()
    for look in (
        lambda: PublishedPipeline.get("forebay", UNKNOWN),
        lambda: PipelineEndpoint.get("forebay", name="x"),
        lambda: PipelineEndpoint.list("forebay"),
        lambda: PublishedPipeline.get(ws),
        lambda: PipelineEndpoint.get(ws),
    ):
        with pytest.raises(UserErrorException, match=r"ws = Workspace.from_config|needs"):
            look()


def test_versions_of_an_endpoint(ws: Any, tmp_path: Path, name: str) -> None:
    pipeline = make_pipeline(ws, tmp_path)
    endpoint = PipelineEndpoint.publish(ws, name, "Versions", pipeline)
    assert (endpoint.name, endpoint.description, endpoint.status) == (name, "Versions", "Active")
    assert endpoint.endpoint.endswith(f"/PipelineEndpointSubmit/Id/{endpoint.id}")
    assert endpoint.swaggerurl.endswith("/api/v1/schema")
    other = make_pipeline(ws, tmp_path, 2).publish(f"{name} two")
    endpoint.add(other)
    assert (endpoint.default_version, endpoint.get_default_version()) == ("0", "0")
    endpoint.add_default(make_pipeline(ws, tmp_path, 3))
    assert endpoint.get_default_version() == "2"
    versions = endpoint.list_versions()
    assert [one.version for one in versions] == ["0", "1", "2"]
    assert [one.pipeline.name for one in endpoint.get_all_versions()] == [
        name,
        f"{name} two",
        name,
    ]
    assert [type(one) for one in endpoint.pipeline_version_list] == [PipelineIdVersion] * 3
    assert endpoint.pipeline_version_list[1].pipeline_id == other.id
    endpoint.set_default(other)
    assert PipelineEndpoint.get(ws, name=name).default_version == "1"
    assert endpoint.get_pipeline().id == other.id
    assert endpoint.get_pipeline("0").get_graph()["parameters"][0]["default"] == 1
    other.disable()
    assert [one.name for one in endpoint.list_pipelines()] == [name, name]
    assert len(endpoint.get_all_pipelines(active_only=False)) == 3
    with pytest.raises(ErrorResponseException, match=r"its versions: 0, 1, 2"):
        endpoint.get_pipeline("7")
    with pytest.raises(UserErrorException, match="is no version of endpoint"):
        endpoint.set_default(make_pipeline(ws, tmp_path).publish(name))
    with pytest.raises(UserErrorException, match="must be a Pipeline or a PublishedPipeline"):
        endpoint.add("pipeline")
    with pytest.raises(UserErrorException, match="another pipeline endpoint"):
        PipelineEndpoint.publish(ws, name, "d", other)


def test_runs_of_an_endpoint(ws: Any, tmp_path: Path, name: str) -> None:
    endpoint = PipelineEndpoint.publish(ws, name, "d", make_pipeline(ws, tmp_path))
    endpoint.add_default(make_pipeline(ws, tmp_path, 2))
    runs = [
        endpoint.submit("endpoints"),
        endpoint.submit("endpoints", pipeline_version="0"),
        Experiment(ws, "endpoints").submit(
            endpoint, tags={"a": 1}, pipeline_version=0, pipeline_parameters={"word": 5}
        ),
    ]
    for run, word in zip(runs, (2, 1, 5), strict=True):
        assert isinstance(run, PipelineRun)
        assert run.id in str(run)
        run.wait_for_completion(show_output=False)
        assert f"said ['{word}']" in run.find_step_run("say")[0].get_stdout_log()
    assert runs[2].tags == {"a": "1"}
    endpoint.disable()
    with pytest.raises(UserErrorException, match="is disabled"):
        endpoint.submit("endpoints")
    endpoint.enable()
    assert endpoint.status == "Active"


def test_an_endpoint_is_renamed_archived_and_comes_back(ws: Any, tmp_path: Path, name: str) -> None:
    pipeline = make_pipeline(ws, tmp_path).publish(name)
    endpoint = PipelineEndpoint.publish(ws, name, "d", pipeline)
    address = endpoint.endpoint
    endpoint.set_name(f"{name} two")
    assert PipelineEndpoint.get(ws, name=f"{name} two").endpoint == address
    endpoint.archive()
    assert endpoint.status == "Archived"
    assert endpoint.id not in [one.id for one in PipelineEndpoint.list(ws)]
    assert endpoint.id in [one.id for one in PipelineEndpoint.get_all(ws, active_only=False)]
    with pytest.raises(UserErrorException, match="archived"):
        endpoint.submit("endpoints")
    PipelineEndpoint.publish(ws, f"{name} two", "took the name", pipeline)
    with pytest.raises(UserErrorException, match="another pipeline endpoint"):
        endpoint.reactivate(f"{name} two")
    endpoint.reactivate(f"{name} three")
    assert (endpoint.status, endpoint.name) == ("Active", f"{name} three")
    assert len(PipelineEndpoint.list(ws, max_results=1)) == 1


def test_runs_of_a_schedule(ws: Any, tmp_path: Path, name: str) -> None:
    published = make_pipeline(ws, tmp_path).publish(name)
    schedule = Schedule.create(
        ws,
        name,
        published.id,
        "scheduled",
        ScheduleRecurrence("Month", 1, time_zone=TimeZone.TokyoStandardTime),
        pipeline_parameters={"word": 7},
    )
    assert schedule.get_last_pipeline_run() is None
    ws._transport.post_json(ws._path("schedules/{}/run-now", schedule.id))
    run = schedule.get_last_pipeline_run()
    assert isinstance(run, PipelineRun)
    assert [one.id for one in schedule.get_pipeline_runs()] == [run.id]
    assert run.wait_for_completion(show_output=False) == "Finished"
    assert "said ['7']" in run.find_step_run("say")[0].get_stdout_log()
    assert [one.id for one in PipelineRun.get_pipeline_runs(ws, published.id)] == [run.id]
    schedule.update(name=f"{name} later", description="Later")
    assert schedule.recurrence is not None
    assert (schedule.recurrence.frequency, schedule.recurrence.time_zone) == (
        "Month",
        "Tokyo Standard Time",
    )
    assert [one.name for one in Schedule.get_schedules_for_pipeline_id(ws, published.id)] == [
        f"{name} later"
    ]
    by_cron = Schedule.create(ws, name, published.id, "scheduled", cron="30 22 * * MON-FRI")
    assert (by_cron.recurrence, by_cron._facts["cron"]) == (None, "30 22 * * MON-FRI")
    with pytest.raises(UserErrorException, match="wrod"):
        Schedule.create(
            ws,
            name,
            published.id,
            "scheduled",
            ScheduleRecurrence("Day", 1),
            pipeline_parameters={"wrod": 1},
        )
    with pytest.raises(UserErrorException, match="nowhere"):
        Schedule.create(
            ws,
            name,
            published.id,
            "scheduled",
            ScheduleRecurrence("Day", 1, time_zone="Mars/nowhere"),
        )
    for one in (schedule, by_cron):
        one.disable()
    assert main(["schedule", "list", "--all", "--workspace", ws.name]) == 0


def test_the_server_knows_every_time_zone_of_v1() -> None:
    for zone in TimeZone:
        read_zone(zone.value)
