"""AutoML, under v1's names; not in this version."""

from __future__ import annotations

from azureml._forebay.unsupported import later_names
from azureml.pipeline.steps import AutoMLStep, AutoMLStepRun

__all__ = ["AutoMLConfig", "AutoMLImageConfig", "AutoMLStep", "AutoMLStepRun"]

globals().update(
    later_names(
        "AutoMLConfig AutoMLImageConfig",
        "There is no AutoML here: choose the model in a PythonScriptStep.",
        __name__,
    )
)
