"""`ScriptRun`: the run of a single script, which v1 programs test for by class."""

from __future__ import annotations

from azureml.core.run import Run

__all__ = ["Run", "ScriptRun"]


class ScriptRun(Run):
    """A run that is one script. Nothing in this version makes one."""
