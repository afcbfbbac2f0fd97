"""What nobody should send: answered with a sentence that names the field, and nothing stored."""

from __future__ import annotations

import json
from typing import Any

import pytest

from compute.models import EnvironmentBuild
from pipelines.models import Experiment, Run
from tests.support.submitting import body_of, make_snapshot, make_target, submit

LAB = "/api/v1/workspaces/lab"
STORE = "workspaceblobstore"


def packages(entries: list[Any]) -> dict[str, Any]:
    return {"environment": {"python": {"packages": entries}}}


def reads(name: str, path: str) -> dict[str, Any]:
    return {"inputs": [{"name": name, "source": {"datastore": STORE, "path": path}}]}


def writes(*names: str) -> dict[str, Any]:
    return {"outputs": [{"name": name, "datastore": STORE} for name in names]}


BAD_NODES: dict[str, tuple[dict[str, Any], str]] = {
    "variables-list": ({"environment": {"variables": ["A"]}}, "environment.variables"),
    "variables-equals": ({"environment": {"variables": {"A=B": "x"}}}, "environment.variables.A=B"),
    "variables-empty": ({"environment": {"variables": {"": "x"}}}, "environment.variables."),
    "variables-nested": ({"environment": {"variables": {"A": {}}}}, "environment.variables.A"),
    "python-list": ({"environment": {"python": []}}, "environment.python"),
    "python-version": (
        {"environment": {"python": {"version": "9" * 5000}}},
        "environment.python.version",
    ),
    "package-option": (packages(["--index-url", "x"]), "environment.python.packages[0]"),
    "package-two": (packages(["a --index-url=x"]), "environment.python.packages[0]"),
    "package-file": (packages(["a", "-r /etc/passwd"]), "environment.python.packages[1]"),
    "package-path": (packages(["file:///etc"]), "environment.python.packages[0]"),
    "package-named-path": (packages(["a @ file:///etc"]), "environment.python.packages[0]"),
    "package-http": (packages(["http://10.0.0.1/a.whl"]), "environment.python.packages[0]"),
    "package-variable": (packages(["https://x/${HOME}"]), "environment.python.packages[0]"),
    "package-number": (packages([1]), "environment.python.packages"),
    "conda-option": (
        {"environment": {"python": {"conda_packages": ["a --index-url=x"]}}},
        "environment.python.conda_packages[0]",
    ),
    "input-name": (reads("../x", "d"), "inputs[0].name"),
    "output-name": (writes("../x"), "outputs[0].name"),
    "output-equals": (writes("a=b"), "outputs[0].name"),
    "output-line": (writes("a\nb"), "outputs[0].name"),
    "output-emoji": (writes("😀" * 200), "outputs[0].name"),
    "outputs-twice": (writes("a", "a"), "outputs"),
    "step-parameter": ({"parameters": {"a=b": 1}}, "parameters.a=b"),
    "unknown-input": ({"arguments": [{"input": "nope"}]}, "arguments[0]"),
    "missing-script": ({"script": "nope.py"}, "script"),
    "unknown-compute": ({"compute": "nope"}, "compute"),
    "input-path": (reads("x", "../x"), "inputs[0].source"),
}


@pytest.fixture
def body(workspace: Any, owner: Any) -> dict[str, Any]:
    make_target(workspace, owner)
    return body_of("a", make_snapshot(workspace, owner, {"main.py": "print(1)"}))


@pytest.mark.parametrize("case", BAD_NODES)
def test_a_bad_node_is_named_with_its_field(api: Any, body: Any, case: str) -> None:
    change, field = BAD_NODES[case]
    node = body["graph"]["nodes"][0]
    node.update(change)
    answer = api.post(f"{LAB}/runs", body)
    assert answer.status_code == 422, answer.content
    problems = answer.json()["problems"]
    assert (node["id"], field) in {(p["node"], p["field"]) for p in problems}
    assert api.post(f"{LAB}/runs/validate", body).json()["problems"] == problems
    assert not Run.objects.exists()
    assert not Experiment.objects.exists()
    assert not EnvironmentBuild.objects.exists()


