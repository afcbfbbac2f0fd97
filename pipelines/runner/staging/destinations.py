"""Publishing an output at a place of the program's choice, where there may be files already.

A new place takes the output by one rename. At one that exists, each file is renamed into it;
what was there under another name stays. Cut short, the next try moves what is left.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress

from pipelines.domain.manifests import walk_files
from pipelines.runner.staging.spec import SpecOutput, StagingError


def publish_at(output: SpecOutput) -> None:
    """Move `aside`/`name` to the destination. Raises StagingError for a file in the way."""
    source, target = os.path.join(output["aside"], output["name"]), output["destination"]
    os.makedirs(os.path.dirname(target), exist_ok=True)
    if not os.path.lexists(target):
        os.rename(source, target)
    elif os.path.lexists(source):
        _merge(output, source, target)
    remove_aside(output)


def remove_aside(output: SpecOutput) -> None:
    """The attempt's folder aside and, with the last one, the folder that held them."""
    shutil.rmtree(output["aside"], ignore_errors=True)
    if "destination" in output:
        with suppress(OSError):  # another output's is still there
            os.rmdir(os.path.dirname(output["aside"]))


def _merge(output: SpecOutput, source: str, target: str) -> None:
    if os.path.isdir(source) != os.path.isdir(target):
        kind = "folder" if os.path.isdir(target) else "file"
        raise StagingError(f"The destination of output {output['name']} is there, as a {kind}")
    files = list(walk_files(source))
    if output.get("keep_existing"):
        for file in files:
            if os.path.lexists(_below(target, file.relative)):
                raise StagingError(
                    f"The destination of output {output['name']} has a file "
                    f"{file.relative or os.path.basename(target)!r} already: use "
                    "as_upload(overwrite=True), or {run-id} in the destination"
                )
    for file in files:
        place = _below(target, file.relative)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        if os.path.realpath(os.path.dirname(place)) != os.path.dirname(place):
            raise StagingError(f"The destination of output {output['name']} has a link in it")
        os.replace(file.path, place)


def _below(target: str, relative: str) -> str:
    return os.path.join(target, relative) if relative else target
