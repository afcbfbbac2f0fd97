"""What changes a run: logged values, tags, properties, its end.

In a step they are appended to its spool and reach the server later; elsewhere they are sent.
"""

from __future__ import annotations

from typing import Any, Dict

from azureml._forebay.errors import AnswerError
from azureml._forebay.unsupported import not_supported
from azureml.core._run_client import CHILDREN, STEPS, RunClient
from azureml.core._run_context import StepContext
from azureml.core._run_logging import RunLogging, warn


class RunChanges(RunLogging):
    """The part of `Run` that writes."""

    _client: RunClient
    _step: StepContext | None
    _target: str

    def _known(self) -> Dict[str, Any]:
        raise NotImplementedError

    def _emit(self, record: Dict[str, Any]) -> None:
        if self._step is not None:
            if self._client._kind == CHILDREN:
                record = {"child": self._client.run_id, **record}
            self._step.emit(self._target, record)
            return
        try:
            self._client.post_records([record])
        except AnswerError:
            raise
        except Exception as error:  # a run must not fail because a value could not be logged
            warn(f"{record['kind']} '{record['name']}' was not logged: {error}")

    def tag(self, key: str, value: Any = None) -> None:
        """Set one tag."""
        self._emit({"kind": "tag", "name": key, "value": "" if value is None else str(value)})

    def set_tags(self, tags: Dict[str, Any]) -> None:
        """Set or replace several tags."""
        for key, value in tags.items():
            self.tag(key, value)

    def remove_tags(self, tags: Any) -> Dict[str, str]:
        """Remove tags by key; the tags that are left."""
        keys = [tags] if isinstance(tags, str) else [*tags]
        if self._client.kind == STEPS:
            not_supported("remove_tags() of a step", "Tag the run: run.parent.remove_tags(…).")
        return dict(self._client.patch({"tags": dict.fromkeys(keys)})["tags"])

    def add_properties(self, properties: Dict[str, Any]) -> None:
        """Set properties. They are meant to be written once."""
        for key, value in properties.items():
            self._emit({"kind": "property", "name": key, "value": str(value)})

    def cancel(self) -> None:
        """End the run early. A step is ended with its whole run, a child run alone."""
        if self._client.kind == CHILDREN:
            self._client.end_child("Canceled")
            return
        document = self._known() if self._client.kind == STEPS else {}
        if document:
            self._client.of_run(document["run_id"]).cancel()
        else:
            self._client.cancel()

    def flush(self, timeout_seconds: float = 300) -> None:
        """Every value is written when it is logged; nothing waits."""

    def start(self) -> None:
        """The studio starts runs; kept for programs that call it."""

    def complete(self, _set_status: bool = True) -> None:
        """Complete a child run. A step completes when its script ends."""
        if self._client._kind == CHILDREN:
            self._client.end_child("Completed")

    def fail(self, error_details: Any = None, error_code: Any = None, **kwargs: Any) -> None:
        """Fail a child run. A step fails when its script does."""
        if self._client._kind != CHILDREN:
            not_supported("Run.fail()", "Let the script end with an exception or sys.exit(1).")
        said = [str(one) for one in (error_code, error_details) if one]
        self._client.end_child("Failed", ": ".join(said))

    def clean(self) -> None:
        """Nothing is left on the compute target that would need it."""
