"""Searches for the best parameters, under v1's names; not in this version."""

from __future__ import annotations

from azureml._forebay.unsupported import later_names

globals().update(
    later_names(
        "BanditPolicy BayesianParameterSampling EarlyTerminationPolicy "
        "GridParameterSampling HyperDriveConfig HyperDriveRun HyperDriveRunConfig "
        "HyperParameterSampling MedianStoppingPolicy NoTerminationPolicy "
        "PrimaryMetricGoal RandomParameterSampling TruncationSelectionPolicy choice "
        "lognormal loguniform normal qlognormal qloguniform qnormal quniform randint "
        "uniform",
        "Make one PythonScriptStep for each value you want to try.",
        __name__,
    )
)
