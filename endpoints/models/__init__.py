"""Rows of the endpoints floor: pipelines frozen for callers, and what calls them."""

from endpoints.models.links import RunLink
from endpoints.models.notifications import Delivery, EventCursor, NotificationRule
from endpoints.models.pipeline_endpoints import EndpointVersion, PipelineEndpoint
from endpoints.models.published import FrozenEnvironment, PublishedPipeline
from endpoints.models.schedules import Schedule, ScheduleTick, WatchState

__all__ = [
    "Delivery",
    "EndpointVersion",
    "EventCursor",
    "FrozenEnvironment",
    "NotificationRule",
    "PipelineEndpoint",
    "PublishedPipeline",
    "RunLink",
    "Schedule",
    "ScheduleTick",
    "WatchState",
]
