"""Modules, their versions and steps of them, and pipeline drafts, against a real studio."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest
from azureml.core import Experiment, Workspace
from azureml.core.compute import AmlCompute, ComputeTarget
from azureml.exceptions import UserErrorException
from azureml.pipeline.core import (
    Module,
    ModuleVersion,
    Pipeline,
    PipelineData,
    PipelineDraft,
    PipelineParameter,
)
from azureml.pipeline.core._restclients.aeva.models.error_response import ErrorResponseException
from azureml.pipeline.core.graph import InputPortDef, OutputPortDef
from azureml.pipeline.steps import ModuleStep

SCRIPT = "import os, sys\nprint('said', sys.argv[1:-1], os.environ['AML_PARAMETER_word'])\n"
SCRIPT += "open(sys.argv[-1], 'w').write('x')\n"


@pytest.fixture
def ws(studio: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("FOREBAY_TOKEN", studio.token)
    monkeypatch.setenv("FOREBAY_SERVER", studio.url)
    workspace = Workspace.get(studio.workspace)
    if "cpu-cluster" not in workspace.compute_targets:
        size = AmlCompute.provisioning_configuration("STANDARD_D2_V2")
        ComputeTarget.create(workspace, "cpu-cluster", size)
    return workspace


@pytest.fixture
def module(ws: Any) -> Module:
    return Module.create(ws, f"Say {uuid.uuid4().hex[:8]}", "Says a word")


def publish(module: Module, folder: Path, version: str | None = None, **more: Any) -> ModuleVersion:
    (folder / "say.py").write_text(SCRIPT)
    made = OutputPortDef("made")
    return module.publish_python_script(
        "say.py",
        f"Number {version}",
        inputs=[InputPortDef("before", is_optional=True)],
        outputs=[made],
        params={"word": "hello", "times": 2},
        version=version,
        source_directory=folder,
        arguments=["--word", PipelineParameter("word", "hello"), made],
        **more,
    )


def test_which_version_is_meant(ws: Any, module: Module, tmp_path: Path) -> None:
    with pytest.raises(UserErrorException, match="it has no version yet"):
        module.resolve()
    publish(module, tmp_path, "1.9")
    publish(module, tmp_path, "1.10")
    publish(module, tmp_path, "1.2")
    assert (module.resolve().version, module.default_version) == ("1.10", None)
    first = module.resolve("1.9")
    module.set_default_version(first.module_version_id)
    assert module.resolve().version == module.get_default_version() == "1.9"
    assert Module.get(ws, name=module.name).get_default().description == "Number 1.9"
    assert [one.version for one in Module.get_versions(ws, module.name)] == ["1.2", "1.10", "1.9"]
    with pytest.raises(ErrorResponseException, match=r"its versions: 1.2, 1.10, 1.9"):
        module.resolve("7")
    with pytest.raises(UserErrorException, match="set another one first"):
        first.disable()
    with pytest.raises(UserErrorException, match=r"has a version '1\.9' already"):
        publish(module, tmp_path, "1.9")


def test_a_module_and_its_versions_are_changed(ws: Any, module: Module, tmp_path: Path) -> None:
    version = publish(module, tmp_path, is_default=True, category="Text Analytics")
    assert (version.version, version.category) == ("1", "Text Analytics")
    found = ModuleVersion.get(ws, version.module_version_id)
    ports = [one.name for one in (*found.interface.inputs, *found.interface.outputs)]
    assert ports == ["before", "made"]
    assert {one.name: one.default_value for one in found.interface.params} == {
        "word": "hello",
        "times": 2,
    }
    found.set_description("Another word")
    found.deprecate()
    again = module.resolve("1")
    assert (again.description, again.status) == ("Another word", "Deprecated")
    module.set_description("Says it")
    module.disable()
    assert (found.module().description, found.module().status) == ("Says it", "Disabled")
    with pytest.raises(UserErrorException, match=r"There is a module .* already: Module.get"):
        Module.create(ws, module.name)
    with pytest.raises(ErrorResponseException):
        Module.get(ws, name="nobody made this")


def test_steps_of_a_module(ws: Any, module: Module, tmp_path: Path) -> None:
    publish(module, tmp_path, is_default=True)
    data, word = PipelineData("data"), PipelineParameter("greeting", "good day")
    target = {"compute_target": "cpu-cluster"}
    ModuleStep(module, name="first", outputs_map={"made": data}, params={"word": word}, **target)
    last = PipelineData("last")
    second = ModuleStep(
        module,
        name="second",
        inputs_map={"before": data},
        outputs_map={"made": last},
        arguments=["own", data, last],
        **target,
    )
    run = Experiment(ws, "modules").submit(Pipeline(ws, [second]))
    assert run.wait_for_completion(show_output=False) == "Finished"
    logs = {one.name: one.get_stdout_log() for one in run.get_steps()}
    assert "said ['--word', 'good day'] good day" in logs["first"]
    assert "said ['own', '" in logs["second"]
    assert "] hello" in logs["second"]


def test_what_is_wrong_with_a_step_is_said_by_its_name(
    ws: Any, module: Module, tmp_path: Path
) -> None:
    (tmp_path / "say.py").write_text(SCRIPT)
    module.publish_python_script(
        "say.py",
        "Needs data",
        [InputPortDef("words")],
        [OutputPortDef("made")],
        params={"times": 2},
        source_directory=tmp_path,
    )
    step = ModuleStep(
        module,
        name="say",
        inputs_map={"word": PipelineData("nowhere")},
        outputs_map={"mode": PipelineData("data")},
        params={"tims": 3, "times": "many"},
        arguments=[PipelineData("stray")],
        compute_target="cpu-cluster",
    )
    told = {one.field: one.message for one in Pipeline(ws, [step]).validate()}
    assert told["inputs_map['word']"] == (
        "The module has no input 'word'. Did you mean 'words'? It has: words."
    )
    assert "Did you mean 'made'?" in told["outputs_map['mode']"]
    assert "Did you mean 'times'?" in told["params['tims']"]
    assert told["settings.times"] == "times must be a whole number."
    assert "needs the input 'words'" in told["inputs.words"]
    assert "neither in inputs_map nor in outputs_map" in told["arguments[0]"]
    with pytest.raises(UserErrorException, match="A ModuleStep needs module="):
        ModuleStep(compute_target="cpu-cluster")


def test_a_draft_is_made_changed_submitted_and_published(
    ws: Any, module: Module, tmp_path: Path
) -> None:
    publish(module, tmp_path, is_default=True)
    word = PipelineParameter("greeting", "one")
    step = ModuleStep(module, name="say", params={"word": word}, compute_target="cpu-cluster")
    pipeline = Pipeline(ws, [step])
    tag = uuid.uuid4().hex
    draft = PipelineDraft.create(ws, pipeline, "Draft", pipeline_parameters={"greeting": "two"})
    draft.update(tags={"of": tag}, experiment_name="drafts")
    (listed,) = PipelineDraft.list(ws, tags={"of": tag})
    assert listed.id == draft.id
    run = draft.submit_run()
    assert run.wait_for_completion(show_output=False) == "Finished"
    assert "'two'] two" in run.find_step_run("say")[0].get_stdout_log()
    assert (run.experiment.name, draft.last_submitted_pipeline_run_id) == ("drafts", run.id)
    published = draft.publish()
    assert published.get_graph()["parameters"][0]["default"] == "two"
    of_run = PipelineDraft.create(ws, run, name="Of a run")
    of_published = PipelineDraft.create(ws, published)
    copy = PipelineDraft.create(ws, draft)
    assert of_run.parent_pipeline_run_id == run.id
    assert of_published.parent_pipeline_id == published.id
    assert copy.parent_pipeline_draft_id == draft.id
    again = of_run.submit_run()
    again.wait_for_completion(show_output=False)
    assert all(one.is_reused for one in again.get_steps())
    listed.update(description="by somebody else")
    with pytest.raises(UserErrorException, match="saved the draft 'Draft' since it was read"):
        draft.update(name="Mine")
    for one in (of_run, of_published, copy, listed):
        one.delete()
    with pytest.raises(ErrorResponseException):
        PipelineDraft.get(ws, draft.id)
    with pytest.raises(UserErrorException, match="A draft is made of a Pipeline"):
        PipelineDraft.create(ws, "pipeline")
    with pytest.raises(UserErrorException, match="has no parameter 'greetings'; it has: greeting"):
        PipelineDraft.create(ws, pipeline, pipeline_parameters={"greetings": "two"})
