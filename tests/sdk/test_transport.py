"""The way to the server: what it sends, what it repeats, and what it says when it can't."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from azureml._forebay.errors import Conflict, Invalid, NotFound, Unauthenticated, Unreachable
from azureml._forebay.transport import Transport
from azureml.exceptions import AuthenticationException, ServiceException, UserErrorException

from tests.sdk.stub_server import Reply, Seen, StubServer
from tests.support.studio import free_port


def test_sends_the_token_and_reads_json() -> None:
    with StubServer(lambda seen: {"hello": seen.path}) as stub:
        transport = Transport(stub.url, "fby_secret")
        assert transport.get_json("/a", {"x": 1, "none": None, "yes": True}) == {
            "hello": "/a?x=1&yes=true"
        }
        assert stub.seen[0].headers["authorization"] == "Bearer fby_secret"
        transport.close()


def test_keeps_one_connection_for_many_requests() -> None:
    with StubServer(lambda seen: {}) as stub:
        transport = Transport(stub.url)
        for _ in range(5):
            transport.get_json("/a")
        transport.post_json("/a", {"b": 1})
        assert len({seen.connection for seen in stub.seen}) == 1
        transport.close()


def test_a_base_path_of_the_server_is_kept() -> None:
    with StubServer(lambda seen: {"path": seen.path}) as stub:
        transport = Transport(stub.url + "/forebay/")
        assert transport.get_json("/api/v1/me") == {"path": "/forebay/api/v1/me"}
        transport.close()


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_busy_server_is_asked_again(status: int) -> None:
    def answer(seen: Seen) -> Any:
        return Reply(status, {}) if len(stub.seen) < 3 else {"ok": True}

    with StubServer(answer) as stub:
        assert Transport(stub.url).get_json("/a") == {"ok": True}
        assert len(stub.seen) == 3


def test_a_post_is_repeated_only_when_that_is_safe() -> None:
    def answer(seen: Seen) -> Any:
        return Reply(503, {"detail": "Starting."}) if len(stub.seen) < 2 else {"ok": True}

    with StubServer(answer) as stub, pytest.raises(ServiceException, match="Starting"):
        Transport(stub.url).post_json("/a", {})
    with StubServer(answer) as stub:
        assert Transport(stub.url).post_json("/a", {}, idempotency_key="k") == {"ok": True}
        assert [seen.headers["idempotency-key"] for seen in stub.seen] == ["k", "k"]


def test_a_dropped_connection_does_not_submit_twice() -> None:
    with StubServer(lambda seen: Reply(drop=True)) as stub:
        with pytest.raises(Unreachable):
            Transport(stub.url).post_json("/runs", {})
        assert len(stub.seen) == 1


def test_a_file_is_sent_whole_again_after_a_dropped_connection(tmp_path: Path) -> None:
    file = tmp_path / "data.bin"
    file.write_bytes(os.urandom(300_000))
    with StubServer(lambda seen: Reply(drop=True) if len(stub.seen) < 2 else {}) as stub:
        Transport(stub.url).put_file("/f", file)
        assert stub.seen[-1].body == file.read_bytes()


def test_nobody_there_is_a_sentence_with_the_address_and_what_to_do() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(Unreachable) as caught:
        Transport(url, patience=0).get_json("/a")
    assert url in str(caught.value)
    assert "make studio" in str(caught.value)


def test_problems_are_listed_with_node_and_field() -> None:
    body = {
        "detail": "The graph has 2 problems.",
        "code": "invalid",
        "problems": [
            {"node": "n1", "node_name": "train.py", "field": "script", "message": "not there"},
            {"node": "n2", "node_name": "", "field": "", "code": "cycle", "message": "a cycle"},
        ],
    }
    with StubServer(lambda seen: Reply(422, body)) as stub, pytest.raises(Invalid) as caught:
        Transport(stub.url).post_json("/runs", {})
    assert str(caught.value).splitlines() == [
        "The graph has 2 problems.",
        "  - train.py, script: not there",
        "  - n2: a cycle",
    ]
    assert [problem.code for problem in caught.value.problems] == ["invalid", "cycle"]
    assert isinstance(caught.value, UserErrorException)


@pytest.mark.parametrize(
    ("status", "kind", "public"),
    [
        (401, Unauthenticated, AuthenticationException),
        (404, NotFound, UserErrorException),
        (409, Conflict, UserErrorException),
    ],
)
def test_statuses_are_exceptions_that_programs_catch(status: int, kind: Any, public: Any) -> None:
    body = {"detail": "No.", "code": "word", "missing": ["a"]}
    with StubServer(lambda seen: Reply(status, body)) as stub, pytest.raises(public) as caught:
        Transport(stub.url).get_json("/a")
    assert type(caught.value) is kind
    assert (caught.value.status, caught.value.code) == (status, "word")
    assert caught.value.body["missing"] == ["a"]


def test_html_of_another_server_is_no_traceback() -> None:
    page = Reply(500, b"<h1>Oops</h1>")
    with StubServer(lambda seen: page) as stub, pytest.raises(ServiceException, match="500"):
        Transport(stub.url).get_json("/a")


def test_a_redirect_is_not_followed_with_the_token() -> None:
    reply = Reply(302, {}, {"Location": "https://elsewhere.test/"})
    with StubServer(lambda seen: reply) as stub, pytest.raises(UserErrorException, match="else"):
        Transport(stub.url, "fby_secret").get_json("/a")
    assert len(stub.seen) == 1


def test_downloads_are_whole_or_not_there(tmp_path: Path) -> None:
    content = os.urandom(3_000_000)
    with StubServer(lambda seen: Reply(body=content)) as stub:
        transport = Transport(stub.url)
        assert transport.download("/f", tmp_path / "deep" / "f.bin") == len(content)
        transport.close()
    assert (tmp_path / "deep" / "f.bin").read_bytes() == content
    cut = Reply(body=b"short", headers={"Content-Length": "100", "Connection": "close"})
    with StubServer(lambda seen: cut) as stub, pytest.raises(Unreachable):
        Transport(stub.url).download("/f", tmp_path / "g.bin")
    assert not [path for path in tmp_path.iterdir() if path.is_file()]


def test_pages_are_followed() -> None:
    def answer(seen: Seen) -> Any:
        if "cursor=2" in seen.path:
            return {"items": [{"n": 3}], "next": None}
        return {"items": [{"n": 1}, {"n": 2}], "next": "2"}

    with StubServer(answer) as stub:
        assert [one["n"] for one in Transport(stub.url).list_items("/runs")] == [1, 2, 3]


def test_an_address_without_a_scheme_is_refused() -> None:
    with pytest.raises(UserErrorException, match="http://127"):
        Transport("localhost:8000")


def test_a_server_that_says_when_is_asked_then(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr("time.sleep", waited.append)

    def answer(seen: Seen) -> Any:
        first = Reply(503, {}, {"Retry-After": "12"})
        second = Reply(429, {"detail": "Slowly."}, {"Retry-After": "20"})
        return ([first, second][len(stub.seen) - 1 :] or [{"ok": True}])[0]

    with StubServer(answer) as stub:
        assert Transport(stub.url).get_json("/a") == {"ok": True}
    assert [round(one, -1) for one in waited] == [10, 20]


def test_too_many_requests_were_not_acted_on_and_are_repeated() -> None:
    def answer(seen: Seen) -> Any:
        return Reply(429, {}) if len(stub.seen) < 2 else {"ok": True}

    with StubServer(answer) as stub:
        assert Transport(stub.url).post_json("/a", {}) == {"ok": True}


def test_a_server_that_wants_more_than_a_minute_is_not_waited_for() -> None:
    with StubServer(lambda seen: Reply(503, {}, {"Retry-After": "3600"})) as stub:
        with pytest.raises(ServiceException):
            Transport(stub.url).get_json("/a")
        assert len(stub.seen) == 1


def test_an_answer_that_breaks_off_is_asked_for_again() -> None:
    def answer(seen: Seen) -> Any:
        broken = Reply(200, b'{"half', {"Content-Length": "99", "Connection": "close"})
        return broken if len(stub.seen) < 2 else {"ok": True}

    with StubServer(answer) as stub:
        assert Transport(stub.url).get_json("/a") == {"ok": True}
    with StubServer(answer) as stub, pytest.raises(Unreachable):
        Transport(stub.url).post_json("/a", {})


def test_an_answer_of_something_else_is_a_sentence() -> None:
    page = Reply(200, b"<html>Welcome to the proxy</html>")
    with StubServer(lambda seen: page) as stub, pytest.raises(ServiceException, match="not JSON"):
        Transport(stub.url).get_json("/api/v1/me")


def test_no_proxy_gets_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    with StubServer(lambda seen: {"ok": True}) as stub:
        assert Transport(stub.url, "fby_secret").get_json("/a") == {"ok": True}
