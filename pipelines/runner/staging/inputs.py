"""Laying out the inputs of a step: links for mounts, private copies for downloads."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from pipelines.domain.manifests import walk_files
from pipelines.runner.staging.places import make_way, refuse_links
from pipelines.runner.staging.spec import SpecCopy, SpecInput, StagingError, below, size_text


def copy_input(folder: Path, one: SpecInput) -> None:
    """Put an input where the script finds it. StagingError when something is in the way."""
    if "at" in one:
        refuse_links(folder, below(folder, one["at"]) / "any", f"Input {one['name']}")
    if one["folder"] is not None:
        below(folder, one["folder"]).mkdir(parents=True, exist_ok=True)
    for copy in one["copies"]:
        source, target = Path(copy["source"]), below(folder, copy["to"])
        if not source.exists():
            raise StagingError(f"The input {one['name']} is gone: {source.name} does not exist.")
        if "at" in one:
            _place(folder, one, copy, source, target)
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        if copy["link"]:
            target.symlink_to(source)
        elif source.is_dir():
            shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)
        else:
            shutil.copyfile(source, target)


def _place(folder: Path, one: SpecInput, copy: SpecCopy, source: Path, target: Path) -> None:
    """At a path of the program's choice, among other files: each is looked at."""
    what, overwrite = f"Input {one['name']}", bool(one.get("overwrite"))
    pairs = [(source, target)]
    if source.is_dir() and not copy["link"]:
        pairs = [(Path(file.path), target / file.relative) for file in walk_files(source)]
        target.mkdir(parents=True, exist_ok=True)
    for origin, place in pairs:
        make_way(folder, place, what, overwrite=overwrite)
        place.parent.mkdir(parents=True, exist_ok=True)
        if copy["link"]:
            place.symlink_to(origin)
        else:
            shutil.copyfile(origin, place)


def describe_input(folder: Path, one: SpecInput) -> list[str]:
    """One line for the step's log about what was copied or linked for an input."""
    linked = [copy for copy in one["copies"] if copy["link"]]
    if linked:
        if len(linked) == 1 and os.path.isdir(linked[0]["source"]):
            return [f"Input {one['name']}: linked its folder, which must not be changed."]
        files = "1 file" if len(linked) == 1 else f"{len(linked)} files"
        return [f"Input {one['name']}: linked {files}, which must not be changed."]
    count = size = 0
    for copy in one["copies"]:
        # A copy that joined other files is measured where it came from.
        place = copy["source"] if "at" in one else below(folder, copy["to"])
        for file in walk_files(place):
            count, size = count + 1, size + file.size
    if not one["copies"]:
        return []
    files = "1 file" if count == 1 else f"{count} files"
    return [f"Input {one['name']}: copied {files}, {size_text(size)}."]
