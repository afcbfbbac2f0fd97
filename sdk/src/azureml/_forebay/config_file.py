"""``config.json``: which workspace, on which server. It never holds a token."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Optional

from azureml.exceptions import UserErrorException

_PLACES = ("", ".azureml", "aml_config")
_IDS = ("subscription_id", "resource_group", "workspace_name")


def find_config(start: Path, file_name: str) -> Path:
    """The file: ``start`` itself, or in it, in ``.azureml`` below it, or in a folder above."""
    start = start.expanduser().absolute()
    if start.is_file():
        return start
    if not start.exists():
        raise UserErrorException(f"path does not exist: {start}.")
    for folder in (start, *start.parents):
        for place in _PLACES:
            file = folder / place / file_name
            if file.is_file():
                return file
    raise UserErrorException(
        f"There is no {file_name} in {start}, in .azureml below it or in a folder above."
        " Copy one from the studio, or write it: workspace_name and forebay_server are enough."
    )


def configured_server() -> Optional[str]:
    """The server that the ``config.json`` here, or in a folder above, names; None without one."""
    try:
        return read_config(find_config(Path.cwd(), "config.json")).get("forebay_server")
    except UserErrorException:
        return None


def read_config(file: Path) -> dict[str, str]:
    """Its settings as texts; a sentence if it is no JSON or names no workspace."""
    try:
        settings = json.loads(file.read_text("utf-8-sig"))
    except (OSError, ValueError) as error:
        raise UserErrorException(f"{file} can't be read as JSON: {error}.") from None
    if isinstance(settings, dict) and "Scope" in settings:  # the shape of the first v1 releases
        parts = str(settings["Scope"]).strip("/").split("/")
        settings.update(zip(_IDS, (*parts[1:4:2], *parts[7:8])))
    if not isinstance(settings, dict) or not settings.get("workspace_name"):
        raise UserErrorException(f"{file} has no workspace_name. Add the name of your workspace.")
    return {key: str(value) for key, value in settings.items() if value is not None}
