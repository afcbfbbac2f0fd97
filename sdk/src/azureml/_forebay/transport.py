"""The only way to the server: JSON and bytes over kept-alive HTTP connections.

Standard library only. A request that fails before the server can have acted on it is repeated
with back-off for ``patience`` seconds; so are requests that may be repeated (GET, PUT, PATCH,
DELETE, and a POST with an idempotency key or ``repeatable=True``) after 502, 503, 504 or a
broken connection. A server that says when to ask again (429, or 503 with ``Retry-After``) is
asked then, for up to a minute. Everything else raises at once: see :mod:`azureml._forebay.errors`.
No proxy is used, whatever the environment says: the address in config.json is where requests go.
"""

from __future__ import annotations

import json
import os
import random
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import (
    TYPE_CHECKING,
    Any,
    BinaryIO,
    Callable,
    Dict,
    Iterator,
    List,
    Mapping,
    Optional,
    Tuple,
    Union,
)
from urllib.parse import quote, urlencode, urlsplit

from azureml._forebay import __version__
from azureml._forebay.answers import CHUNK, Answer, Stream, lower_headers
from azureml._forebay.connections import is_stale, retry_after, set_timeout
from azureml._forebay.errors import Unreachable, error_from_answer
from azureml._forebay.tokens import Token, TokenSource
from azureml.exceptions import UserErrorException

if TYPE_CHECKING:
    import http.client

CONNECT_SECONDS = 10.0
READ_SECONDS = 60.0
FIRST_PATIENCE = 1.5
BUSY_SECONDS = 60.0  # the longest wait for a server that says when to ask again
UNKNOWN, TOO_MANY = 401, 429
BUSY = frozenset({502, 503, 504})

Query = Mapping[str, Union[str, int, float, bool, None]]
Body = Union[bytes, BinaryIO, None]


def quote_name(name: str) -> str:
    """``name`` as one segment of a URL path."""
    return quote(str(name), safe="")


def quote_path(path: str) -> str:
    """A path with slashes, as the tail of a URL path."""
    return quote(path, safe="/")


