"""The SDK's way in with Microsoft Entra ID: azure-identity, a studio and an issuer, all running."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
import requests
from azureml._forebay import sign_in
from azureml.core import Workspace
from azureml.core.authentication import AzureCliAuthentication, MsiAuthentication
from azureml.exceptions import ProjectSystemException

from tests.sdk.stub_server import Seen, StubServer
from tests.support.issuer import CLIENT, PEOPLE, TENANT, Issuer
from tests.support.studio import RunningStudio

APP = "99999999-8888-4777-8666-555555555555"


class EntraStudio(RunningStudio):
    """A studio that takes the issuer's tokens; its roles count in the workspace."""

    issuer: Issuer

    @property
    def server_environment(self) -> dict[str, str]:
        return {
            **super().server_environment,
            **self.issuer.environment,
            "FOREBAY_ENTRA_WORKSPACE": self.workspace,
        }


@pytest.fixture(scope="module")
def entra(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EntraStudio]:
    with Issuer() as issuer:
        made = EntraStudio(tmp_path_factory.mktemp("entra"))
        made.issuer = issuer
        with made:
            yield made


@pytest.fixture
def nobody(entra: EntraStudio, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A program without any token of the studio's own."""
    for name in list(os.environ):
        if name.startswith(("FOREBAY_", "AZURE", "IDENTITY_", "MSI_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("FOREBAY_SERVER", entra.url)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sign_in, "_known", {})


def install_az(
    entra: EntraStudio, monkeypatch: pytest.MonkeyPatch, folder: Path, **who: Any
) -> None:
    """`az` on the path, signed in as a person of the issuer's."""
    answer = {
        "accessToken": entra.issuer.token(**who),
        "expires_on": int(time.time()) + 600,
        "expiresOn": "2099-01-01 00:00:00.000000",
        "tokenType": "Bearer",
    }
    script = folder / "bin" / "az"
    script.parent.mkdir()
    script.write_text(
        f"#!{sys.executable}\nimport sys\n"
        f"assert any('api://{CLIENT}' in word for word in sys.argv), sys.argv\n"
        f"assert '{TENANT}' in sys.argv, sys.argv\n"
        f"print({json.dumps(answer)!r})\n"
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{script.parent}{os.pathsep}{os.environ['PATH']}")


@pytest.mark.usefixtures("nobody")
def test_who_ran_az_login_is_that_person(
    entra: EntraStudio, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    install_az(entra, monkeypatch, tmp_path, **PEOPLE["owner"])
    auth = AzureCliAuthentication()
    ws = Workspace.get(entra.workspace, auth=auth)
    assert ws._transport.get_json("/api/v1/me")["name"] == "Olive Owner"
    answer = requests.get(
        f"{entra.url}/api/v1/me", headers=auth.get_authentication_header(), timeout=30
    )
    assert answer.json()["name"] == "Olive Owner"


@pytest.mark.usefixtures("nobody")
def test_somebody_without_a_role_is_told_so(
    entra: EntraStudio, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    install_az(entra, monkeypatch, tmp_path)
    with pytest.raises(ProjectSystemException, match="no workspace 'forebay' for you"):
        Workspace.get(entra.workspace, auth=AzureCliAuthentication())


@pytest.mark.usefixtures("nobody")
def test_a_managed_identity_is_the_service_principal_that_names_it(
    entra: EntraStudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = requests.post(
        f"{entra.url}/api/v1/workspaces/{entra.workspace}/service-principals",
        json={"name": "nightly machine", "role": "Contributor", "entra_app_id": APP},
        headers={"Authorization": f"Bearer {entra.token}"},
        timeout=30,
    )
    assert made.status_code == 201, made.text

    def machine(seen: Seen) -> Any:
        assert parse_qs(seen.path.partition("?")[2])["resource"] == [f"api://{CLIENT}"]
        return {
            "access_token": entra.issuer.app_token(APP),
            "expires_on": str(int(time.time()) + 600),
            "resource": f"api://{CLIENT}",
            "token_type": "Bearer",
        }

    with StubServer(machine) as stub:
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"{stub.url}/msi/token")
        monkeypatch.setenv("IDENTITY_HEADER", "secret")
        ws = Workspace.get(entra.workspace, auth=MsiAuthentication())
        assert ws._transport.get_json("/api/v1/me")["name"] == "nightly machine"
