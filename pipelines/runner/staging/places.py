"""Places of a program's choice inside the attempt folder, and outputs that are written there.

Nothing here follows a link: a mounted input is one, and what lies behind it is not the step's.
"""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

from pipelines.domain.manifests import walk_files
from pipelines.runner.staging.spec import SpecOutput, StagingError

UPLOADS = "upload"  # outputs that are written here and published at the end


def refuse_links(folder: Path, place: str | Path, what: str) -> None:
    """StagingError when a folder on the way from `folder` down to `place` is a link or a file."""
    at = folder
    for part in Path(place).relative_to(folder).parts[:-1]:
        at /= part
        if at.is_symlink() or (at.exists() and not at.is_dir()):
            raise StagingError(
                f"{what} can't be at {_shown(folder, place)}: {_shown(folder, at)} is a file or "
                "another input. Choose another path_on_compute."
            )


def make_way(folder: Path, target: Path, what: str, *, overwrite: bool) -> None:
    """Remove a file (or link) that is at `target`; StagingError when it must stay."""
    refuse_links(folder, target, what)
    if not os.path.lexists(target):
        return
    if not overwrite or (target.is_dir() and not target.is_symlink()):
        raise StagingError(
            f"{what} can't be at {_shown(folder, target)}, which is there already: choose another "
            "path_on_compute, or give overwrite=True to replace a file."
        )
    target.unlink()


def make_local_output(folder: Path, output: SpecOutput) -> None:
    """Where the script writes an output that is published from a folder of the attempt."""
    place, what = Path(output["local"]), f"Output {output['name']}"
    refuse_links(folder, place, what)
    place.parent.mkdir(parents=True, exist_ok=True)
    if os.path.lexists(place) and not output.get("takes_existing"):
        if place.is_symlink():
            raise StagingError(f"{what} can't be written to {_shown(folder, place)}, an input.")
        if next(walk_files(place), None) is None:
            pass  # an empty folder
        elif output.get("replaces_existing"):
            _remove(place)
        else:
            raise StagingError(
                f"{what} can't be written to {_shown(folder, place)}: the source directory has it "
                "already. Choose another path, or give overwrite=True to begin with nothing."
            )
    if output["is_directory"]:
        place.mkdir(exist_ok=True)


def local_place(output: SpecOutput) -> str | None:
    """Where an output is still waiting to be moved beside its datastore's files, if it is."""
    local = output.get("local")
    return local if local and os.path.lexists(local) else None


def take_local_output(folder: Path, output: SpecOutput) -> None:
    """Move it to `aside`/`name`; done already by a try that was cut short: nothing to do."""
    local = local_place(output)
    if local is None:
        return
    refuse_links(folder, local, f"Output {output['name']}")
    os.makedirs(output["aside"], exist_ok=True)
    _move(local, os.path.join(output["aside"], output["name"]))


def _move(source: str, target: str) -> None:
    """By a rename; to another file system by a whole copy that is renamed."""
    if os.path.lexists(target):
        _remove(Path(target))
    try:
        os.rename(source, target)
        return
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
    folder, name = os.path.split(target)
    copy = os.path.join(f"{folder}.moving", name)
    shutil.rmtree(f"{folder}.moving", ignore_errors=True)
    os.makedirs(os.path.dirname(copy))
    if os.path.isdir(source):
        shutil.copytree(source, copy, symlinks=True)
    else:
        shutil.copy2(source, copy)
    os.rename(copy, target)
    shutil.rmtree(f"{folder}.moving", ignore_errors=True)
    _remove(Path(source))


def _remove(place: Path) -> None:
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place)
    else:
        place.unlink()


def _shown(folder: Path, place: str | Path) -> str:
    return repr("/".join(Path(place).relative_to(folder).parts[1:]))
