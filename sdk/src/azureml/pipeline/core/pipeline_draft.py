"""Pipeline drafts, under the name v1 programs import from here; not in this version."""

from __future__ import annotations

from azureml.pipeline.core._later import PipelineDraft

__all__ = ["PipelineDraft"]
