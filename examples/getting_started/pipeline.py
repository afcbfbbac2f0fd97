"""Three steps without data between them: side by side first, then one after another.

    python pipeline.py

This is an Azure ML SDK v1 program: nothing in it knows that it runs on Forebay.
"""

import tempfile
from pathlib import Path

import azureml.core
from azureml.core import Datastore, Experiment, Workspace
from azureml.core.compute import AmlCompute, ComputeTarget
from azureml.core.compute_target import ComputeTargetException
from azureml.core.conda_dependencies import CondaDependencies
from azureml.core.runconfig import DEFAULT_CPU_IMAGE, RunConfiguration
from azureml.pipeline.core import Pipeline
from azureml.pipeline.steps import PythonScriptStep
from azureml.widgets import RunDetails

HERE = Path(__file__).resolve().parent

print("SDK version:", azureml.core.VERSION)
ws = Workspace.from_config(path=str(HERE))
print(ws.name, ws.resource_group, ws.location, ws.subscription_id, sep="\n")

# A file for later: the steps of this example read no data.
datastore = Datastore(ws, "workspaceblobstore")
with tempfile.TemporaryDirectory() as folder:
    table = Path(folder) / "passengers.csv"
    table.write_text("name,age\nAda,36\nGrace,45\n")
    datastore.upload_files([str(table)], target_path="getting-started", overwrite=True)

compute_name = "cpu-cluster"
try:
    compute_target = AmlCompute(ws, compute_name)
    print("Found the compute target.")
except ComputeTargetException:
    print("Making a compute target.")
    size = AmlCompute.provisioning_configuration(vm_size="STANDARD_D2_V2", min_nodes=1, max_nodes=4)
    compute_target = ComputeTarget.create(ws, compute_name, size)
    compute_target.wait_for_completion(show_output=True, min_node_count=None, timeout_in_minutes=20)

# What a step runs in can be said for each step.
run_config = RunConfiguration()
run_config.environment.docker.enabled = True
run_config.environment.docker.base_image = DEFAULT_CPU_IMAGE
run_config.environment.python.user_managed_dependencies = False
run_config.environment.python.conda_dependencies = CondaDependencies.create()

train_step = PythonScriptStep(
    name="train_step",
    script_name="train.py",
    compute_target=compute_target,
    source_directory=str(HERE / "train"),
    allow_reuse=True,
)
compare_step = PythonScriptStep(
    name="compare_step",
    script_name="compare.py",
    compute_target=compute_target,
    source_directory=str(HERE / "compare"),
)
extract_step = PythonScriptStep(
    name="extract_step",
    script_name="extract.py",
    compute_target=compute_target,
    source_directory=str(HERE / "extract"),
    runconfig=run_config,
)

side_by_side = Pipeline(workspace=ws, steps=[train_step, compare_step, extract_step])
print("Problems:", side_by_side.validate())
first = Experiment(ws, "side_by_side").submit(side_by_side, regenerate_outputs=False)
RunDetails(first).show()
first.wait_for_completion(show_output=False)
for step_run in first.get_children():
    print(f"{step_run.name}: {step_run.get_status()}")

# An order without data; the last step is enough, those before it are found.
compare_step.run_after(train_step)
extract_step.run_after(compare_step)
in_a_row = Pipeline(workspace=ws, steps=[extract_step])
in_a_row.validate()
second = Experiment(ws, "in_a_row").submit(in_a_row)
RunDetails(second).show()
second.wait_for_completion(show_output=False)
print("Order:", ", ".join(step.name for step in second.get_steps()))
