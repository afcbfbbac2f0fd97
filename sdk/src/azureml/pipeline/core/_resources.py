"""What published pipelines, endpoints and schedules share: looking one up, showing it."""

from __future__ import annotations

import html
from typing import Any, Dict, Sequence, Tuple

from azureml._forebay.errors import NotFound
from azureml.exceptions import UserErrorException
from azureml.pipeline.core._parameters import value_to_wire
from azureml.pipeline.core._restclients.aeva.models.error_response import ErrorResponseException

Json = Dict[str, Any]


def check_workspace(workspace: Any, what: str) -> Any:
    """The workspace; a sentence for its name, which v1's documents give in one place."""
    if hasattr(workspace, "_transport"):
        return workspace
    raise UserErrorException(
        f"workspace={workspace!r} is no Workspace: {what} needs an object, such as"
        " ws = Workspace.from_config()."
    )


def fetch(workspace: Any, route: str, identity: Any, what: str) -> Json:
    """The JSON of one thing by its id; v1's exception when there is none."""
    if not isinstance(identity, str) or not identity:
        raise UserErrorException(f"The id of a {what} is a text; {identity!r} is none.")
    try:
        return dict(workspace._transport.get_json(workspace._path(route, identity)))
    except NotFound:
        raise unknown(what, f"the id {identity!r}", workspace) from None


def unknown(what: str, which: str, workspace: Any) -> ErrorResponseException:
    """What v1 programs catch when there is no such thing."""
    return ErrorResponseException(
        f"There is no {what} with {which}: not found in workspace {workspace.name!r}, or you may"
        " not see it."
    )


def values_to_wire(workspace: Any, values: Dict[str, Any] | None) -> Json:
    """Parameter values as JSON: scalars as they are, data as what it refers to."""
    if not isinstance(values or {}, dict):
        raise UserErrorException(
            f"pipeline_parameters is a dictionary of name and value, not {values!r}."
        )
    return {
        name: value_to_wire(name, value, lambda dataset: str(dataset._ensure_id(workspace)))
        for name, value in (values or {}).items()
    }


def show_text(kind: str, facts: Sequence[Tuple[str, Any]]) -> str:
    """`Kind(Name: x, Id: y)`, as v1 printed its objects."""
    return f"{kind}({', '.join(f'{name}: {value}' for name, value in facts)})"


def show_html(facts: Sequence[Tuple[str, Any]], link: str = "") -> str:
    """The same as a table for notebooks; the name links to the studio's page."""
    cells = []
    for place, (_, value) in enumerate(facts):
        text = html.escape(str(value))
        if place == 0 and link:
            text = f'<a href="{html.escape(link, quote=True)}">{text}</a>'
        cells.append(f"<td>{text}</td>")
    heads = "".join(f"<th>{html.escape(name)}</th>" for name, _ in facts)
    return f"<table><tr>{heads}</tr><tr>{''.join(cells)}</tr></table>"
