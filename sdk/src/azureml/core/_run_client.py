"""The requests of one run or step run. Values in, JSON out; the public classes shape it."""

from __future__ import annotations

import codecs
import uuid
from collections.abc import Callable
from typing import Any, Dict, List, NamedTuple, Sequence

from azureml._forebay.errors import NotFound
from azureml._forebay.transport import quote_name, quote_path
from azureml.exceptions import UserErrorException

Json = Dict[str, Any]
_STEPS_AT_ONCE = 1000
RUNS, STEPS, CHILDREN = "runs", "steps", "children"
# What is final, in the words the server stores.
FINAL = frozenset({"Completed", "Failed", "Canceled"})


class LogPiece(NamedTuple):
    """Bytes of a log, where the next piece begins, and whether the log has ended for good."""

    content: bytes
    following: int
    complete: bool


class LogTail:
    """The log of one attempt: new text at each `read`.

    Letters whose bytes have not all come yet are kept back until they have.
    """

    def __init__(self, client: RunClient, attempt: int | None = None) -> None:
        self._client = client
        self._attempt = attempt
        self._offset = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def read(self) -> str:
        """The next piece, "" when there is none at the moment."""
        piece = self._client.read_log(self._attempt, self._offset)
        moved, self._offset = piece.following > self._offset, piece.following
        return self._decoder.decode(piece.content, piece.complete and not moved)

    def read_all(self) -> str:
        """All there is at the moment."""
        pieces, before = [], -1
        while self._offset > before:
            before = self._offset
            pieces.append(self.read())
        return "".join(pieces)


