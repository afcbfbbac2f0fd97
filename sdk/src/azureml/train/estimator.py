"""Estimators, under v1's names; not in this version."""

from __future__ import annotations

from azureml._forebay.unsupported import later_names

globals().update(
    later_names(
        "Estimator Gloo MMLBaseEstimator MMLBaseEstimatorRunConfig Mpi Nccl ParameterServer",
        "Use PythonScriptStep with a RunConfiguration.",
        __name__,
    )
)
