"""Outputs of steps that become datasets: not there yet, PipelineData is."""

from __future__ import annotations

from azureml._forebay.unsupported import later

_INSTEAD = "Use azureml.pipeline.core.PipelineData as the step's output."
OutputDatasetConfig = later("OutputDatasetConfig", _INSTEAD, __name__)
OutputFileDatasetConfig = later("OutputFileDatasetConfig", _INSTEAD, __name__)
OutputTabularDatasetConfig = later("OutputTabularDatasetConfig", _INSTEAD, __name__)
HDFSOutputDatasetConfig = later("HDFSOutputDatasetConfig", _INSTEAD, __name__)
LinkFileOutputDatasetConfig = later("LinkFileOutputDatasetConfig", _INSTEAD, __name__)
LinkTabularOutputDatasetConfig = later("LinkTabularOutputDatasetConfig", _INSTEAD, __name__)

__all__ = [
    "HDFSOutputDatasetConfig",
    "LinkFileOutputDatasetConfig",
    "LinkTabularOutputDatasetConfig",
    "OutputDatasetConfig",
    "OutputFileDatasetConfig",
    "OutputTabularDatasetConfig",
]