def test_packages_as_programs_of_v1_name_them(api: Any, body: Any) -> None:
    packages = [
        "numpy", "scikit-learn[all]>=1,<2", "torch==2.0+cu118", "a (>=1.0)", " joblib ~= 1.0 ",
        "b >= 1 ; python_version < '3.9'", "c @ https://host/c.whl", "https://host/d-1.0.whl",
        "git+https://host/e@main#egg=e",
    ]  # fmt: skip
    conda = ["python=3.8", "conda-forge::scipy>=1", "numpy=1.23", "pandas 1.2"]
    conda += ["numpy=1.23=py_0", "pip"]
    body["graph"]["nodes"][0]["environment"] = {
        "python": {"version": "3.8.5", "packages": packages, "conda_packages": conda},
        "variables": {"A": "x", "B": 1},
    }
    assert api.post(f"{LAB}/runs/validate", body).json()["problems"] == []


BIG = "1" + "0" * 400


@pytest.mark.parametrize(
    ("parameter", "given"),
    [
        ({"name": "p", "type": ["int"], "default": 1}, "1"),
        ({"name": "p", "type": "float", "default": 1.0}, BIG),
        ({"name": "p", "type": "int", "default": 1}, '"' + "9" * 5000 + '"'),
        ({"name": "p=q", "type": "int", "default": 1}, "1"),
    ],
)
def test_a_bad_parameter_is_a_sentence(api: Any, body: Any, parameter: Any, given: str) -> None:
    body["graph"]["parameters"] = [parameter]
    body["parameters"] = {"p": "GIVEN"}
    text = json.dumps(body).replace('"GIVEN"', given)
    answer = api.post(f"{LAB}/runs", text, content_type="application/json")
    assert answer.status_code == 422
    assert not Run.objects.exists()


@pytest.mark.parametrize(
    "text", ['{"a": 1e999}', '{"a": -1e999}', '{"a": NaN}', '{"a":', "[" * 99_999]
)
def test_json_that_is_none_is_refused(api: Any, workspace: Any, text: str) -> None:
    answer = api.post(f"{LAB}/runs", text, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["code"] == "bad_request"


def test_numbers_of_thousands_of_digits(api: Any, workspace: Any) -> None:
    assert api.get(f"{LAB}/runs?limit={'9' * 5000}").status_code == 422
    file = {"path": "x", "sha256": "0" * 64, "size": 10**4200}
    assert api.post(f"{LAB}/snapshots", {"files": [file]}).status_code == 422


@pytest.mark.parametrize("name", [".", "..", " .. ", "a/b", "a\x00"])
def test_experiments_whose_page_nobody_could_open(api: Any, workspace: Any, name: str) -> None:
    assert api.post(f"{LAB}/experiments", {"name": name}).status_code == 422
    assert not Experiment.objects.exists()


def test_other_people_s_names_are_shown_as_text(
    client: Any, owner: Any, api: Any, body: Any
) -> None:
    evil = "<script>alert(1)</script>😀 שלום " + "x" * 160
    body["graph"]["nodes"][0]["name"] = evil
    body |= {"description": evil, "tags": {evil: evil}, "experiment": "<b>bold<b> 😀"}
    made = api.post(f"{LAB}/runs", body)
    assert made.status_code == 201, made.content
    client.force_login(owner)
    here = f"/w/lab/runs/{made.json()['id']}/"
    step = f"{here}steps/{made.json()['steps'][0]['id']}/panel"
    tabs = [f"{here}?tab={tab}" for tab in ("graph", "steps", "outputs", "json")]
    for url in ("/w/lab/", "/w/lab/pipelines/", "/w/lab/experiments/", *tabs, step):
        page = client.get(url, SERVER_NAME="127.0.0.1")
        assert page.status_code == 200, url
        assert "<script>alert" not in page.content.decode(), url
        assert "<b>bold" not in page.content.decode(), url


@pytest.mark.parametrize("word", [[], {}, ["Completed"], None, "Running"])
def test_a_child_ends_by_a_known_word_only(
    api: Any, workspace: Any, owner: Any, actor: Any, word: Any
) -> None:
    make_target(workspace, owner)
    source = make_snapshot(workspace, owner, {"main.py": "x"})
    run = submit(workspace, actor, body_of("a", source))
    child = api.post(f"{LAB}/runs/{run.uid}/children", {}).json()
    answer = api.post(f"{LAB}/children/{child['id']}/end", {"status": word})
    assert answer.status_code == 422
    assert answer.json()["problems"][0]["field"] == "status"
