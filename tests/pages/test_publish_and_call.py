"""Publishing on pages, and the forms that call what was published."""

from __future__ import annotations

from typing import Any

from django.test import Client

from endpoints.models import PipelineEndpoint, PublishedPipeline
from endpoints.services.pipeline_endpoints import create_endpoint
from endpoints.services.publishing import publish_graph
from endpoints.services.submitting import submit_published
from pipelines.models import Run
from tests.pages.conftest import text
from tests.support.graphs import graph_json

W = "/w/lab/"


def test_a_submit_form_tells_each_field(
    browser: Client, endpoint: PipelineEndpoint, owner: Any
) -> None:
    published = PublishedPipeline.objects.first()
    url = f"{W}published/{published.uid}/submit"
    bad = browser.post(url, {"experiment": "a/b", "p0": "ten", "p1": "false", "p2": "x"})
    page = bad.content.decode()
    assert bad.status_code == 422
    assert "is no whole number" in page and 'value="ten"' in page and 'value="a/b"' in page
    bad = browser.post(url, {"experiment": "a/b", "p0": "3"})
    assert bad.status_code == 422 and 'id="experiment-note" class="error"' in bad.content.decode()
    assert not Run.objects.exists()
    done = browser.post(url, {"experiment": "by hand", "p0": "3", "description": "why"})
    run = Run.objects.get()
    assert done["Location"] == f"{W}runs/{run.uid}/"
    assert run.parameters["rows"] == 3
    assert (run.source, run.description) == ("Studio", "why")
    browser.post(f"{W}published/{published.uid}/switch", {"enabled": "0"})
    refused = browser.post(url, {"experiment": "by hand"})
    assert refused.status_code == 422 and "is disabled" in refused.content.decode()


def test_the_forecast_says_what_would_run(browser: Client, endpoint: PipelineEndpoint) -> None:
    url = f"{W}endpoints/{endpoint.uid}/forecast"
    told = browser.post(url, {"experiment": "x", "version": "1", "p0": "3"}).content.decode()
    assert "forecast-counts" in told and "a.py" in told
    assert "Mend the marked" in browser.post(url, {"p0": "x"}).content.decode()
    assert not Run.objects.exists()


def test_the_request_of_try_it(browser: Client, endpoint: PipelineEndpoint) -> None:
    url = f"{W}endpoints/{endpoint.uid}/request"
    json = {"Accept": "application/json"}
    told = browser.post(url, {"experiment": "x", "p0": "3"}, headers=json).json()
    assert told["body"] == {
        "ExperimentName": "x",
        "ParameterAssignments": {"rows": 3, "fast": False, "label": "iris"},
    }
    assert told["path"].endswith(f"/PipelineEndpointSubmit/Id/{endpoint.uid}")
    other = browser.post(url, {"version": "1"}, headers=json).json()
    assert other["path"].endswith(f"{endpoint.uid}/1")
    assert browser.post(url, {"p0": "x"}, headers=json).json()["problem"] == "Mend rows first."
    assert "is no whole number" in browser.post(url, {"p0": "x"}).content.decode()


def test_required_parameters_of_every_type_on_consume_and_in_the_request(
    browser: Client, workspace: Any, actor: Any, source: str
) -> None:
    graph = graph_json("a", snapshot=source)
    kinds = ("int", "float", "string", "bool", "datapath", "dataset")
    graph["parameters"] = [{"name": f"my {k}", "type": k, "default": None} for k in kinds]
    made = publish_graph(workspace=workspace, actor=actor, body={"name": "x", "graph": graph})
    endpoint = create_endpoint(workspace=workspace, actor=actor, name="x", published=made)
    page = f"{W}endpoints/{endpoint.uid}/"
    assert "have no default" in text(browser, f"{page}?tab=consume")
    json = {"Accept": "application/json"}
    typed = {"p0": "1", "p1": "0.5", "p2": "t", "p3": "true"}
    typed |= {"p4-datastore": "workspaceblobstore", "p4-path": "in", "p5-dataset": "people"}
    told = browser.post(f"{page}request", typed, headers=json).json()
    assert told["body"]["DataPathAssignments"]["my datapath"]["RelativePath"] == "in"
    reference = told["body"]["DataSetDefinitionValueAssignments"]["my dataset"]
    assert reference["DataSetReference"] == {"Name": "people", "Version": "latest"}
    assert told["body"]["ParameterAssignments"]["my bool"] is True
    none = browser.post(f"{page}request", {}, headers=json).json()
    assert none["problem"].startswith("Mend my int, my float")
    refused = browser.post(f"{page}submit", {"experiment": "x"})
    assert refused.status_code == 422


def test_a_run_is_published_behind_a_new_and_an_existing_endpoint(
    browser: Client, run: Run, endpoint: PipelineEndpoint
) -> None:
    url = f"{W}runs/{run.uid}/publish"
    assert 'value="iris"' in text(browser, url)
    fields = {"where": "new", "endpoint_name": "score", "name": "iris", "version": "2.0"}
    taken = browser.post(url, fields)
    assert taken.status_code == 409 and "There is another" in taken.content.decode()
    assert not PublishedPipeline.objects.filter(name="iris").exists()
    done = browser.post(url, {**fields, "endpoint_name": "iris"}, follow=True)
    made = PipelineEndpoint.objects.get(name="iris")
    assert done.redirect_chain[0][0] == f"{W}endpoints/{made.uid}/?tab=consume"
    assert PublishedPipeline.objects.get(name="iris").source_run == run
    existing = {**fields, "where": "existing", "endpoint": endpoint.uid}
    done = browser.post(url, existing)
    assert done["Location"].endswith("?tab=consume&version=2")
    done = browser.post(url, {**existing, "default": "1"})
    endpoint.refresh_from_db()
    assert (endpoint.default_version, endpoint.last_version) == (3, 3)
    assert browser.post(url, {**fields, "where": "existing"}).status_code == 422
    bad = browser.post(url, {**fields, "name": "", "version": "x" * 101, "where": "none"})
    assert "needs a name" in bad.content.decode() and "at most 100" in bad.content.decode()
    nameless = browser.post(url, {**fields, "endpoint_name": " "})
    assert 'id="endpoint-name-note"' in nameless.content.decode()


def test_defaults_are_changed_when_a_run_is_published(
    browser: Client, actor: Any, endpoint: PipelineEndpoint
) -> None:
    published = PublishedPipeline.objects.first()
    run = submit_published(published=published, actor=actor, body={"parameters": {"rows": 5}})
    url = f"{W}runs/{run.uid}/publish"
    fields = {"where": "none", "name": "other", "p0": "99"}
    assert browser.post(url, {**fields, "p0": "many"}).status_code == 422
    done = browser.post(url, fields)
    made = PublishedPipeline.objects.get(name="other")
    assert done["Location"] == f"{W}published/{made.uid}/"
    assert [one["default"] for one in made.parameters] == [99, False, "iris"]


def test_a_published_pipeline_goes_behind_an_endpoint(
    browser: Client, endpoint: PipelineEndpoint, publish: Any
) -> None:
    made = publish("third")
    url = f"{W}published/{made.uid}/endpoint"
    assert "has version 1" in text(browser, url)
    assert browser.post(url, {"where": "existing"}).status_code == 422
    browser.post(url, {"where": "existing", "endpoint": endpoint.uid, "default": "1"})
    endpoint.refresh_from_db()
    assert endpoint.default_version == 2
    assert "score" in text(browser, f"{W}published/{made.uid}/")
