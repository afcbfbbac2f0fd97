"""Methods of v1's `Run` that say that they are not in this version."""

from __future__ import annotations

from typing import Any, NoReturn

from azureml._forebay.unsupported import not_supported


class RunLater:
    """The part of `Run` that a later release fills."""

    def child_run(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Not in this version."""
        not_supported("Run.child_run()", "Log with a prefix in the metric's name instead.")

    def create_children(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Not in this version."""
        not_supported("Run.create_children()", "Make a pipeline of several steps instead.")

    def submit_child(self, config: Any, tags: Any = None, **kwargs: Any) -> NoReturn:
        """Not in this version."""
        not_supported("Run.submit_child()", "Make a pipeline of several steps instead.")

    def register_model(self, model_name: str, *args: Any, **kwargs: Any) -> NoReturn:
        """Not in this version."""
        not_supported("Run.register_model()", "Keep the model among the outputs of a step.")

    def get_secret(self, name: str) -> NoReturn:
        """Not in this version."""
        not_supported("Run.get_secret()", "Give the value as an environment variable.")

    def get_secrets(self, secrets: Any) -> NoReturn:
        """Not in this version."""
        not_supported("Run.get_secrets()", "Give the values as environment variables.")

    def get_environment(self) -> NoReturn:
        """Not in this version."""
        not_supported("Run.get_environment()", "run.get_details() has what was asked for.")

    def restore_snapshot(self, snapshot_id: str | None = None, path: str | None = None) -> NoReturn:
        """Not in this version."""
        not_supported("Run.restore_snapshot()", "The run's page shows the files of its snapshot.")

    def take_snapshot(self, file_or_folder_path: str) -> NoReturn:
        """Not in this version."""
        not_supported("Run.take_snapshot()", "Submitting takes the snapshot.")

    @staticmethod
    def list_by_compute(compute: Any, *args: Any, **kwargs: Any) -> NoReturn:
        """Not in this version."""
        not_supported("Run.list_by_compute()", "Use Experiment.get_runs().")

    @classmethod
    def get_docs_url(cls) -> str:
        """There is no page of its own for this class."""
        return ""
