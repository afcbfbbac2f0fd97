"""`Module`: a named, reusable step in versions, for `ModuleStep` and for the designer."""

from __future__ import annotations

import uuid
from typing import Any, Dict, List, Sequence

from azureml._forebay.errors import Conflict, NotFound
from azureml._forebay.snapshots import create_snapshot
from azureml._forebay.unsupported import not_supported, without
from azureml.exceptions import UserErrorException
from azureml.pipeline.core._module_spec import locate_script, params_of, write_spec
from azureml.pipeline.core._module_version import ModuleVersion, ModuleVersionDescriptor
from azureml.pipeline.core._parameters import PipelineParameter
from azureml.pipeline.core._port_defs import InputPortDef, OutputPortDef, ParamDef
from azureml.pipeline.core._resources import (
    check_workspace,
    fetch,
    show_html,
    show_text,
    unknown,
)
from azureml.pipeline.core._step import PipelineStep

__all__ = [
    "InputPortDef",
    "Module",
    "ModuleVersion",
    "ModuleVersionDescriptor",
    "OutputPortDef",
    "ParamDef",
    "PipelineParameter",
    "PipelineStep",
]

Json = Dict[str, Any]
ROUTE = "modules"
_WHAT = "module"
_PYTHON = {"escloud", "python_script", "pythonscript"}


