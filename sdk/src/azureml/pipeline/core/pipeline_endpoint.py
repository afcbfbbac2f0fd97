"""Pipeline endpoints, under the names v1 programs import from here; not in this version."""

from __future__ import annotations

from azureml._forebay.unsupported import later
from azureml.pipeline.core.graph import PublishedPipeline
from azureml.pipeline.core.run import SUBMIT_INSTEAD

__all__ = ["PipelineEndpoint", "PublishedPipeline"]

PipelineEndpoint = later("PipelineEndpoint", SUBMIT_INSTEAD, __name__)
