"""Rows of the endpoints floor: pipelines frozen for callers, and what calls them."""

from endpoints.models.links import RunLink
from endpoints.models.pipeline_endpoints import EndpointVersion, PipelineEndpoint
from endpoints.models.published import FrozenEnvironment, PublishedPipeline

__all__ = [
    "EndpointVersion",
    "FrozenEnvironment",
    "PipelineEndpoint",
    "PublishedPipeline",
    "RunLink",
]
