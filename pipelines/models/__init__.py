"""Rows of the pipelines floor: experiments, runs, their steps and what came out of them."""

from pipelines.models.children import ChildRun
from pipelines.models.events import Event
from pipelines.models.results import Artifact, Metric, Output
from pipelines.models.runs import Experiment, Run
from pipelines.models.steps import Attempt, StepEdge, StepRun

__all__ = [
    "Artifact",
    "Attempt",
    "ChildRun",
    "Event",
    "Experiment",
    "Metric",
    "Output",
    "Run",
    "StepEdge",
    "StepRun",
]
