"""What the designer keeps beside a pipeline: ids, places, notes. No result depends on it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Dict, List, Mapping, Sequence

from azureml.exceptions import UserErrorException
from azureml.pipeline.core._step import PipelineStep

Json = Dict[str, Any]
ID_LENGTH = 64


@dataclass(frozen=True)
class Layout:
    """`nodes` has by `id(step)` what stands beside what the step itself says."""

    nodes: Mapping[int, Json] = field(default_factory=dict)
    graph: Json = field(default_factory=dict)

    def beside(self, step: PipelineStep) -> Json:
        """What the designer keeps of a step, but its id."""
        kept = self.nodes.get(id(step), {})
        return {name: value for name, value in kept.items() if name != "id"}

    def node_id(self, step: PipelineStep) -> str:
        """The id that the designer gave the step; "" for one that is made of its name."""
        return str(self.nodes.get(id(step), {}).get("id") or "")


NO_LAYOUT = Layout()


def read_layout(given: Any, steps: Sequence[PipelineStep]) -> Layout:
    """`{"nodes": {step: {"id": …, "ui": …}}, "ui": …}` for these steps."""
    if given is None:
        return NO_LAYOUT
    if not isinstance(given, Mapping) or not isinstance(given.get("nodes", {}), Mapping):
        raise UserErrorException(
            'layout must be a dictionary such as {"nodes": {step: {"ui": {"x": 0, "y": 0}}}}.'
        )
    known = {id(step): step for step in steps}
    nodes: Dict[int, Json] = {}
    ids: List[str] = []
    for step, kept in given.get("nodes", {}).items():
        if id(step) not in known:
            raise UserErrorException(f"layout names {step!r}, which is no step of the pipeline.")
        if not isinstance(kept, Mapping):
            raise UserErrorException(f"layout of step '{step.name}' must be a dictionary.")
        node_id = kept.get("id")
        if node_id is not None:
            if not isinstance(node_id, str) or not 0 < len(node_id) <= ID_LENGTH:
                raise UserErrorException(
                    f"The id of step '{step.name}' must be a text of 1 to {ID_LENGTH} characters."
                )
            if node_id in ids:
                raise UserErrorException(f"Two steps have the id {node_id!r} in layout.")
            ids.append(node_id)
        nodes[id(step)] = _as_json(dict(kept))
    graph = {name: value for name, value in given.items() if name != "nodes"}
    return Layout(nodes, _as_json(graph))


def _as_json(value: Json) -> Json:
    try:
        json.dumps(value)
    except (TypeError, ValueError) as error:
        raise UserErrorException(f"layout has what is no JSON: {error}.") from None
    return value
