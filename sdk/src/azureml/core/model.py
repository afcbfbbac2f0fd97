"""The model registry: not there yet."""

from __future__ import annotations

from azureml._forebay.unsupported import later

_INSTEAD = "Keep the model among the outputs of a step and download it from the run."
Model = later("Model", _INSTEAD, __name__)
InferenceConfig = later("InferenceConfig", _INSTEAD, __name__)

__all__ = ["InferenceConfig", "Model"]
