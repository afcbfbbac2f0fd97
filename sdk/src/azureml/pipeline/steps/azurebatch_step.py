"""Tasks of Azure Batch, under v1's names; not in this version."""

from __future__ import annotations

from azureml._forebay.unsupported import later_names
from azureml.pipeline.steps import AzureBatchStep

__all__ = ["AzureBatchStep", "AzureBatchTaskInfo"]  # noqa: F822

globals().update(
    later_names(
        "AzureBatchTaskInfo",
        "Use PythonScriptStep instead.",
        __name__,
    )
)
