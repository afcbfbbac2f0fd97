"""A program of its own account: a real studio's service principal publishes and calls."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests
from azureml.core import Workspace
from azureml.core.authentication import ServicePrincipalAuthentication
from azureml.exceptions import AuthenticationException

from tests.support.pipelines import run_program, write_scripts


def make_principal(studio: Any, role: str) -> tuple[str, str]:
    """Client id and secret of a new service principal, as an Owner makes one."""
    address = f"{studio.url}/api/v1/workspaces/{studio.workspace}/service-principals"
    headers = {"Authorization": f"Bearer {studio.token}"}
    body = {"name": f"ci {role}", "role": role}
    made = requests.post(address, json=body, headers=headers, timeout=30).json()
    secret = requests.post(
        f"{address}/{made['id']}/secrets", json={"days": 1}, headers=headers, timeout=30
    ).json()
    return made["client_id"], secret["secret"]


PROGRAM = """
import requests
from azureml.core import Workspace
from azureml.pipeline.core import Pipeline
from azureml.pipeline.steps import PythonScriptStep
from azureml.core.authentication import ServicePrincipalAuthentication

auth = ServicePrincipalAuthentication(
    tenant_id="any", service_principal_id={client!r}, service_principal_password={secret!r}
)
ws = Workspace.from_config(auth=auth)
step = PythonScriptStep("say.py", compute_target="cpu-cluster", source_directory="say")
published = Pipeline(ws, [step]).publish("Of a service principal")
answer = requests.post(
    published.endpoint, headers=auth.get_authentication_header(), json={{"ExperimentName": "ci"}}
)
print("CALLED", answer.status_code, answer.json()["SubmittedBy"])
"""


def test_it_publishes_and_calls(studio: Any, tmp_path: Path) -> None:
    client, secret = make_principal(studio, "Contributor")
    write_scripts(tmp_path, say="print('said')\n")
    run_program(studio, tmp_path, "print(target.name)")  # an Owner makes the compute target
    (tmp_path / "plain.py").write_text(PROGRAM.format(client=client, secret=secret))
    nobody = {key: value for key, value in studio.environment.items() if key != "FOREBAY_TOKEN"}
    done = subprocess.run(
        [sys.executable, "plain.py"],
        cwd=tmp_path,
        env={**nobody, "XDG_CONFIG_HOME": str(tmp_path / "none")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (run,) = studio.get("/runs?experiment=ci")["items"]
    assert f"CALLED 200 {run['submitted_by']}" in done.stdout


def test_a_wrong_secret_is_a_sentence(
    studio: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("FOREBAY_TOKEN", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("FOREBAY_SERVER", studio.url)
    client, secret = make_principal(studio, "Reader")
    with pytest.raises(AuthenticationException, match=f"service principal {client}: "):
        Workspace.get(
            studio.workspace, auth=ServicePrincipalAuthentication("t", client, secret + "x")
        )
    auth = ServicePrincipalAuthentication("t", client, secret)
    assert Workspace.get(studio.workspace, auth=auth).name == studio.workspace
