"""What a pipeline endpoint says of itself: its constructor and properties, as v1 has them."""

from __future__ import annotations

from typing import Any, Dict, List

from azureml.pipeline.core._published import PublishedPipeline
from azureml.pipeline.core._resources import show_html, show_text

Json = Dict[str, Any]


class PipelineIdVersion:
    """A version and the id of the published pipeline behind it."""

    def __init__(self, version: str, pipeline_id: str) -> None:
        self.version = version
        self.pipeline_id = pipeline_id

    def __repr__(self) -> str:
        return f"PipelineIdVersion(version={self.version!r}, pipeline_id={self.pipeline_id!r})"


class PipelineVersion:
    """A version and the published pipeline behind it."""

    def __init__(self, version: str, pipeline: PublishedPipeline, status: str = "Active") -> None:
        self.version = version
        self.pipeline = pipeline
        self.status = status

    def __repr__(self) -> str:
        return f"PipelineVersion(version={self.version!r}, pipeline={self.pipeline.name!r})"


class EndpointFacts:
    """The server's JSON of one endpoint."""

    def __init__(
        self,
        workspace: Any,
        id: str,
        name: str,
        description: str,
        status: str,
        default_version: str,
        endpoint: str,
        pipeline_version_list: Any,
        _pipeline_endpoint_provider: Any = None,
        _published_pipeline_provider: Any = None,
        _swaggerurl: str | None = None,
        **kwargs: Any,
    ) -> None:
        self._workspace = workspace
        self._facts: Json = kwargs.get("_facts") or {
            "id": id,
            "name": name,
            "description": description,
            "status": status,
            "default_version": default_version,
            "endpoint": endpoint,
        }
        self._versions = list(pipeline_version_list or [])
        self._swaggerurl = _swaggerurl

    # -- what it is ----------------------------------------------------------------------------

    @property
    def id(self) -> str:
        """The id, a guid."""
        return str(self._facts["id"])

    @property
    def name(self) -> str:
        """The name, unique among those that are not archived."""
        return str(self._facts["name"])

    @property
    def description(self) -> str:
        """What was said of it."""
        return str(self._facts.get("description") or "")

    @property
    def status(self) -> str:
        """`Active`, `Disabled` or `Archived`."""
        return str(self._facts["status"])

    @property
    def default_version(self) -> str:
        """The version that runs when none is named."""
        return str(self._facts["default_version"])

    @property
    def endpoint(self) -> str:
        """The address that a POST with a bearer token submits the default version to.

        `endpoint + "/0"` names a version.
        """
        return str(self._facts.get("endpoint") or "")

    @property
    def swaggerurl(self) -> str:
        """The OpenAPI description of the server's REST API."""
        given = self._swaggerurl or self._facts.get("swaggerurl")
        return str(given or f"{self._workspace._transport.server}/api/v1/schema")

    @property
    def pipeline_version_list(self) -> List[PipelineIdVersion]:
        """Each version with the id of its published pipeline."""
        if "versions" not in self._facts:
            return [*self._versions]
        return [
            PipelineIdVersion(str(one["version"]), str(one["published_pipeline"]["id"]))
            for one in self._facts["versions"]
        ]

    def _facts_shown(self) -> List[tuple[str, Any]]:
        return [
            ("Name", self.name),
            ("Id", self.id),
            ("Status", self.status),
            ("Default version", self.default_version),
            ("Endpoint", self.endpoint),
        ]

    def __repr__(self) -> str:
        return show_text("PipelineEndpoint", self._facts_shown())

    def _repr_html_(self) -> str:
        return show_html(self._facts_shown(), str(self._facts.get("url") or ""))
