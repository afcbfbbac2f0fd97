"""Three steps joined by data: a reference to a file, folders between steps, a path as parameter.

    python pipeline.py

This is an Azure ML SDK v1 program: nothing in it knows that it runs on Forebay.
"""

from pathlib import Path

from azureml.core import Datastore, Experiment, Workspace
from azureml.core.compute import AmlCompute, ComputeTarget
from azureml.core.compute_target import ComputeTargetException
from azureml.data.data_reference import DataReference
from azureml.data.datapath import DataPath, DataPathComputeBinding
from azureml.pipeline.core import Pipeline, PipelineData, PipelineParameter
from azureml.pipeline.steps import PythonScriptStep
from azureml.widgets import RunDetails

HERE = Path(__file__).resolve().parent

ws = Workspace.from_config(path=str(HERE))
datastore = Datastore(ws, "workspaceblobstore")
datastore.upload_files([str(HERE / "fruit.csv")], target_path="fruit", overwrite=True)

compute_name = "cpu-cluster"
try:
    compute_target = AmlCompute(ws, compute_name)
except ComputeTargetException:
    size = AmlCompute.provisioning_configuration(vm_size="STANDARD_D2_V2", max_nodes=4)
    compute_target = ComputeTarget.create(ws, compute_name, size)
    compute_target.wait_for_completion(show_output=True)

fruit = DataReference(
    datastore=datastore, data_reference_name="fruit", path_on_datastore="fruit/fruit.csv"
)
counted = PipelineData("counted", datastore=datastore, is_directory=True)
sorted_fruit = PipelineData("sorted_fruit", datastore=datastore, is_directory=True)
compared = PipelineData("compared", datastore=datastore, is_directory=True)

# A path that a later submit may replace by another one.
path = DataPath(datastore=datastore, path_on_datastore="fruit/fruit.csv")
compare_data = (
    PipelineParameter(name="compare_data", default_value=path),
    DataPathComputeBinding(mode="mount"),
)

train_step = PythonScriptStep(
    script_name="train.py",
    arguments=["--input", fruit, "--output", counted],
    inputs=[fruit],
    outputs=[counted],
    compute_target=compute_target,
    source_directory=str(HERE / "train"),
)
extract_step = PythonScriptStep(
    script_name="extract.py",
    arguments=["--input", counted, "--output", sorted_fruit],
    inputs=[counted],
    outputs=[sorted_fruit],
    compute_target=compute_target,
    source_directory=str(HERE / "extract"),
)
compare_step = PythonScriptStep(
    script_name="compare.py",
    arguments=["--table", compare_data, "--sorted", sorted_fruit, "--output", compared],
    inputs=[compare_data, sorted_fruit],
    outputs=[compared],
    compute_target=compute_target,
    source_directory=str(HERE / "compare"),
)

pipeline = Pipeline(workspace=ws, steps=[compare_step])
run = Experiment(ws, "joined_by_data").submit(pipeline)
RunDetails(run).show()
run.wait_for_completion(show_output=True)

for step in run.get_steps():
    for name, output in step.get_outputs().items():
        place = output.get_port_data_reference()
        print(f"{step.name} wrote {name}: {place.datastore_name}, {place.path_on_datastore}")

train_run = run.find_step_run("train.py")[0]
train_run.get_output_data("counted").download("./outputs")
