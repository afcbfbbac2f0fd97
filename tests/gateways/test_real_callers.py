"""A studio that runs, called as other systems call it: requests, curl, many at once."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from tests.support.postgres import Cluster
from tests.support.submitting_studio import SubmittingStudio

SCRIPT = "import sys\nprint('Argument 4:', sys.argv[2])\n"
THREADS, CALLS, KEYS = 20, 60, 45  # some keys are sent twice, as by callers that try again


class CallersStudio(SubmittingStudio):
    """A real studio, perhaps on PostgreSQL."""

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@pytest.fixture(
    scope="module",
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.needs("postgresql"))],
)
def studio(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[CallersStudio]:
    made = CallersStudio(tmp_path_factory.mktemp("callers"))
    if request.param == "sqlite":
        with made:
            yield made
        return
    with Cluster() as cluster:
        made.database = cluster.create_database("callers")
        with made:
            yield made


@pytest.fixture(scope="module")
def published(studio: CallersStudio) -> dict[str, Any]:
    """One step that prints its parameter `pipeline_arg`, published by REST."""
    return publish(studio, "nightly")


def publish(studio: CallersStudio, name: str) -> dict[str, Any]:
    snapshot = studio.upload(SCRIPT)
    node = {
        "id": "n1", "name": "compare.py", "kind": "python_script", "snapshot": snapshot,
        "script": "main.py", "arguments": ["--arg", {"parameter": "pipeline_arg"}],
        "inputs": [], "outputs": [], "compute": "cpu-cluster",
    }  # fmt: skip
    parameter = {"name": "pipeline_arg", "type": "int", "default": 10}
    graph = {"version": 1, "parameters": [parameter], "nodes": [node]}
    return dict(studio.post("/published-pipelines", {"name": name, "graph": graph}))


def wait_for(address: str, headers: dict[str, str]) -> dict[str, Any]:
    """The run at one of v1's addresses once it has ended, as a caller waits for it."""
    end = time.monotonic() + 90
    while time.monotonic() < end:
        found = requests.get(address, headers=headers, timeout=30).json()
        if found["EndTime"]:
            return dict(found)
        time.sleep(0.1)
    raise AssertionError(found)


def test_requests_starts_a_run_and_sees_its_end(studio: CallersStudio, published: Any) -> None:
    response = requests.post(
        published["endpoint"],
        headers=studio.headers,
        json={"ExperimentName": "My_Pipeline", "ParameterAssignments": {"pipeline_arg": 45}},
        timeout=30,
    )
    assert response.status_code == 200, response.text
    run = response.json()
    runs = published["endpoint"].split("PipelineSubmit", 1)[0]
    assert wait_for(runs + run["Id"], studio.headers)["Status"] == "Finished"
    step = studio.get(f"/runs/{run['Id']}/steps")["items"][0]
    log = requests.get(
        f"{studio.url}/api/v1/workspaces/forebay/steps/{step['id']}/log",
        headers=studio.headers,
        timeout=30,
    )
    assert "Argument 4: 45" in log.text
    page = requests.get(run["RunUrl"], timeout=30)
    assert page.status_code == 200  # the sign-in page: the address is one that a browser opens
    assert "/sign-in" in page.url


