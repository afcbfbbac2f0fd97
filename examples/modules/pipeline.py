"""A script published as a module, used twice in a pipeline, and the pipeline kept as a draft.

    python pipeline.py

Run it again and every step is reused. This is an Azure ML SDK v1 program: nothing in it knows
that it runs on Forebay.
"""

from pathlib import Path

from azureml.core import Datastore, Experiment, Workspace
from azureml.core.compute import AmlCompute, ComputeTarget
from azureml.core.compute_target import ComputeTargetException
from azureml.data.data_reference import DataReference
from azureml.pipeline.core import Module, Pipeline, PipelineData, PipelineDraft, PipelineParameter
from azureml.pipeline.core._restclients.aeva.models.error_response import ErrorResponseException
from azureml.pipeline.core.graph import InputPortDef, OutputPortDef
from azureml.pipeline.steps import ModuleStep

HERE = Path(__file__).resolve().parent

ws = Workspace.from_config(path=str(HERE))
datastore = Datastore(ws, "workspaceblobstore")
datastore.upload_files([str(HERE / "fruit.txt")], target_path="modules", overwrite=True)

compute_name = "cpu-cluster"
try:
    compute_target = AmlCompute(ws, compute_name)
except ComputeTargetException:
    size = AmlCompute.provisioning_configuration(vm_size="STANDARD_D2_V2", max_nodes=4)
    compute_target = ComputeTarget.create(ws, compute_name, size)
    compute_target.wait_for_completion(show_output=True)

# The module: what it takes and makes has names, and its command line is written once.
try:
    module = Module.get(ws, name="Keep long words")
except ErrorResponseException:
    module = Module.create(ws, name="Keep long words", description="Words of some length")
if not module.module_version_list():
    words = InputPortDef(name="words", label="Words, one a line")
    kept = OutputPortDef(name="kept", label="Those that are long enough")
    module.publish_python_script(
        "count.py",
        "The first one",
        inputs=[words],
        outputs=[kept],
        params={"at_least": 4},
        version="1.0",
        is_default=True,
        source_directory=str(HERE / "count"),
        arguments=[
            "--at_least",
            PipelineParameter(name="at_least", default_value=4),
            "--words",
            words,
            "--kept",
            kept,
        ],
    )
print("Module:", module.name, "version", module.get_default_version())

fruit = DataReference(
    datastore=datastore, data_reference_name="fruit", path_on_datastore="modules/fruit.txt"
)
long_words = PipelineData("long_words", datastore=datastore)
longer_words = PipelineData("longer_words", datastore=datastore)
length = PipelineParameter(name="length", default_value=6)

first = ModuleStep(
    module=module,
    name="long",
    inputs_map={"words": fruit},
    outputs_map={"kept": long_words},
    compute_target=compute_target,
)
second = ModuleStep(
    module=module,
    version="1.0",
    name="longer",
    inputs_map={"words": long_words},
    outputs_map={"kept": longer_words},
    params={"at_least": length},
    compute_target=compute_target,
)
pipeline = Pipeline(workspace=ws, steps=[second])
print("Problems:", pipeline.validate())

run = Experiment(ws, "modules_example").submit(pipeline)
run.wait_for_completion(show_output=False)
for name in ("long", "longer"):
    (step,) = run.find_step_run(name)
    print(f"{name}: {step.get_stdout_log().strip()}")

# The same pipeline to go on with: here, and in the designer.
draft = PipelineDraft.create(
    ws, name="Long words", experiment_name="modules_example", pipeline=pipeline, tags={"of": "it"}
)
draft.update(description="Six letters or more", pipeline_parameters={"length": 6})
again = draft.submit_run()
again.wait_for_completion(show_output=False)
print("All reused:", all(step.is_reused for step in again.get_steps()))
print("Last run is this one:", draft.last_submitted_pipeline_run_id == again.id)
published = draft.publish()
print("Published:", published.name, "with steps", ", ".join(published.get_step_names()))
published.disable()
draft.delete()
