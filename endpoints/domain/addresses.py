"""The addresses that callers of v1 know, as this studio gives them out.

Programs split such an address at its first "Id": that pair of letters inside a name before it is
written `%49d`, which every server reads as the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

PROVIDER = "providers/Microsoft.MachineLearningServices/workspaces"


@dataclass(frozen=True)
class Place:
    """Where a workspace is found: the studio's own address, and what v1 puts in the path."""

    server: str  # "https://studio.example:8000", without a slash at its end
    subscription: str
    resource_group: str
    workspace: str


def published_address(place: Place, uid: str) -> str:
    """Where a POST starts a published pipeline."""
    return f"{_base(place)}/PipelineSubmit/{uid}"


def endpoint_address(place: Place, uid: str) -> str:
    """Where a POST starts the default version of an endpoint; `/1` behind it names another."""
    return f"{_base(place)}/PipelineEndpointSubmit/Id/{uid}"


def _base(place: Place) -> str:
    group, name = _part(place.resource_group), _part(place.workspace)
    return (
        f"{place.server}/pipelines/v1.0/subscriptions/{_part(place.subscription)}"
        f"/resourceGroups/{group}/{PROVIDER}/{name}/PipelineRuns"
    )


def _part(text: str) -> str:
    return quote(text, safe="").replace("Id", "%49d")
