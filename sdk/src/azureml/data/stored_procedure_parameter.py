"""Parameters of stored procedures, under v1's names; not in this version."""

from __future__ import annotations

from azureml._forebay.unsupported import later_names

globals().update(
    later_names(
        "StoredProcedureParameter StoredProcedureParameterType",
        "Query the database in a PythonScriptStep.",
        __name__,
    )
)
