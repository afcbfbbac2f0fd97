"""Pipeline drafts, under the name v1 programs import from here; not in this version."""

from __future__ import annotations

from azureml._forebay.unsupported import later
from azureml.pipeline.core.run import SUBMIT_INSTEAD

__all__ = ["PipelineDraft"]

PipelineDraft = later("PipelineDraft", SUBMIT_INSTEAD, __name__)
