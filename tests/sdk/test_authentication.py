"""Signing in: a stored token, a service principal of the studio, Microsoft Entra ID.

azure-identity is the real one; its managed identity and `az` are asked on this machine. Only the
credentials that need Microsoft's own servers (a secret of Entra ID, a browser) are stood in for.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import azure.identity
import pytest
from azureml._forebay import sign_in
from azureml._forebay.tokens import AccessToken, TokenSource
from azureml.core import Workspace
from azureml.core.authentication import (
    AzureCliAuthentication,
    InteractiveLoginAuthentication,
    MsiAuthentication,
    ServicePrincipalAuthentication,
    TokenAuthentication,
    token_of,
)
from azureml.exceptions import AuthenticationException

from tests.sdk.stub_server import Reply, Seen, StubServer

ENTRA = {
    "tenant": "contoso",
    "scope": "api://forebay/.default",
    "authority": "https://login.microsoftonline.com",
}


class Server:
    """A studio that takes a service principal and, if it has `entra`, Entra ID's tokens."""

    def __init__(self) -> None:
        self.entra: dict[str, str] | None = None
        self.accepted = {"fby_stored"}
        self.exchanges: list[dict[str, list[str]]] = []
        self.expires_in = 3600
        self.url = ""

    def __call__(self, seen: Seen) -> Any:
        path = seen.path.partition("?")[0]
        if path == "/api/v1/sign-in-options":
            return {"entra": self.entra}
        if path == "/api/v1/oauth2/token":
            return self.exchange(seen)
        if path == "/msi":
            return self.managed_identity(seen)
        token = seen.headers.get("authorization", "").removeprefix("Bearer ")
        if token not in self.accepted:
            detail = "The token 'x' expired on 2026-01-01."
            return Reply(401, {"detail": detail, "code": "token_expired"})
        return {"id": "1", "name": "lab"}

    def exchange(self, seen: Seen) -> Any:
        form = parse_qs(seen.body.decode())
        self.exchanges.append(form)
        if form["client_secret"] != ["fbs_good"]:
            return Reply(401, {"detail": "The secret is not known.", "code": "invalid_client"})
        token = f"fby_service_{len(self.exchanges)}"
        self.accepted = {token}
        return {"access_token": token, "token_type": "Bearer", "expires_in": self.expires_in}

    def managed_identity(self, seen: Seen) -> Any:
        assert seen.headers["x-identity-header"] == "secret"
        resource = parse_qs(seen.path.partition("?")[2])["resource"]
        assert resource == ["api://forebay"]
        self.accepted = {"entra-msi"}
        return {
            "access_token": "entra-msi",
            "expires_on": str(int(time.time()) + 3600),
            "resource": resource[0],
            "token_type": "Bearer",
        }


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Server]:
    for name in list(os.environ):
        if name.startswith(("FOREBAY_", "AZURE", "IDENTITY_", "MSI_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sign_in, "_known", {})
    answer = Server()
    with StubServer(answer) as stub:
        answer.url = stub.url
        monkeypatch.setenv("FOREBAY_SERVER", stub.url)
        yield answer


def principal(secret: str = "fbs_good") -> ServicePrincipalAuthentication:
    return ServicePrincipalAuthentication(
        tenant_id="any", service_principal_id="client-1", service_principal_password=secret
    )


def test_a_service_principal_gets_a_token_and_keeps_it(server: Server) -> None:
    auth = principal()
    assert auth.get_authentication_header() == {"Authorization": "Bearer fby_service_1"}
    ws = Workspace.get("lab", auth=auth)
    ws.get_details()
    assert auth.get_token("scope").token == "fby_service_1"
    assert auth.get_token().expires_on > time.time() + 3000
    assert server.exchanges == [
        {
            "grant_type": ["client_credentials"],
            "client_id": ["client-1"],
            "client_secret": ["fbs_good"],
        }
    ]


def test_its_token_is_replaced_before_it_ends(server: Server) -> None:
    server.expires_in = 200  # sooner than tokens are replaced
    auth = principal()
    ws = Workspace.get("lab", auth=auth)
    ws.get_details()
    before = len(server.exchanges)
    header = auth.get_authentication_header()
    assert before > 1
    assert header == {"Authorization": f"Bearer fby_service_{before + 1}"}


def test_a_refused_token_is_replaced_once_and_the_request_goes_through(server: Server) -> None:
    ws = Workspace.get("lab", auth=principal())
    server.accepted = set()  # as after a change of the server's clock, or a revocation
    assert ws.get_details()["name"] == "lab"
    assert len(server.exchanges) == 2


def test_a_wrong_secret_is_said_with_the_servers_reason(server: Server) -> None:
    with pytest.raises(AuthenticationException, match=r"client-1: The secret is not known"):
        principal("fbs_bad").get_authentication_header()


def test_an_expired_token_says_what_to_do(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOREBAY_TOKEN", "fby_old")
    with pytest.raises(AuthenticationException) as caught:
        Workspace.get("lab")
    said = str(caught.value)
    assert "The token 'x' expired on 2026-01-01." in said
    assert f"Set FOREBAY_TOKEN to a new token: {server.url}/settings/tokens/" in said


@pytest.mark.parametrize(
    "auth",
    [
        InteractiveLoginAuthentication(tenant_id="t"),
        AzureCliAuthentication(),
        MsiAuthentication(),
        ServicePrincipalAuthentication("t", "id", "a secret of Entra ID"),
    ],
)
def test_nobody_is_asked_when_a_token_is_there(
    server: Server, monkeypatch: pytest.MonkeyPatch, auth: Any
) -> None:
    server.entra = ENTRA
    monkeypatch.setenv("FOREBAY_TOKEN", "fby_stored")
    monkeypatch.setattr("azureml.core.authentication.make_credential", None)
    assert auth.get_authentication_header() == {"Authorization": "Bearer fby_stored"}
    assert Workspace.get("lab", auth=auth).name == "lab"


def test_a_managed_identity(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    server.entra = ENTRA
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{server.url}/msi")
    monkeypatch.setenv("IDENTITY_HEADER", "secret")
    auth = MsiAuthentication()
    assert auth.get_authentication_header() == {"Authorization": "Bearer entra-msi"}
    assert Workspace.get("lab", auth=auth).name == "lab"


def fake_az(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """`az` on the path, as an installed Azure CLI answers."""
    folder.mkdir()
    (folder / "az").write_text(f"#!{sys.executable}\n{script}\n")
    (folder / "az").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def test_who_ran_az_login(server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    server.entra = ENTRA
    server.accepted = {"entra-cli"}
    answer = {"accessToken": "entra-cli", "expires_on": int(time.time()) + 3600}
    answer |= {"expiresOn": "2099-01-01 00:00:00.000000", "tokenType": "Bearer"}
    script = (
        "import sys\n"
        "assert 'api://forebay/.default' in sys.argv or 'api://forebay' in sys.argv, sys.argv\n"
        "assert 'contoso' in sys.argv\n"
        f"print({json.dumps(answer)!r})"
    )
    fake_az(tmp_path / "bin", monkeypatch, script)
    auth = AzureCliAuthentication()
    assert Workspace.get("lab", auth=auth).name == "lab"
    assert auth.get_authentication_header() == {"Authorization": "Bearer entra-cli"}


def test_a_failed_az_is_a_sentence(
    server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    server.entra = ENTRA
    fake_az(tmp_path / "bin", monkeypatch, "import sys\nsys.exit('Please run az login')")
    with pytest.raises(AuthenticationException, match="gave AzureCliCredential no token for http"):
        AzureCliAuthentication().get_authentication_header()


class StandIn:
    """For a credential that only Microsoft's servers can answer."""

    def __init__(self, **given: Any) -> None:
        self.given = given

    def get_token(self, scope: str) -> Any:
        assert scope == "api://forebay/.default"
        return AccessToken("entra-" + self.given["tenant_id"], int(time.time()) + 3600)


@pytest.mark.parametrize(
    ("credential", "auth", "token"),
    [
        ("ClientSecretCredential", ServicePrincipalAuthentication("t", "id", "s"), "entra-t"),
        ("InteractiveBrowserCredential", InteractiveLoginAuthentication(), "entra-contoso"),
    ],
)
def test_a_secret_of_entra_id_and_a_browser(
    server: Server, monkeypatch: pytest.MonkeyPatch, credential: str, auth: Any, token: str
) -> None:
    server.entra = ENTRA
    monkeypatch.setattr(azure.identity, credential, StandIn)
    assert auth.get_authentication_header() == {"Authorization": f"Bearer {token}"}


def test_without_azure_identity_the_sentence_says_how_to_get_it(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.entra = ENTRA
    monkeypatch.setitem(sys.modules, "azure.identity", None)
    with pytest.raises(AuthenticationException, match=r"pip install azure-identity .*\[entra\]"):
        AzureCliAuthentication().get_authentication_header()


def test_a_server_without_entra_id_says_where_tokens_come_from(server: Server) -> None:
    with pytest.raises(AuthenticationException, match=r"There is no token for .*`forebay login"):
        InteractiveLoginAuthentication().get_authentication_header()


def test_a_function_of_the_program_is_asked_each_time(server: Server) -> None:
    given = iter(("fby_stored", "fby_stored", "fby_later"))
    auth = TokenAuthentication(lambda audience: next(given))
    ws = Workspace.get("lab", auth=auth)
    assert ws._transport.token == "fby_later"


def test_an_object_of_another_library_gives_its_header(server: Server) -> None:
    class Foreign:
        def get_authentication_header(self) -> dict[str, str]:
            return {"Authorization": "Bearer fby_stored"}

    source = token_of(Foreign(), server.url)
    assert isinstance(source, TokenSource)
    assert source.current().token == "fby_stored"