def curl(studio: CallersStudio, *words: str) -> tuple[int, dict[str, Any]]:
    done = subprocess.run(
        ["curl", "-sS", "-w", "\n%{http_code}", *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    body, _, code = done.stdout.rpartition("\n")
    return int(code), json.loads(body)


def test_curl_starts_an_endpoint_by_id_and_by_name(studio: CallersStudio, published: Any) -> None:
    made = studio.post(
        "/pipeline-endpoints", {"name": "score it", "published_pipeline": published["id"]}
    )
    token = f"Authorization: Bearer {studio.token}"
    code, run = curl(studio, "-H", token, "-d", '{"ExperimentName": "by curl"}', made["endpoint"])
    assert (code, run["ExperimentName"], run["PipelineVersion"]) == (200, "by curl", "0")
    assert curl(studio, "-H", token, "-d", "{}", f"{made['endpoint']}/0")[0] == 200
    # As v1's own sample does it: the address is split at its first "Id".
    by_name = made["endpoint"].split("Id", 1)[0] + "Name?name=score%20it&pipelineVersion=0"
    code, run = curl(studio, "-H", token, "-H", "Content-Type: application/json", "-X", "POST",
                     "-d", '{"ParameterAssignments": {"pipeline_arg": "7"}}', by_name)  # fmt: skip
    assert (code, run["ParameterAssignments"]) == (200, {"pipeline_arg": 7})
    # The pair of letters in a name before it is written %49d, and any subscription will do.
    odd = by_name.replace("/resourceGroups/forebay/", "/resourceGroups/%49dRG/")
    assert odd != by_name and curl(studio, "-H", token, "-d", "{}", odd)[0] == 200
    code, answer = curl(studio, "-H", "Authorization: Bearer fby_no", "-d", "{}", by_name)
    assert (code, answer["error"]["code"]) == (401, "token_unknown")
    code, answer = curl(studio, "-H", token, made["endpoint"])
    assert (code, answer["error"]["code"]) == (405, "method_not_allowed")
    code, answer = curl(studio, "-H", token, "-d", '{"ParameterAssignments": {"arg": 7}}', by_name)
    assert (code, answer["error"]["target"]) == (422, "ParameterAssignments.arg")


def test_many_at_once_are_each_one_run(studio: CallersStudio, published: Any) -> None:
    with requests.Session() as session:
        adapter = requests.adapters.HTTPAdapter(pool_maxsize=THREADS)
        session.mount("http://", adapter)

        def call(number: int) -> requests.Response:
            head = {**studio.headers, "Idempotency-Key": f"call {number % KEYS}"}
            body = {"ExperimentName": "at once"}
            for _ in range(100):
                answer = session.post(published["endpoint"], headers=head, json=body, timeout=60)
                if answer.status_code != 409:  # its twin is under way
                    return answer
                time.sleep(0.2)
            return answer

        with ThreadPoolExecutor(THREADS) as pool:
            answers = list(pool.map(call, range(CALLS)))
    assert {answer.status_code for answer in answers} == {200}
    runs = studio.get("/runs?experiment=at%20once&limit=200")["items"]
    assert {answer.json()["Id"] for answer in answers} == {run["id"] for run in runs}
    assert sorted(run["number"] for run in runs) == list(range(1, KEYS + 1))
    listed = studio.get(f"/published-pipelines/{published['id']}/runs?limit=200")["items"]
    assert {run["id"] for run in runs} <= {run["id"] for run in listed}


def test_versions_added_at_once_get_a_number_each(studio: CallersStudio, published: Any) -> None:
    made = studio.post(
        "/pipeline-endpoints", {"name": "busy", "published_pipeline": published["id"]}
    )
    path = f"/pipeline-endpoints/{made['id']}/versions"
    with ThreadPoolExecutor(12) as pool:
        list(
            pool.map(
                lambda _: studio.post(path, {"published_pipeline": published["id"]}), range(24)
            )
        )
    versions = studio.get(path)["items"]
    assert [one["version"] for one in versions] == [str(number) for number in range(25)]
    assert [one["is_default"] for one in versions] == [True, *[False] * 24]


def test_one_name_asked_for_at_once_is_given_once(studio: CallersStudio, published: Any) -> None:
    address = f"{studio.url}/api/v1/workspaces/forebay/pipeline-endpoints"
    body = {"name": "wanted", "published_pipeline": published["id"]}

    def make(_: int) -> int:
        return requests.post(address, headers=studio.headers, json=body, timeout=60).status_code

    with ThreadPoolExecutor(8) as pool:
        codes = sorted(pool.map(make, range(8)))
    assert codes == [201] + [409] * 7
