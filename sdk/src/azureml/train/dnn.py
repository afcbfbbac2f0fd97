"""Estimators of frameworks, under v1's names; not in this version."""

from __future__ import annotations

from azureml._forebay.unsupported import later_names

globals().update(
    later_names(
        "Chainer Gloo Mpi Nccl ParameterServer PyTorch TensorFlow",
        "Use PythonScriptStep with a RunConfiguration.",
        __name__,
    )
)
