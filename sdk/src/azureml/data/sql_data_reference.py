"""References to tables of databases: not there yet."""

from __future__ import annotations

from azureml._forebay.unsupported import later

SqlDataReference = later("SqlDataReference", "Query the database in a PythonScriptStep.", __name__)

__all__ = ["SqlDataReference"]
