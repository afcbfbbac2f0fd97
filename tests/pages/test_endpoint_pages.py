"""Lists and pages of endpoints and published pipelines: what people see, may, and are told."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from endpoints.models import EndpointVersion, PipelineEndpoint, PublishedPipeline, RunLink
from endpoints.services.pipeline_endpoints import create_endpoint, disable_endpoint
from endpoints.services.publishing import publish_graph
from endpoints.services.submitting import submit_published
from pipelines.models import Experiment, Run
from tests.pages.conftest import text
from tests.support.graphs import graph_json

W = "/w/lab/"
LONG = "night " * 42
ODD = "<b>& ünï \u202egnp"


def queries_of(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert client.get(url).status_code == 200
    return len(seen)


def test_empty_lists_say_how_to_publish(browser: Client, workspace: Any) -> None:
    for url in (f"{W}endpoints/", f"{W}published/"):
        page = text(browser, url)
        assert "Choose a run to publish" in page
        assert ".publish(" in page


def test_the_lists_search_sort_and_hide_the_disabled(
    browser: Client, workspace: Any, actor: Any, publish: Any
) -> None:
    for name in ("blue", "green", "red"):
        made = create_endpoint(
            workspace=workspace, actor=actor, name=name, published=publish(f"p {name}")
        )
        if name == "red":
            disable_endpoint(endpoint=made, actor=actor)

    def names(query: str = "", kind: str = "endpoints") -> list[str]:
        page = browser.get(f"{W}{kind}/{query}").context["page"]
        return [one.row.name for one in page.object_list]

    assert names() == ["green", "blue"]
    assert names("?disabled=1&sort=name") == ["blue", "green", "red"]
    assert names("?disabled=1&sort=-name&q=re") == ["red", "green"]
    assert names("?q=nothing&sort=nonsense&page=x") == []
    assert names("?sort=-last") == ["green", "blue"]
    assert names("?sort=name", "published") == ["p blue", "p green", "p red"]
    assert "No endpoint fits this search" in text(browser, f"{W}endpoints/?q=nothing")


def test_an_endpoint_is_switched_in_its_row(browser: Client, endpoint: PipelineEndpoint) -> None:
    url = f"{W}endpoints/{endpoint.uid}/switch"
    here = f"{W}endpoints/?sort=name"
    answer = browser.post(url, {"enabled": "0", "next": here}, follow=True)
    assert answer.redirect_chain == [(here, 302)]
    assert "refuses calls until it is enabled" in answer.content.decode()
    endpoint.refresh_from_db()
    assert endpoint.status == "Disabled"
    elsewhere = browser.post(url, {"enabled": "1", "next": "https://evil.example/"})
    assert elsewhere["Location"] == f"{W}endpoints/{endpoint.uid}/"


PLACES = (
    "endpoints/",
    "published/",
    "published/{p}/",
    "endpoints/{e}/",
    *(f"endpoints/{{e}}/?tab={tab}" for tab in ("versions", "runs", "schedules", "consume")),
)


@pytest.mark.parametrize("place", PLACES)
def test_a_reader_sees_no_button_that_changes(
    reader: Client, endpoint: PipelineEndpoint, place: str
) -> None:
    published = PublishedPipeline.objects.first()
    page = text(reader, W + place.format(e=endpoint.uid, p=published.uid))
    for word in ("/switch", "/archive", "/change", "/default", "/submit", 'data-try="'):
        assert word not in page.partition("<main")[2]


def test_a_reader_s_run_page_has_no_publish(reader: Client, browser: Client, run: Run) -> None:
    assert f"runs/{run.uid}/publish" not in text(reader, f"{W}runs/{run.uid}/")
    assert f"runs/{run.uid}/publish" in text(browser, f"{W}runs/{run.uid}/")


def test_odd_and_long_names_are_text_on_every_page(
    browser: Client, workspace: Any, actor: Any, publish: Any
) -> None:
    made = create_endpoint(
        workspace=workspace, actor=actor, name=LONG.strip(), published=publish(ODD, version=ODD)
    )
    published = PublishedPipeline.objects.get()
    page = f"endpoints/{made.uid}/"
    urls = ["endpoints/", "published/", page, f"{page}versions/0/diff"]
    urls += [f"{page}?tab=consume", f"{page}?tab=consume&language=sdk", f"{page}?tab=versions"]
    urls += [f"published/{published.uid}/{place}" for place in ("", "submit", "endpoint")]
    for url in urls:
        assert "<b>&" not in text(browser, W + url), url


def many(workspace: Any, owner: Any, count: int, endpoint: PipelineEndpoint) -> None:
    """So many more endpoints, versions of `endpoint` and runs of it."""
    now, published = timezone.now(), PublishedPipeline.objects.first()
    by = {"created_by": owner, "created_at": now, "updated_by": owner, "updated_at": now}
    known = PipelineEndpoint.objects.count()
    PipelineEndpoint.objects.bulk_create(
        PipelineEndpoint(workspace=workspace, name=f"e{known + n}", **by) for n in range(count)
    )
    EndpointVersion.objects.bulk_create(
        EndpointVersion(
            endpoint=endpoint, number=1000 + known + n, published=published, added_by=owner,
            added_at=now,
        )
        for n in range(count)
    )  # fmt: skip
    experiment, _ = Experiment.objects.get_or_create(workspace=workspace, name="score")
    runs = Run.objects.bulk_create(
        Run(
            workspace=workspace, experiment=experiment, number=10_000 + known + n, graph={},
            status="Completed", submitted_by=owner, submitted_at=now, ended_at=now,
            origin={"endpoint": {"id": endpoint.uid, "name": "score", "version": "0"},
                    "published": {"id": published.uid, "name": "p", "version": ""}},
        )
        for n in range(count)
    )  # fmt: skip
    RunLink.objects.bulk_create(
        RunLink(run=run, published=published, endpoint=endpoint) for run in runs
    )


def test_a_thousand_cost_as_many_queries_as_ten(
    browser: Client, workspace: Any, owner: Any, endpoint: PipelineEndpoint
) -> None:
    page = f"{W}endpoints/{endpoint.uid}/"
    urls = [
        f"{W}endpoints/?sort=-last",
        *(f"{page}?tab={t}" for t in ("versions", "runs", "consume")),
    ]
    many(workspace, owner, 10, endpoint)
    few = [queries_of(browser, url) for url in urls]
    many(workspace, owner, 990, endpoint)
    assert [queries_of(browser, url) for url in urls] == few
    assert max(few) <= 24
    listed = browser.get(f"{page}?tab=runs&page=20").context["page"]
    assert len(listed.object_list) == 50
    assert len(browser.get(urls[0]).context["page"].object_list) == 50


def test_rename_and_description_keep_what_was_typed(
    browser: Client, workspace: Any, actor: Any, endpoint: PipelineEndpoint, publish: Any
) -> None:
    create_endpoint(workspace=workspace, actor=actor, name="taken", published=publish("t"))
    url = f"{W}endpoints/{endpoint.uid}/change"
    answer = browser.post(url, {"name": "taken", "description": "kept text"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "There is another pipeline endpoint" in page
    assert "kept text" in page
    assert browser.post(url, {"name": "  ", "description": ""}).status_code == 422
    assert browser.post(url, {"name": "scores", "description": "of leads"}).status_code == 302
    endpoint.refresh_from_db()
    assert (endpoint.name, endpoint.description) == ("scores", "of leads")


def test_default_is_set_and_rolled_back_and_refusals_are_told(
    browser: Client, endpoint: PipelineEndpoint
) -> None:
    page = f"{W}endpoints/{endpoint.uid}/"

    def post(place: str, **fields: str) -> str:
        answer = browser.post(f"{page}{place}", fields, follow=True)
        assert answer.status_code == 200
        endpoint.refresh_from_db()
        return answer.content.decode()

    assert "Calls start version 1 from now on" in post("versions/1/default")
    assert endpoint.default_version == 1
    assert "Roll back to 0" in text(browser, f"{page}?tab=versions")
    assert "is the default of endpoint" in post("versions/1/switch", enabled="0")
    post("versions/0/switch", enabled="0")
    assert "Version 0 of endpoint" in post("versions/0/default")
    assert endpoint.default_version == 1
    post("versions/0/switch", enabled="1")
    post("versions/0/default")
    assert endpoint.default_version == 0
    assert browser.post(f"{page}versions/7/default").status_code == 404


def test_archived_and_back_under_another_name(
    browser: Client, workspace: Any, actor: Any, endpoint: PipelineEndpoint, publish: Any
) -> None:
    page = f"{W}endpoints/{endpoint.uid}/"
    assert "is archived" in browser.post(f"{page}archive", follow=True).content.decode()
    create_endpoint(workspace=workspace, actor=actor, name="score", published=publish("t"))
    refused = browser.post(f"{page}reactivate", {"name": "score"})
    assert refused.status_code == 409
    assert "There is another pipeline endpoint" in refused.content.decode()
    assert browser.post(f"{page}reactivate", {"name": "score 2"}).status_code == 302
    endpoint.refresh_from_db()
    assert (endpoint.name, endpoint.status) == ("score 2", "Active")


def test_the_difference_of_two_versions(browser: Client, endpoint: PipelineEndpoint) -> None:
    page = text(browser, f"{W}endpoints/{endpoint.uid}/versions/1/diff")
    assert "default of rows" in page
    assert "<del" in page and ">10<" in page and ">20<" in page
    same = text(browser, f"{W}endpoints/{endpoint.uid}/versions/1/diff?against=1")
    assert "No difference" in same
    assert "This is the first version" in text(
        browser, f"{W}endpoints/{endpoint.uid}/versions/0/diff"
    )
    text(browser, f"{W}endpoints/{endpoint.uid}/versions/1/diff?against=x", 404)


def test_a_run_tells_what_started_it(
    browser: Client, actor: Any, endpoint: PipelineEndpoint
) -> None:
    version = EndpointVersion.objects.get(endpoint=endpoint, number=1)
    run = submit_published(
        published=version.published, endpoint_version=version, actor=actor, body={}
    )
    page = text(browser, f"{W}runs/{run.uid}/")
    assert f"{W}endpoints/{endpoint.uid}/" in page and "version 1" in page
    assert f"{W}published/{version.published.uid}/" in page
    assert f"{W}endpoints/{endpoint.uid}/" in text(browser, f"{W}pipelines/").partition("<main")[2]
    listed = text(browser, f"{W}endpoints/{endpoint.uid}/?tab=runs&version=1")
    assert f"{W}runs/{run.uid}/" in listed
    assert "This version has started none" in text(
        browser, f"{W}endpoints/{endpoint.uid}/?tab=runs&version=0"
    )


def test_parameters_that_changed_nothing_are_told(
    browser: Client, workspace: Any, actor: Any, source: str
) -> None:
    body = {"name": "bare", "graph": graph_json("a", snapshot=source)}
    made = publish_graph(workspace=workspace, actor=actor, body=body)
    run = submit_published(published=made, actor=actor, body={"parameters": {"1": "united"}})
    assert "changed nothing" in text(browser, f"{W}runs/{run.uid}/")


def test_a_step_of_a_published_graph(browser: Client, endpoint: PipelineEndpoint) -> None:
    published = PublishedPipeline.objects.first()
    page = text(browser, f"{W}published/{published.uid}/nodes/b/")
    assert "main.py" in page and "out of a.py" in page
    text(browser, f"{W}published/{published.uid}/nodes/zz/", 404)
