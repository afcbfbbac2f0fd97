"""From a claimed step to `attempt.json`: every path, argument and variable decided once."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

from data import selectors as data
from data.models import DatasetVersion, Datastore
from pipelines.domain.compute_paths import HERE, read_compute_path
from pipelines.domain.output_datasets import fill_destination
from pipelines.models import Output, Run, StepRun
from pipelines.runner.port_notices import port_notices
from pipelines.runner.staging.places import UPLOADS
from pipelines.runner.staging.prepare import CODE
from pipelines.runner.staging.spec import VERSION, Spec, SpecCopy, SpecInput, SpecOutput
from pipelines.services.output_datasets import read_output
from pipelines.services.steps import ClaimedStep
from workspaces.domain.errors import ForebayError

# Up to here an attempt is staged inside the runner; above, by a child.
INLINE_FILES = 32
INLINE_BYTES = 1_000_000
ASIDE = ".forebay/attempts"  # below a datastore's root; renamed to PUBLISHED when all is well
PUBLISHED = "azureml"
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class SpecError(Exception):
    """The step can't be prepared; the message is a sentence."""


@dataclass
class Draft:
    """A spec under construction, with how much there is to copy."""

    step: StepRun
    folder: Path
    paths: dict[str, str] = field(default_factory=dict)  # what {"input": name} becomes
    variables: dict[str, str] = field(default_factory=dict)
    inputs: list[SpecInput] = field(default_factory=list)
    file_count: int = 0
    size: int = 0


def attempt_folder(folder: str) -> Path:
    """An attempt's folder on this disk."""
    return Path(settings.FOREBAY_DATA) / folder


def environment_folder(step: StepRun) -> Path:
    """Where the step's interpreter lives, built or not yet."""
    return Path(settings.FOREBAY_DATA) / step.environment.folder


def build_spec(claimed: ClaimedStep) -> tuple[Spec, bool]:
    """The spec, and whether it is small enough to be staged inside the runner.

    Raises SpecError with a sentence when an input is gone or something has no place.
    """
    step = claimed.step
    draft = Draft(step, attempt_folder(claimed.attempt.folder))
    draft.file_count, draft.size = step.snapshot.file_count, step.snapshot.size
    try:
        for port in step.node.get("inputs") or ():
            _add_input(draft, port)
        outputs = [
            _output(draft, port, claimed.attempt.number) for port in step.node.get("outputs") or ()
        ]
    except ForebayError as error:
        raise SpecError(error.detail) from error
    except OSError as error:
        raise SpecError(f"{error.strerror or error}.") from error
    output_paths = {
        one["name"]: one.get("local") or os.path.join(one["aside"], one["name"]) for one in outputs
    }
    arguments = [
        _argument(one, draft.paths, output_paths, step.run)
        for one in step.node.get("arguments") or ()
    ]
    environment = environment_folder(step)
    spec: Spec = {
        "version": VERSION,
        "step_run": step.uid,
        "attempt": claimed.attempt.number,
        "blobs": os.fspath(Path(settings.FOREBAY_DATA) / "blobs"),
        "files": step.snapshot.files,
        "inputs": draft.inputs,
        "outputs": outputs,
        "argv": [os.fspath(environment / "bin" / "python"), step.node["script"], *arguments],
        "env": _variables(draft, claimed.token, output_paths),
    }
    spec["notices"] = _setting_notices(step) + port_notices(step.node)
    return spec, draft.file_count <= INLINE_FILES and draft.size <= INLINE_BYTES


def _add_input(draft: Draft, port: dict[str, Any]) -> None:
    name, mode, source = _file_name(port["name"]), port.get("mode") or "mount", port["source"]
    listing: dict[str, Any] = {"mode": mode, "dataset_id": None}
    one: SpecInput = {"name": name, "folder": None, "copies": [], "listing": listing}
    if port.get("path_on_compute") and mode != "direct":
        one["at"] = _below_code(port["path_on_compute"])
        one["overwrite"] = bool(port.get("overwrite"))
    if "dataset" in source:
        path = _from_dataset(draft, one, source["dataset"], mode)
    elif "node" in source and mode == "direct" and port.get("as_dataset"):
        _, output = _output_place(draft.step, source)
        version = read_output(step=draft.step, output=output, raw=port["as_dataset"])
        path = _from_dataset(draft, one, version.uid, mode)
    elif "node" in source:
        listing["mode"] = mode = "mount" if mode == "direct" else mode
        path = _from_place(draft, one, *_output_place(draft.step, source), mode)
    else:
        listing["mode"] = mode = "mount" if mode == "direct" else mode
        store = data.get_datastore(draft.step.run.workspace, source["datastore"])
        place = data.local_path(store, source["path"])
        if not place.exists():
            raise SpecError(
                f"The input {name} is gone: {source['path']!r} is not on {store.name} any more."
            )
        path = _from_place(draft, one, place, None, mode)
    draft.paths[name] = path
    if mode != "direct":
        listing["path"] = path
        draft.variables[f"AZUREML_DATAREFERENCE_{name}"] = path
    draft.inputs.append(one)


