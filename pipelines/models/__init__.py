"""Rows of the pipelines floor: experiments, runs, their steps and what came out of them."""

from pipelines.models.children import ChildRun
from pipelines.models.drafts import DraftPresence, DraftVersion, PipelineDraft
from pipelines.models.events import Event
from pipelines.models.modules import Module, ModuleVersion
from pipelines.models.results import Artifact, Metric, Output
from pipelines.models.runs import Experiment, Run
from pipelines.models.steps import Attempt, StepEdge, StepRun

__all__ = [
    "Artifact",
    "Attempt",
    "ChildRun",
    "DraftPresence",
    "DraftVersion",
    "Event",
    "Experiment",
    "Metric",
    "Module",
    "ModuleVersion",
    "Output",
    "PipelineDraft",
    "Run",
    "StepEdge",
    "StepRun",
]