class Transport:
    """Requests to one server with one token. Safe for threads and after a fork."""

    def __init__(self, server: str, token: Token = None, *, patience: float = 5.0) -> None:
        parts = urlsplit(server)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise UserErrorException(
                f"The server address {server!r} is not a URL. Use one like http://127.0.0.1:8000."
            )
        self.server = server.rstrip("/")
        self._token = token
        self.patience = patience
        self._secure = parts.scheme == "https"
        self._host: str = parts.hostname
        self._port = parts.port
        self._base = parts.path.rstrip("/")
        self._lock = threading.Lock()
        self._idle: List[http.client.HTTPConnection] = []
        self._pid = os.getpid()
        self._reached = False

    @property
    def token(self) -> Optional[str]:
        """The bearer token of the next request; a new one when the last has ended."""
        if isinstance(self._token, TokenSource):
            return self._token.current().token
        return self._token

    # -- JSON ----------------------------------------------------------------------------------

    def get_json(self, path: str, query: Optional[Query] = None, *, timeout: float = 0) -> Any:
        """GET; the parsed answer. ``timeout`` in seconds for a long poll."""
        return self.request("GET", path, query=query, timeout=timeout).json()

    def post_json(
        self,
        path: str,
        body: Any = None,
        *,
        query: Optional[Query] = None,
        idempotency_key: Optional[str] = None,
        repeatable: bool = False,
    ) -> Any:
        """POST ``body``; the parsed answer. With a key the server answers a repeat alike."""
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
        return self._send_json(
            "POST", path, body, query, headers, repeatable or bool(idempotency_key)
        )

    def patch_json(self, path: str, body: Any) -> Any:
        """PATCH ``body``; the parsed answer."""
        return self._send_json("PATCH", path, body, None, {}, True)

    def delete(self, path: str) -> Any:
        """DELETE; the parsed answer or None."""
        return self.request("DELETE", path).json()

    def list_items(self, path: str, query: Optional[Query] = None) -> Iterator[Dict[str, Any]]:
        """The items of all pages of a listing, asked for page by page."""
        asked: Dict[str, Union[str, int, float, bool, None]] = dict(query or {})
        while True:
            page = self.get_json(path, asked)
            yield from page["items"]
            following = page.get("next")
            if not following:
                return
            asked["cursor"] = following

    # -- bytes ---------------------------------------------------------------------------------

    def get_bytes(self, path: str, query: Optional[Query] = None, *, timeout: float = 0) -> Answer:
        """GET; the whole answer with its headers."""
        return self.request("GET", path, query=query, timeout=timeout)

    def post_bytes(
        self, path: str, body: Body, *, content_type: str, size: Optional[int] = None
    ) -> Any:
        """POST bytes or an open file to a route that may be repeated; the parsed answer."""
        headers = {"Content-Type": content_type}
        return self.request(
            "POST", path, body=body, headers=headers, repeatable=True, size=size
        ).json()

    def put_file(
        self, path: str, source: Union[str, Path, bytes], query: Optional[Query] = None
    ) -> Any:
        """PUT a file (or bytes) as the raw body, streamed; the parsed answer."""
        headers = {"Content-Type": "application/octet-stream"}
        if isinstance(source, bytes):
            return self.request("PUT", path, query=query, body=source, headers=headers).json()
        with open(source, "rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            return self.request(
                "PUT", path, query=query, body=stream, headers=headers, size=size
            ).json()

    @contextmanager
    def stream(self, path: str, query: Optional[Query] = None) -> Iterator[Stream]:
        """GET; the answer while it arrives."""
        connection, response = self._open("GET", path, query, None, {}, True, 0, None)
        try:
            yield Stream(response)
        finally:
            if response.isclosed():
                self._give_back(connection, response)
            else:
                connection.close()

    def download(self, path: str, target: Union[str, Path], query: Optional[Query] = None) -> int:
        """GET into a file, whole or not at all (a ``.part`` beside it is renamed). Its size."""
        target = Path(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f".{target.name}.{os.getpid()}.part")
        size = 0
        try:
            with self.stream(path, query) as answer, open(part, "wb") as file:
                for piece in answer:
                    file.write(piece)
                    size += len(piece)
                expected = answer.headers.get("content-length")
                if expected is not None and int(expected) != size:
                    raise Unreachable(f"{target.name} broke off after {size} of {expected} bytes.")
            os.replace(part, target)
        finally:
            if part.exists():
                part.unlink()
        return size

    # -- one request ---------------------------------------------------------------------------

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Optional[Query] = None,
        body: Body = None,
        headers: Optional[Mapping[str, str]] = None,
        repeatable: bool = False,
        timeout: float = 0,
        size: Optional[int] = None,
    ) -> Answer:
        """Send one request and read the answer; raises for a status of 400 and above."""
        from http.client import HTTPException

        tries = 2 if repeatable or method != "POST" else 1  # an answer may break off
        while True:
            connection, response = self._open(
                method, path, query, body, dict(headers or {}), repeatable, timeout, size
            )
            try:
                content = response.read()
            except (OSError, HTTPException) as error:
                connection.close()
                tries -= 1
                if not tries:
                    raise self._unreachable(error) from error
                continue
            self._give_back(connection, response)
            return Answer(response.status, lower_headers(response), content)

    def _send_json(
        self,
        method: str,
        path: str,
        body: Any,
        query: Optional[Query],
        headers: Dict[str, str],
        repeatable: bool,
    ) -> Any:
        content = json.dumps({} if body is None else body, ensure_ascii=False).encode("utf-8")
        headers["Content-Type"] = "application/json"
        return self.request(
            method, path, query=query, body=content, headers=headers, repeatable=repeatable
        ).json()

    def _open(
        self,
        method: str,
        path: str,
        query: Optional[Query],
        body: Body,
        headers: Dict[str, str],
        repeatable: bool,
        timeout: float,
        size: Optional[int],
    ) -> Tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
        """Repeat as the module says; an answer below 400 comes back open, others raise."""
        from http.client import HTTPException
        from ssl import SSLCertVerificationError

        repeatable = repeatable or method != "POST"
        target = self._base + path + _query_text(query)
        self._add_headers(headers, body, size)
        # A server that never answered is more likely not there than restarting.
        patience = self.patience if self._reached else min(self.patience, FIRST_PATIENCE)
        started = time.monotonic()
        deadline = started + patience
        pause = 0.1
        renewed = False
        while True:
            if body is not None and not isinstance(body, bytes):
                body.seek(0)
            connection = self._take(timeout or READ_SECONDS)
            sent = False
            try:
                if connection.sock is None:
                    connection.timeout = CONNECT_SECONDS
                    connection.connect()
                    set_timeout(connection, timeout or READ_SECONDS)
                sent = True
                connection.request(method, target, body=body, headers=headers)
                response = connection.getresponse()
            except (OSError, HTTPException) as error:
                connection.close()
                if isinstance(error, SSLCertVerificationError):
                    raise self._unreachable(error) from error
                if (sent and not repeatable) or time.monotonic() + pause > deadline:
                    raise self._unreachable(error) from error
            else:
                self._reached = True
                if response.status < 300:
                    return connection, response
                content = response.read(CHUNK)
                connection.close()
                if 300 <= response.status < 400:
                    raise self._redirected(response)
                if response.status == UNKNOWN and not renewed and self._renew(headers):
                    renewed = True
                    continue
                again = response.status == TOO_MANY or (response.status in BUSY and repeatable)
                asked = retry_after(response) if again else 0.0
                if asked:
                    pause, deadline = max(pause, asked), started + BUSY_SECONDS
                if not again or time.monotonic() + pause > deadline:
                    url = self.server + path
                    raise error_from_answer(response.status, content, method=method, url=url)
            time.sleep(pause * random.uniform(0.8, 1.2))  # noqa: S311 - only to spread callers
            pause = min(pause * 2, 5.0)

    def _add_headers(self, headers: Dict[str, str], body: Body, size: Optional[int]) -> None:
        headers.setdefault("Accept", "application/json, */*;q=0.5")
        headers["User-Agent"] = f"forebay-sdk/{__version__}"
        token = self.token
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if size is not None:
            headers["Content-Length"] = str(size)
        elif isinstance(body, bytes):
            headers["Content-Length"] = str(len(body))

    def _renew(self, headers: Dict[str, str]) -> bool:
        """Put another token than the refused one into ``headers``, if there is one."""
        refused = headers.get("Authorization", "")[len("Bearer ") :]
        if not isinstance(self._token, TokenSource) or not self._token.renew(refused):
            return False
        headers["Authorization"] = f"Bearer {self.token}"
        return True

    # -- connections ---------------------------------------------------------------------------

    def _take(self, timeout: float) -> http.client.HTTPConnection:
        with self._lock:
            if self._pid != os.getpid():  # a forked child must not share its parent's sockets
                self._idle, self._pid = [], os.getpid()
            while self._idle:
                connection = self._idle.pop()
                if not is_stale(connection):
                    set_timeout(connection, timeout)
                    return connection
                connection.close()
        # Imported where it is used: a step that only logs needs no connection.
        import http.client

        make: Callable[..., http.client.HTTPConnection] = (
            http.client.HTTPSConnection if self._secure else http.client.HTTPConnection
        )
        return make(self._host, self._port, timeout=timeout)

    def _give_back(
        self, connection: http.client.HTTPConnection, response: http.client.HTTPResponse
    ) -> None:
        response.close()
        if response.will_close or connection.sock is None:
            connection.close()
            return
        with self._lock:
            self._idle.append(connection)

    def close(self) -> None:
        """Close the idle connections; the transport can still be used."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def __del__(self) -> None:
        for connection in getattr(self, "_idle", ()):
            connection.close()

    def _unreachable(self, error: BaseException) -> Unreachable:
        why = str(error) or type(error).__name__
        if isinstance(error, ConnectionRefusedError):
            why = "nothing listens there"
        elif isinstance(error, TimeoutError):
            why = "it did not answer in time"
        return Unreachable(
            f"The Forebay server at {self.server} can't be reached: {why}."
            " If it runs on this machine, start it with `make studio`;"
            ' the address comes from "forebay_server" in config.json.',
            inner_exception=error if isinstance(error, Exception) else None,
        )

    def _redirected(self, response: http.client.HTTPResponse) -> UserErrorException:
        where = response.getheader("Location") or "another address"
        return UserErrorException(
            f"The server at {self.server} redirects to {where}."
            ' Put the final address under "forebay_server" in config.json.'
        )


def _query_text(query: Optional[Query]) -> str:
    pairs = []
    for name, value in (query or {}).items():
        if value is None:
            continue
        pairs.append((name, str(value).lower() if isinstance(value, bool) else str(value)))
    return "?" + urlencode(pairs) if pairs else ""