def _from_dataset(draft: Draft, one: SpecInput, uid: str, mode: str) -> str:
    version = data.get_dataset_version(draft.step.run.workspace, uid)
    one["listing"].update(dataset_id=version.uid, kind=version.kind)
    if mode == "direct":
        return version.uid
    folder = one["folder"] = one.get("at") or f"inputs/{one['name']}"
    files = data.dataset_files(version)
    for file in files:
        target = f"{folder}/{file.relative}"
        copy: SpecCopy = {"source": str(file.local), "to": target, "link": mode == "mount"}
        one["copies"].append(copy)
        draft.file_count += 1
        draft.size += 0 if mode == "mount" else file.size
    if _is_one_file(version, files):
        return os.fspath(draft.folder / folder / files[0].relative)
    return os.fspath(draft.folder / folder)


def _is_one_file(version: DatasetVersion, files: list[data.DataFile]) -> bool:
    """Whether a file dataset names one file, whose path the script gets, as in v1."""
    entries = version.definition["paths"]
    named = len(entries) == 1 and len(files) == 1 and entries[0]["path"] == files[0].path
    return version.kind == DatasetVersion.FILE and named


def _output_place(step: StepRun, source: dict[str, Any]) -> tuple[Path, Output]:
    output = (
        Output.objects.select_related("datastore")
        .filter(
            step_run__run_id=step.run_id, step_run__node_id=source["node"], name=source["output"]
        )
        .first()
    )
    if output is None:
        raise SpecError(f"The output {source['output']} of an earlier step is gone.")
    place = data.local_path(output.datastore, output.path)
    if not place.exists():
        raise SpecError(
            f"The output {output.name} of an earlier step is gone from {output.datastore.name}."
        )
    return place, output


def _from_place(draft: Draft, one: SpecInput, place: Path, output: Output | None, mode: str) -> str:
    """The path itself for a mount of a local store, a private copy for a download.

    With a path on the compute a mount is a link there.
    """
    if mode == "mount" and "at" not in one:
        return os.fspath(place)
    is_directory = place.is_dir()
    folder = one.get("at") or f"inputs/{one['name']}"
    if mode == "mount" and is_directory and folder == CODE:
        raise SpecError(
            f"The input {one['name']} can't be mounted at the working folder itself: give it a "
            "path_on_compute in it, or use as_download()."
        )
    target = folder if is_directory else f"{folder}/{place.name}"
    one["copies"].append({"source": os.fspath(place), "to": target, "link": mode == "mount"})
    if mode == "mount":
        return os.fspath(draft.folder / target)
    if output is not None:
        draft.file_count += output.file_count
        draft.size += output.size
    elif is_directory:
        draft.file_count += INLINE_FILES + 1  # unknown without a walk: a child does it
    else:
        draft.file_count += 1
        draft.size += place.stat().st_size
    return os.fspath(draft.folder / target)


def _setting_notices(step: StepRun) -> list[str]:
    """Run configuration settings from parameters, which no local compute applies."""
    return [
        f"{setting} = {step.run.parameters.get(one['parameter'])} of the run configuration "
        f"(parameter {one['parameter']}) is not applied on {step.compute_target.name}."
        for setting, one in (step.node.get("runconfig_parameters") or {}).items()
    ]


def published_path(step: StepRun, port: dict[str, Any]) -> str:
    """Where an output is published, below its datastore's root."""
    if port.get("destination"):
        return fill_destination(port["destination"], step_run=step.uid, output=port["name"])
    return f"{PUBLISHED}/{step.uid}/{port['name']}"


def _output(draft: Draft, port: dict[str, Any], attempt: int) -> SpecOutput:
    step = draft.step
    store: Datastore = data.get_datastore(step.run.workspace, port["datastore"])
    root = data.local_path(store, "")
    aside = root / ASIDE / f"{step.uid}.{attempt}"
    output: SpecOutput = {
        "name": _file_name(port["name"]),
        "aside": os.fspath(aside),
        "published": os.fspath(root / PUBLISHED / step.uid),
        "is_directory": port.get("is_directory"),
    }
    if port.get("destination"):
        # Beside the folder that is renamed as a whole; several outputs may go to several places.
        output["aside"] = f"{aside}.to/{output['name']}"
        output["destination"] = os.fspath(data.local_path(store, published_path(step, port)))
        output["keep_existing"] = port.get("mode") == "upload" and not port.get("overwrite")
    if asked := port.get("source") or port.get("path_on_compute"):
        output["local"] = os.fspath(draft.folder / _below_code(asked))
        output["takes_existing"] = bool(port.get("source"))
        output["replaces_existing"] = bool(port.get("overwrite"))
    elif port.get("mode") == "upload":
        output["local"] = os.fspath(draft.folder / UPLOADS / output["name"])
    return output


