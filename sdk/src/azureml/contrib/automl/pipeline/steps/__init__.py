"""Pipelines of AutoML, under v1's names; not in this version."""

from __future__ import annotations

from azureml._forebay.unsupported import later_names

globals().update(
    later_names(
        "AutoMLPipelineBuilder",
        "There is no AutoML here: choose the model in a PythonScriptStep.",
        __name__,
    )
)
