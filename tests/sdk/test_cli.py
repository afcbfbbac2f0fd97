"""The command `forebay`, as a process would see it: words, exit codes, files."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from azureml._forebay.cli.main import main
from azureml._forebay.credentials import credentials_path, find_server, find_token
from azureml._forebay.formatting import cut, format_table

from tests.sdk.stub_server import Reply, Seen, StubServer

RUNS = [
    {
        "id": f"{letter * 8}-0000-4000-8000-{number:012}",
        "number": number,
        "experiment": "iris",
        "status": "Running" if number == 3 else "Completed",
        "submitted_at": "2026-01-01T10:00:00Z",
        "submitted_by": "ada",
    }
    for number, letter in ((3, "c"), (2, "a"), (1, "a"))
]
STEPS = [
    {"id": "s1", "name": "train.py", "status": "Completed", "attempt": 1},
    {"id": "s2", "name": "compare.py", "status": "Failed", "attempt": 1},
]
LOGS = {"s1": "training ü\n", "s2": "comparing\nno"}
EVENTS = [
    *(
        {"kind": "step.status", "data": {**step, "step": step["id"], "started_at": "2026-01-01"}}
        for step in STEPS
    ),
    {"kind": "run.status", "data": {"status": "Failed"}},
]


ENDPOINTS = [
    {
        "id": f"{letter * 8}-0000-4000-8000-000000000000",
        "name": name,
        "status": "Active",
        "default_version": "1",
        "versions": [{"version": "0"}, {"version": "1"}],
        "last_run": None,
    }
    for name, letter in (("score", "e"), ("train", "f"))
]
SCHEDULES: list[dict[str, Any]] = [
    {
        "id": "dddddddd-0000-4000-8000-000000000000",
        "name": "Nightly",
        "status": "Active",
        "recurrence": {"frequency": "Day", "interval": 2},
        "next_due_at": "2030-01-01T22:30:00Z",
        "published_pipeline": {"id": "p", "name": "Iris"},
        "endpoint": None,
    },
    {
        "id": "bbbbbbbb-0000-4000-8000-000000000000",
        "name": "On data",
        "status": "Disabled",
        "datastore": "store",
        "path_on_datastore": "in",
        "published_pipeline": None,
        "endpoint": {"id": "e", "name": "score"},
    },
]


class Studio:
    """Just enough of the REST API for the command."""

    def __init__(self) -> None:
        self.canceled: list[str] = []
        self.submitted: list[Any] = []

    def __call__(self, seen: Seen) -> Any:
        path, _, query = seen.path.partition("?")
        if seen.headers.get("authorization") != "Bearer fby_good":
            return Reply(401, {"detail": "This token is not known.", "code": "token_unknown"})
        if path == "/api/v1/me":
            return {"user": "ada", "name": "Ada"}
        if path == "/api/v1/workspaces":
            return {"items": [{"name": "lab"}], "next": None}
        route = path.removeprefix("/api/v1/workspaces/lab")
        if route == "":
            return {"id": "1", "name": "lab"}
        if route == "/runs":
            wanted = [run for run in RUNS if "Running" not in query or run["status"] == "Running"]
            return {"items": [] if "experiment=nix" in query else wanted, "next": None}
        if route.startswith(("/pipeline-endpoints", "/schedules")):
            return self.publishing(route, seen)
        if route.endswith("/steps"):
            return {"items": STEPS}
        if route.endswith("/events"):
            return {"items": EVENTS, "last": 5}
        if route.startswith("/steps/") and route.count("/") == 2:
            return next(step for step in STEPS if route == f"/steps/{step['id']}")
        if route.endswith("/log"):
            return self.log(route.split("/")[2], query)
        if route.endswith("/cancel"):
            self.canceled.append(route.split("/")[2])
            return {**RUNS[0], "status": "CancelRequested"}
        found = [run for run in RUNS if route == f"/runs/{run['id']}"]
        whole = {"name": "Run 3", "status": "Failed", "steps": STEPS, "url": "http://studio.test/3"}
        return {**found[0], **whole} if found else Reply(404, {"detail": "No run."})

    def publishing(self, route: str, seen: Seen) -> Any:
        if route.endswith("/submit"):
            self.submitted.append((route.split("/")[2], seen.json()))
            return {**RUNS[0], "name": "Run 3", "steps": [], "url": "http://studio.test/3"}
        if route in ("/pipeline-endpoints", "/schedules"):
            items = SCHEDULES if route == "/schedules" else ENDPOINTS
            return {"items": items, "next": None}
        found = next(one for one in SCHEDULES if route == f"/schedules/{one['id']}")
        return {**found, **seen.json()}

    def log(self, step: str, query: str) -> Reply:
        content = LOGS[step].encode()
        offset = int(query.partition("offset=")[2].partition("&")[0])
        piece = content[offset : offset + 9]  # cuts the ü in two
        headers = {
            "X-Forebay-Log-Size": str(len(content)),
            "X-Forebay-Log-Next": str(offset + len(piece)),
            "X-Forebay-Log-Complete": "1",
        }
        return Reply(200, piece, headers)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for name in ("FOREBAY_TOKEN", "FOREBAY_SERVER", "AZUREML_SERVICE_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path


@pytest.fixture
def stub(home: Path) -> Any:
    with StubServer(Studio()) as running:
        yield running


@pytest.fixture
def signed_in(stub: StubServer, capsys: pytest.CaptureFixture[str]) -> StubServer:
    assert main(["login", "--server", stub.url, "--token", "fby_good"]) == 0
    settings = {"workspace_name": "lab", "forebay_server": stub.url}
    Path("config.json").write_text(json.dumps(settings))
    capsys.readouterr()
    return stub


def test_login_checks_the_token_and_keeps_it_for_its_owner_only(
    stub: StubServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["login", "--server", stub.url + "/", "--token", "fby_bad"]) == 1
    assert "does not accept this token" in capsys.readouterr().err
    assert not credentials_path().exists()
    assert main(["login", "--server", stub.url + "/", "--token", "fby_good"]) == 0
    assert "Signed in" in capsys.readouterr().out
    assert json.loads(credentials_path().read_text()) == {stub.url: {"token": "fby_good"}}
    assert stat.S_IMODE(credentials_path().stat().st_mode) == 0o600
    assert find_token(stub.url + "/") == "fby_good"
    assert find_server() == stub.url


def test_login_asks_without_echo_on_a_terminal(
    stub: StubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("azureml._forebay.cli.login.is_terminal", lambda stream: True)
    monkeypatch.setattr("getpass.getpass", lambda prompt: " fby_good\n")
    assert main(["login", "--server", stub.url]) == 0
    assert find_token(stub.url) == "fby_good"


def test_another_servers_token_is_never_sent(signed_in: StubServer) -> None:
    assert find_token("http://elsewhere.test") is None


def test_run_list(signed_in: StubServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["RUN", "ID", "STATUS", "SUBMITTED", "BY"]
    assert lines[1].split()[:3] == ["iris/3", "cccccccc", "Running"]
    assert main(["run", "list", "--status", "Running", "-n", "1"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2
    assert "status=Running" in signed_in.seen[-1].path
    assert main(["run", "list", "--experiment", "nix"]) == 0
    assert capsys.readouterr().out == "No runs.\n"


@pytest.mark.parametrize("name", ["cccc", "iris/3", RUNS[0]["id"]])
def test_cancel_by_any_name(
    signed_in: StubServer, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["run", "cancel", name])
    shown = capsys.readouterr().out
    assert code == 0
    if name == RUNS[0]["id"]:  # the stub says of a single run that it has failed
        assert "has ended already" in shown
    else:
        assert signed_in.answer.canceled == [RUNS[0]["id"]]
        assert "CancelRequested" in shown


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("aaaa", "2 runs begin"),
        ("ffff", "No run begins"),
        ("cc", "too short"),
        ("iris/9", "no run 9"),
        ("iris/x", "not a number"),
        ("0" * 36, "There is no run"),
    ],
)
def test_unclear_names_are_sentences(
    signed_in: StubServer, name: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "cancel", name]) == 1
    assert words in capsys.readouterr().err


def test_logs_of_all_steps_and_of_one(
    signed_in: StubServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "logs", "iris/3"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "==> train.py (Completed) <==",
        "training ü",
        "==> compare.py (Failed) <==",
        "comparing",
        "no",
    ]
    assert main(["run", "logs", "iris/3", "train.py"]) == 0
    assert capsys.readouterr().out == "training ü\n"
    assert main(["run", "logs", "iris/3", "nix"]) == 1
    assert "train.py, compare.py" in capsys.readouterr().err


def test_following_ends_with_the_steps_and_their_fate(
    signed_in: StubServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "logs", "-f", "iris/3"]) == 3
    shown = capsys.readouterr().out
    assert shown.splitlines() == [
        "train.py: Running",
        "training ü",
        "train.py: Finished",
        "compare.py: Running",
        "comparing",
        "no",
        "compare.py: Failed",
        "",
        "Run 3 of iris: Failed, 2 steps, 0 reused",
        "  train.py    Finished",
        "  compare.py  Failed",
        "http://studio.test/3",
    ]
    assert main(["run", "logs", "-f", "iris/3", "train.py"]) == 0
    assert capsys.readouterr().out.splitlines() == shown.splitlines()[:3]


def test_a_token_that_is_not_given_and_odd_words_are_sentences(
    stub: StubServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def end_of_input(prompt: str) -> str:
        raise EOFError

    monkeypatch.setattr("azureml._forebay.cli.login.is_terminal", lambda stream: True)
    monkeypatch.setattr("getpass.getpass", end_of_input)
    assert main(["login", "--server", stub.url]) == 1
    assert "not a token" in capsys.readouterr().err
    for words in (["-n", "x"], ["-n", "0"], ["--status", "Rubbish"]):
        with pytest.raises(SystemExit) as usage:
            main(["run", "list", *words])
        assert usage.value.code == 2
        assert "_positive" not in capsys.readouterr().err


def test_help_says_what_the_exit_codes_mean(capsys: pytest.CaptureFixture[str]) -> None:
    for words in ([], ["run", "logs"]):
        with pytest.raises(SystemExit):
            main([*words, "--help"])
    shown = " ".join(capsys.readouterr().out.split())
    assert "Exit codes: 0 done" in shown and "exit code is 3" in shown


def test_a_program_that_names_no_server_uses_that_of_config_json(signed_in: StubServer) -> None:
    Path("below").mkdir()
    os.chdir("below")
    assert find_server() == signed_in.url


def test_a_table_fits_the_terminal() -> None:
    rows = [("a-very-long-experiment-name/1", "c0ffee00", "Failed"), ("日本語🚀/2", "beef", "Done")]
    table = format_table(("RUN", "ID", "STATUS"), rows, columns=36)
    assert table.splitlines() == [
        "RUN                 ID        STATUS",
        "a-very-long-exper…  c0ffee00  Failed",
        "日本語🚀/2          beef      Done",
    ]
    assert cut("Füll 🚀 مرحبا", 7) == "Füll …"


def test_no_server_no_token_no_workspace(
    home: Path, stub: StubServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "list", "--server", stub.url]) == 1
    assert "forebay login" in capsys.readouterr().err
    os.environ["FOREBAY_TOKEN"] = "fby_good"
    try:
        assert main(["run", "list", "--server", stub.url]) == 0  # the only workspace there is
        assert main(["run", "list", "--server", stub.url, "--workspace", "nix"]) == 1
    finally:
        del os.environ["FOREBAY_TOKEN"]
    assert "no workspace 'nix'" in capsys.readouterr().err
    with pytest.raises(SystemExit) as usage:
        main(["run"])
    assert usage.value.code == 2


def test_endpoint_list(signed_in: StubServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["endpoint", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["NAME", "ID", "STATUS", "DEFAULT", "LAST", "RUN"]
    assert lines[1].split() == ["score", "eeeeeeee", "Active", "1", "of", "2", "-"]
    assert "active_only=true" in signed_in.seen[-1].path
    assert main(["endpoint", "list", "--all"]) == 0
    assert "active_only=false" in signed_in.seen[-1].path


@pytest.mark.parametrize("name", ["score", "eeee", ENDPOINTS[0]["id"]])
def test_endpoint_submit(
    signed_in: StubServer, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["-p", "rate=0.1", "-p", 'data={"dataset": "d"}', "--version", "0"]
    assert main(["endpoint", "submit", name, *words, "--experiment", "x"]) == 0
    assert signed_in.answer.submitted == [
        (
            ENDPOINTS[0]["id"],
            {
                "parameters": {"rate": "0.1", "data": {"dataset": "d"}},
                "regenerate_outputs": False,
                "experiment": "x",
                "version": "0",
            },
        )
    ]
    assert f"Submitted PipelineRun {RUNS[0]['id']}" in capsys.readouterr().out
    assert signed_in.seen[-1].headers["idempotency-key"]


def test_endpoint_submit_follows_to_the_end(
    signed_in: StubServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["endpoint", "submit", "-f", "train"]) == 3
    assert "Run 3 of iris: Failed" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["nix"], "There is no active endpoint 'nix'. There are: score, train."),
        (["score", "-p", "rate"], "'rate' is no parameter: write -p name=value."),
        (["score", "-p", "data={x"], "The value of 'data' is not valid JSON."),
    ],
)
def test_what_can_not_be_submitted_is_a_sentence(
    signed_in: StubServer, words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["endpoint", "submit", *words]) == 1
    assert sentence in capsys.readouterr().err
    assert signed_in.answer.submitted == []


def test_schedules(signed_in: StubServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schedule", "list", "--all"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("NAME     ID        STATUS    WHEN")
    assert "every 2 days" in lines[1]
    assert lines[1].endswith("Iris")
    assert "data in store/in  when data changes  score" in lines[2]
    assert main(["schedule", "disable", "Nightly"]) == 0
    assert capsys.readouterr().out == "Nightly (dddddddd): Disabled.\n"
    assert signed_in.seen[-1].json() == {"status": "Disabled"}
    assert main(["schedule", "enable", "bbbb"]) == 0
    assert capsys.readouterr().out == "On data (bbbbbbbb): Active; next when data changes.\n"
    assert main(["schedule", "enable", "nix"]) == 1
    assert "There is no schedule 'nix'" in capsys.readouterr().err
