"""Web services: Forebay runs pipelines and deploys nothing."""

from __future__ import annotations

from azureml._forebay.unsupported import later

_INSTEAD = "Serve models with a tool made for that."
Webservice = later("Webservice", _INSTEAD, __name__)
AciWebservice = later("AciWebservice", _INSTEAD, __name__)
AksWebservice = later("AksWebservice", _INSTEAD, __name__)
LocalWebservice = later("LocalWebservice", _INSTEAD, __name__)

__all__ = ["AciWebservice", "AksWebservice", "LocalWebservice", "Webservice"]
