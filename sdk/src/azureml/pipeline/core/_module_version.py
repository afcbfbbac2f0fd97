"""`ModuleVersion`: one frozen form of a module."""

from __future__ import annotations

from typing import Any, Dict, List

from azureml.exceptions import UserErrorException
from azureml.pipeline.core._module_spec import ModuleInterface, read_interface
from azureml.pipeline.core._resources import check_workspace, fetch, show_html, show_text, unknown

Json = Dict[str, Any]


class ModuleVersionDescriptor:
    """A version and its id."""

    def __init__(self, version: str, module_version_id: str) -> None:
        self._version = version
        self._module_version_id = module_version_id

    @property
    def version(self) -> str:
        """The version."""
        return self._version

    @property
    def module_version_id(self) -> str:
        """What `ModuleVersion.get` takes."""
        return self._module_version_id

    def __repr__(self) -> str:
        return (
            f"ModuleVersionDescriptor(version={self.version!r},"
            f" module_version_id={self.module_version_id!r})"
        )


class ModuleVersion:
    """One version of a module, as `publish_python_script`, `resolve` and `get` give it.

    Its id is made of the module's id and the version.
    """

    def __init__(
        self, workspace: Any, module_entity: Json, version: Any, _module_version_provider: Any
    ) -> None:
        self._workspace = workspace
        self._module = module_entity
        self._facts: Json = version if isinstance(version, dict) else {"version": str(version)}

    @classmethod
    def _of(cls, workspace: Any, module: Json, facts: Json) -> ModuleVersion:
        return cls(workspace, module, facts, None)

    @staticmethod
    def get(
        workspace: Any, module_version_id: str | None = None, _workflow_provider: Any = None
    ) -> ModuleVersion:
        """The version of that id."""
        check_workspace(workspace, "ModuleVersion.get")
        if not isinstance(module_version_id, str) or not module_version_id:
            raise UserErrorException("ModuleVersion.get needs module_version_id=….")
        module_id, _, version = module_version_id.partition(":")
        module = fetch(workspace, "modules", module_id, "module version")
        for facts in module.get("versions") or []:
            if facts["version"] == version:
                return ModuleVersion._of(workspace, module, facts)
        raise unknown("module version", f"the id {module_version_id!r}", workspace)

    @property
    def module_id(self) -> str:
        """The module's id."""
        return str(self._module["id"])

    @property
    def version(self) -> str:
        """The version, a text of whoever published it."""
        return str(self._facts["version"])

    @property
    def module_version_id(self) -> str:
        """What `ModuleVersion.get` takes."""
        return f"{self.module_id}:{self.version}"

    @property
    def description(self) -> str:
        """What is special about this version."""
        return str(self._facts.get("changes") or self._spec.get("description") or "")

    @property
    def status(self) -> str:
        """`Active`, `Deprecated` or `Disabled`."""
        return str(self._facts.get("status") or "Active")

    @property
    def category(self) -> str | None:
        """The category given when it was published, else the designer's group."""
        return self._spec.get("category") or self._spec.get("group")

    @property
    def interface(self) -> ModuleInterface:
        """`inputs`, `outputs` and `params`, as they were published."""
        return read_interface(self._spec)

    @property
    def runconfig(self) -> Json | None:
        """The environment that its steps get, as JSON; None for the studio's default one."""
        return self._facts.get("environment")

    def module(self, _workflow_provider: Any = None) -> Any:
        """The module it is a version of."""
        from azureml.pipeline.core.module import Module

        return Module.get(self._workspace, module_id=self.module_id)

    def set_description(self, description: str) -> None:
        """Change what is said of this version."""
        self._change({"changes": description or ""})

    def enable(self) -> None:
        """Let it be used (again)."""
        self._change({"status": "Active"})

    def deprecate(self) -> None:
        """Say that it should not be used any more; what uses it runs on."""
        self._change({"status": "Deprecated"})

    def disable(self) -> None:
        """Refuse pipelines that use it."""
        self._change({"status": "Disabled"})

    @property
    def _module_name(self) -> str:
        return str(self._module.get("name") or "module")

    @property
    def _spec(self) -> Json:
        return dict(self._facts.get("spec") or {})

    def _change(self, body: Json) -> None:
        path = self._workspace._path("modules/{}/versions", self.module_id, self.version)
        self._facts = dict(self._workspace._transport.patch_json(path, body))

    def _facts_shown(self) -> List[tuple[str, Any]]:
        return [
            ("Name", self._module_name),
            ("Version", self.version),
            ("Id", self.module_version_id),
            ("Status", self.status),
        ]

    def __repr__(self) -> str:
        return show_text("ModuleVersion", self._facts_shown())

    def _repr_html_(self) -> str:
        return show_html(self._facts_shown())