class RunClient:
    """One run (`kind` "runs") or step run ("steps"); an unknown kind is found by asking."""

    def __init__(
        self, open_workspace: Callable[[], Any], run_id: str, kind: str | None = None
    ) -> None:
        self._open_workspace = open_workspace
        self._kind = kind
        self.run_id = run_id

    @property
    def workspace(self) -> Any:
        return self._open_workspace()

    @property
    def kind(self) -> str:
        if self._kind is None:
            self.fetch()
        return self._kind or RUNS

    def of_step(self, step_id: str) -> RunClient:
        """The client of a step of this run."""
        return RunClient(self._open_workspace, step_id, STEPS)

    def of_run(self, run_id: str) -> RunClient:
        """The client of the run that a step is part of."""
        return RunClient(self._open_workspace, run_id, RUNS)

    def fetch(self) -> Json:
        """The run's JSON as it is now."""
        if self._kind is not None:
            return self._get(self._kind, "")
        try:
            document = self._get(RUNS, "")
            self._kind = RUNS
        except NotFound:
            try:
                document = self._get(STEPS, "")
                self._kind = STEPS
            except NotFound:
                document = self._fetch_child()
        return document

    def _fetch_child(self) -> Json:
        try:
            document = self._get(CHILDREN, "")
        except NotFound:
            raise UserErrorException(
                f"There is no run with the id {self.run_id} in workspace "
                f"'{self.workspace.name}', or you may not see it."
            ) from None
        self._kind = CHILDREN
        return document

    def fetch_children(self) -> List[Json]:
        """The JSON of the child runs that were opened on this run, step or child."""
        return list(self._get(self.kind, "/children")["items"])

    def open_child(self, name: str | None, child_id: str, tags: Json | None = None) -> Json:
        """A child run of this run, step or child; the same one when the request is sent again."""
        body = {"id": child_id, "name": name or "", "tags": tags or {}}
        path = self._path(self.kind, "/children")
        return dict(self.workspace._transport.post_json(path, body, repeatable=True))

    def end_child(self, status: str, error: str = "") -> Json:
        """End this child run."""
        path = self._path(CHILDREN, "/end")
        body = {"status": status, "error": error}
        return dict(self.workspace._transport.post_json(path, body, repeatable=True))

    def fetch_steps(self) -> List[Json]:
        """The JSON of all steps of a run, in the order pages show them."""
        return self._fetch_pages(RUNS, "/steps", {"limit": _STEPS_AT_ONCE}, "after")

    def fetch_events(self, after: int, wait: float, graceful: float = 30.0) -> Json:
        """Events after id `after`; waits up to `wait` seconds (at most 25) for the first one."""
        query = {"after": after, "wait": min(wait, 25)}
        return dict(self._request_json(RUNS, "/events", query, timeout=wait + graceful))

    def fetch_metrics(self, name: str = "") -> List[Json]:
        """Logged values in the order of logging, of one name or of all."""
        return self._fetch_pages(self.kind, "/metrics", {"name": name} if name else {}, "cursor")

    def post_records(self, records: Sequence[Json]) -> None:
        """Metrics, tags and properties logged from outside of the step."""
        path = self._path(self.kind, "/records")
        self.workspace._transport.post_json(
            path, {"records": list(records)}, idempotency_key=str(uuid.uuid4())
        )

    def patch(self, changes: Json) -> Json:
        """Change tags, description or properties of a run or child run."""
        kind = CHILDREN if self._kind == CHILDREN else RUNS
        return dict(self.workspace._transport.patch_json(self._path(kind, ""), changes))

    def cancel(self) -> Json:
        """Ask for the end of a run; nothing happens to one that has ended."""
        path = self._path(RUNS, "/cancel")
        return dict(self.workspace._transport.post_json(path, {}, repeatable=True))

    def list_artifacts(self) -> List[Json]:
        """Files kept of a run or step: {"path", "size"}."""
        return list(self._get(self.kind, "/artifacts")["items"])

    def download_artifact(self, path: str, target: str) -> None:
        tail = f"/artifacts/{quote_path(path)}"
        self.workspace._transport.download(self._path(self.kind, tail), target)

    def upload_artifact(self, path: str, source: str | bytes) -> None:
        """Keep a file with the run or step, in place of an earlier one of that name."""
        tail = f"/artifacts/{quote_path(path)}"
        self.workspace._transport.put_file(self._path(self.kind, tail), source)

    def list_output(self, output: str) -> List[Json]:
        """Files of an output; the path "" means that the output itself is one file."""
        tail = f"/outputs/{quote_name(output)}/files"
        return list(self._get(STEPS, tail)["items"])

    def download_output(self, output: str, path: str, target: str) -> None:
        tail = f"/outputs/{quote_name(output)}/files/{quote_path(path)}"
        self.workspace._transport.download(self._path(STEPS, tail), target)

    def read_log(self, attempt: int | None = None, offset: int = 0) -> LogPiece:
        """A piece of a step's log from a byte offset on."""
        query = {"offset": offset, "attempt": attempt or None}
        answer = self.workspace._transport.get_bytes(self._path(STEPS, "/log"), query)
        following = int(answer.headers.get("x-forebay-log-next", offset + len(answer.content)))
        complete = answer.headers.get("x-forebay-log-complete", "1") == "1"
        return LogPiece(answer.content, following, complete)

    def read_whole_log(self, attempt: int | None = None) -> str:
        """All that the step has printed so far."""
        return LogTail(self, attempt).read_all()

    def url_of(self, kind: str, tail: str) -> str:
        """The whole address of a part of this run."""
        return str(self.workspace._transport.server) + self._path(kind, tail)

    def _fetch_pages(self, kind: str, tail: str, query: Json, key: str) -> List[Json]:
        """All items of a list that comes in pages; `key` is how the next one is asked for."""
        items: List[Json] = []
        while True:
            answer = self._request_json(kind, tail, query or None)
            items += answer["items"]
            if answer.get("next") is None:
                return items
            query = {**query, key: answer["next"]}

    def _get(self, kind: str, tail: str) -> Json:
        return dict(self._request_json(kind, tail, None))

    def _request_json(self, kind: str, tail: str, query: Json | None, timeout: float = 0) -> Any:
        return self.workspace._transport.get_json(self._path(kind, tail), query, timeout=timeout)

    def _path(self, kind: str, tail: str) -> str:
        return str(self.workspace._path(f"{kind}/{quote_name(self.run_id)}")) + tail