@without("module_def_builder", "process_source_directory", instead="Use publish_python_script.")
class Module:
    """A container of versions, each with a script, ports and parameters.

    `Module.create` makes an empty one, `Module.get` finds one, also those that come with the
    studio. What is published here stands in the designer's palette, under "My modules".
    """

    def __init__(
        self,
        workspace: Any,
        module_id: str,
        name: str,
        description: str,
        status: str,
        default_version: str | None,
        module_version_list: Any,
        _module_provider: Any = None,
        _module_version_provider: Any = None,
        _facts: Json | None = None,
    ) -> None:
        self._workspace = workspace
        self._facts: Json = _facts or {
            "id": module_id,
            "name": name,
            "description": description,
            "status": status,
            "default_version": default_version or "",
            "default_chosen": bool(default_version),
            "versions": list(module_version_list or []),
        }

    # -- making and finding --------------------------------------------------------------------

    @staticmethod
    def create(
        workspace: Any, name: str, description: str = "", _workflow_provider: Any = None
    ) -> Module:
        """A new module without versions. Names are unique in a workspace."""
        check_workspace(workspace, "Module.create")
        body = {"name": name, "description": description or ""}
        try:
            facts = workspace._transport.post_json(
                workspace._path(ROUTE), body, idempotency_key=str(uuid.uuid4())
            )
        except Conflict as conflict:
            if conflict.code != "name_taken":
                raise
            raise UserErrorException(
                f"There is a module {name!r} already: Module.get(ws, name={name!r}) is it, and its"
                " publish methods add versions."
            ) from conflict
        return _module_from(workspace, dict(facts))

    @staticmethod
    def get(
        workspace: Any,
        module_id: str | None = None,
        name: str | None = None,
        _workflow_provider: Any = None,
    ) -> Module:
        """The module of that id or name; of one name, your own before one of the studio's."""
        check_workspace(workspace, "Module.get")
        if module_id is not None:
            return _module_from(workspace, fetch(workspace, ROUTE, module_id, _WHAT))
        if not isinstance(name, str) or not name:
            raise UserErrorException("Module.get needs module_id=… or name=….")
        try:
            facts = workspace._transport.get_json(workspace._path(f"{ROUTE}/by-name/{{}}", name))
        except NotFound:
            raise unknown(_WHAT, f"the name {name!r}", workspace) from None
        return _module_from(workspace, dict(facts))

    @staticmethod
    def get_versions(
        workspace: Any, name: str, _workflow_provider: Any = None
    ) -> List[ModuleVersionDescriptor]:
        """The versions of the module of that name, newest first."""
        return Module.get(workspace, name=name).module_version_list()

    # -- what it is ----------------------------------------------------------------------------

    @property
    def id(self) -> str:
        """The id, a guid."""
        return str(self._facts["id"])

    @property
    def name(self) -> str:
        """The name, unique among the workspace's own modules."""
        return str(self._facts["name"])

    @property
    def description(self) -> str:
        """What was said of it."""
        return str(self._facts.get("description") or "")

    @property
    def status(self) -> str:
        """`Active`, `Deprecated` or `Disabled`."""
        return str(self._facts["status"])

    @property
    def default_version(self) -> str | None:
        """The version that was made the default; None when none was."""
        if not self._facts.get("default_chosen"):
            return None
        return str(self._facts["default_version"]) or None

    def get_default_version(self) -> str | None:
        """The version that is the default now; None when none was chosen."""
        self._refresh()
        return self.default_version

    def get_default(self) -> ModuleVersion | None:
        """The default `ModuleVersion`; None when none was chosen."""
        version = self.get_default_version()
        return None if version is None else self._find(version)

    def module_version_list(self) -> List[ModuleVersionDescriptor]:
        """Its versions, newest first."""
        self._refresh()
        return [ModuleVersionDescriptor(one.version, one.module_version_id) for one in self._all()]

    def resolve(self, version: str | None = None) -> ModuleVersion:
        """The version that a step gets: the named one; else the default; else the highest where
        all are semantic versions; else the newest."""
        self._refresh()
        if version is not None:
            return self._find(str(version))
        meant = str(self._facts.get("default_version") or "")
        if not meant:
            has = "none of its versions is enabled" if self._all() else "it has no version yet"
            raise UserErrorException(
                f"The module {self.name!r} can't be used: {has}. publish_python_script adds one."
            )
        return self._find(meant)

    # -- changing it ---------------------------------------------------------------------------

    def set_name(self, name: str) -> None:
        """Rename it. Steps and drafts find it by its id."""
        self._change({"name": name})

    def set_description(self, description: str) -> None:
        """Change what is said of it."""
        self._change({"description": description or ""})

    def set_default_version(self, version_id: Any) -> None:
        """Make a version the default: its version, its id, or the object."""
        self._refresh()
        self._change({"default_version": self._version_of(version_id)})

    def enable(self) -> None:
        """Offer it (again)."""
        self._change({"status": "Active"})

    def deprecate(self) -> None:
        """Offer it no more; what uses it runs on."""
        self._change({"status": "Deprecated"})

    def disable(self) -> None:
        """Refuse pipelines that use it."""
        self._change({"status": "Disabled"})

    # -- adding versions -----------------------------------------------------------------------

    def publish_python_script(
        self,
        script_name: str,
        description: str,
        inputs: Sequence[InputPortDef],
        outputs: Sequence[OutputPortDef],
        params: Dict[str, Any] | None = None,
        create_sequencing_ports: bool = True,
        version: str | None = None,
        is_default: bool = False,
        source_directory: Any = None,
        hash_paths: Sequence[str] | None = None,
        category: str | None = None,
        arguments: Sequence[Any] | None = None,
        runconfig: Any = None,
    ) -> ModuleVersion:
        """A new version that runs a Python script.

        :param description: what is special about this version.
        :param params: names and defaults; the script finds them in `AML_PARAMETER_<name>`.
        :param version: the next number when left out.
        :param is_default: whether it becomes the default.
        :param arguments: the script's command line, for steps that give none and for the designer:
            literals, ports of `inputs` and `outputs`, `PipelineParameter` (which becomes a
            parameter of the module).
        :param category: a group of the designer's palette; else it stands under "My modules".
        :param runconfig: its environment is that of the version.
        """
        return self._publish(
            script_name,
            description=description,
            inputs=inputs,
            outputs=outputs,
            params=params_of(params),
            version=version,
            is_default=is_default,
            source_directory=source_directory,
            hash_paths=hash_paths,
            category=category,
            arguments=arguments,
            runconfig=runconfig,
        )

    def publish(
        self,
        description: str,
        execution_type: str,
        inputs: Sequence[InputPortDef],
        outputs: Sequence[OutputPortDef],
        param_defs: Sequence[ParamDef] | None = None,
        create_sequencing_ports: bool = True,
        version: str | None = None,
        is_default: bool = False,
        content_path: Any = None,
        hash_paths: Sequence[str] | None = None,
        category: str | None = None,
        arguments: Sequence[Any] | None = None,
        runconfig: Any = None,
    ) -> ModuleVersion:
        """A new version of execution type "escloud": a Python script, named by `runconfig.script`
        or by a parameter called `Script`. `publish_python_script` says more."""
        if str(execution_type).lower() not in _PYTHON:
            not_supported(
                f"Module.publish(execution_type={execution_type!r})", "Use publish_python_script."
            )
        params = list(param_defs or [])
        named = next((str(one.default_value) for one in params if one.name == "Script"), None)
        script = getattr(runconfig, "script", None) or named
        if not script:
            raise UserErrorException(
                "Module.publish needs the script: set runconfig.script, or use"
                " publish_python_script(script_name, …)."
            )
        return self._publish(
            script,
            description=description,
            inputs=inputs,
            outputs=outputs,
            params=[one for one in params if one.name != "Script"],
            version=version,
            is_default=is_default,
            source_directory=content_path,
            hash_paths=hash_paths,
            category=category,
            arguments=arguments,
            runconfig=runconfig,
        )

    def publish_adla_script(self, *args: Any, **kwargs: Any) -> ModuleVersion:
        """Not there: there is no Data Lake Analytics here."""
        not_supported("Module.publish_adla_script", "Use publish_python_script.")

    def publish_azure_batch(self, *args: Any, **kwargs: Any) -> ModuleVersion:
        """Not there: there is no Azure Batch here."""
        not_supported("Module.publish_azure_batch", "Use publish_python_script.")

    def _publish(
        self,
        script: str,
        *,
        version: str | None,
        is_default: bool,
        source_directory: Any,
        runconfig: Any,
        description: str,
        **parts: Any,
    ) -> ModuleVersion:
        folder, script = locate_script(source_directory, script)
        spec = write_spec(
            name=self.name,
            script=script,
            description=description,
            environment=None if runconfig is None else runconfig._environment_to_wire(),
            **parts,
        )
        workspace = self._workspace
        body: Json = {
            "spec": spec,
            "snapshot": create_snapshot(workspace, folder),
            "set_default": bool(is_default),
        }
        if version is not None:
            body["version"] = str(version)
        path = workspace._path(f"{ROUTE}/{{}}/versions", self.id)
        made = workspace._transport.post_json(path, body, idempotency_key=str(uuid.uuid4()))
        self._refresh()
        return ModuleVersion._of(workspace, self._facts, dict(made))

    # -- inside --------------------------------------------------------------------------------

    @property
    def _module_name(self) -> str:
        return self.name

    def _refresh(self) -> None:
        self._facts = fetch(self._workspace, ROUTE, self.id, _WHAT)

    def _change(self, body: Json) -> None:
        path = self._workspace._path(ROUTE, self.id)
        self._facts = dict(self._workspace._transport.patch_json(path, body))

    def _all(self) -> List[ModuleVersion]:
        return [
            ModuleVersion._of(self._workspace, self._facts, one)
            for one in self._facts.get("versions") or []
        ]

    def _find(self, version: str) -> ModuleVersion:
        for one in self._all():
            if one.version == version:
                return one
        there = ", ".join(one.version for one in self._all()) or "none"
        raise unknown(
            "module version",
            f"{version!r} of {self.name!r} (its versions: {there})",
            self._workspace,
        )

    def _version_of(self, given: Any) -> str:
        named = getattr(given, "version", given)
        for one in self._all():
            if named in (one.version, one.module_version_id):
                return one.version
        return str(named)

    def _facts_shown(self) -> List[tuple[str, Any]]:
        return [("Name", self.name), ("Id", self.id), ("Status", self.status)]

    def __repr__(self) -> str:
        return show_text("Module", self._facts_shown())

    def _repr_html_(self) -> str:
        return show_html(self._facts_shown())


def _module_from(workspace: Any, facts: Json) -> Module:
    return Module(
        workspace,
        facts["id"],
        facts["name"],
        facts.get("description", ""),
        facts["status"],
        facts.get("default_version"),
        facts.get("versions"),
        _facts=facts,
    )