def _argument(argument: Any, inputs: dict[str, str], outputs: dict[str, str], run: Run) -> str:
    if not isinstance(argument, dict):
        return str(argument)
    for kind, known in (("input", inputs), ("output", outputs), ("parameter", run.parameters)):
        if kind in argument:
            try:
                return str(known[argument[kind]])
            except KeyError:
                raise SpecError(
                    f"The argument names an unknown {kind} {argument[kind]!r}."
                ) from None
    raise SpecError(f"The argument {argument!r} is not understood.")


def _variables(draft: Draft, token: str, outputs: dict[str, str]) -> dict[str, str]:
    """The step's environment: its own variables first, ours over them, nothing of the server's."""
    step, folder, environment = draft.step, draft.folder, environment_folder(draft.step)
    run, workspace = step.run, step.run.workspace
    asked = (step.node.get("environment") or {}).get("variables") or {}
    values: dict[str, str] = {
        "PATH": f"{environment / 'bin'}:{SYSTEM_PATH}",
        "VIRTUAL_ENV": os.fspath(environment),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "MPLCONFIGDIR": os.fspath(environment / "cache" / "matplotlib"),
        "PYTHONUNBUFFERED": "1",
        "PYTHONFAULTHANDLER": "1",
        **{str(name): str(value) for name, value in asked.items()},
        "HOME": os.fspath(folder / "home"),
        "TMPDIR": os.fspath(folder / "tmp"),
        "PYTHONPATH": os.fspath(settings.FOREBAY_SDK),
        "AZUREML_RUN_ID": step.uid,
        "AZUREML_ROOT_RUN_ID": run.uid,
        "AZUREML_RUN_TOKEN": token,
        "AZUREML_SERVICE_ENDPOINT": settings.FOREBAY_URL,
        "AZUREML_ARM_SUBSCRIPTION": workspace.subscription_id,
        "AZUREML_ARM_RESOURCEGROUP": workspace.resource_group,
        "AZUREML_ARM_WORKSPACE_NAME": workspace.name,
        "AZUREML_ARM_PROJECT_NAME": run.experiment.name,
        "AZUREML_EXPERIMENT_ID": run.experiment.uid,
        "FOREBAY_SPOOL": os.fspath(folder / "spool"),
        "FOREBAY_INPUTS": os.fspath(folder / "inputs.json"),
        **draft.variables,
    }
    if asked.get("PYTHONPATH"):
        values["PYTHONPATH"] += f":{asked['PYTHONPATH']}"
    for name, path in outputs.items():
        values[f"AZUREML_DATAREFERENCE_{name}"] = path
    for name, value in _parameters(step, draft.paths).items():
        values[f"AML_PARAMETER_{name}"] = str(value)
    wrong = [name for name, value in values.items() if "\0" in name + value or "=" in name]
    if wrong:
        raise SpecError(f"The variable {wrong[0]!r} can't be given to a process.")
    return values


def _parameters(step: StepRun, paths: dict[str, str]) -> dict[str, Any]:
    """Pipeline parameters that the step uses, and its own; a data parameter is a path."""
    given = step.run.parameters
    found: dict[str, Any] = {
        port["parameter"]: paths[port["name"]]
        for port in step.node.get("inputs") or ()
        if port.get("parameter")
    }
    for argument in step.node.get("arguments") or ():
        if isinstance(argument, dict) and "parameter" in argument:
            found[argument["parameter"]] = given.get(argument["parameter"], "")
    for name, value in (step.node.get("parameters") or {}).items():
        if isinstance(value, dict) and "input" in value:
            value = paths[value["input"]]
        elif isinstance(value, dict):
            found[value["parameter"]] = value = given.get(value["parameter"], "")
        found[name] = value
    return found


def _below_code(path_on_compute: str) -> str:
    """A place in the script's working folder, below the attempt folder."""
    try:
        path = read_compute_path(path_on_compute)
    except ValueError as error:
        raise SpecError(f"The path {path_on_compute!r} {error}.") from None
    return CODE if path == HERE else f"{CODE}/{path}"


def _file_name(name: str) -> str:
    """A port's name as the name of a file or folder."""
    if not name or "/" in name or "\0" in name or name in (".", "..") or len(name.encode()) > 255:
        raise SpecError(f"The name {name!r} can't be the name of a file.")
    return name
