"""One pipeline, submitted twice: a data path, a dataset, a text and a number are parameters.

    python pipeline.py

This is an Azure ML SDK v1 program: nothing in it knows that it runs on Forebay.
"""

from pathlib import Path

from azureml.core import Dataset, Datastore, Experiment, Workspace
from azureml.core.compute import AmlCompute, ComputeTarget
from azureml.core.compute_target import ComputeTargetException
from azureml.data.datapath import DataPath, DataPathComputeBinding
from azureml.data.dataset_consumption_config import DatasetConsumptionConfig
from azureml.pipeline.core import Pipeline, PipelineParameter
from azureml.pipeline.steps import PythonScriptStep

HERE = Path(__file__).resolve().parent

ws = Workspace.from_config(path=str(HERE))
datastore = Datastore(ws, "workspaceblobstore")
datastore.upload(str(HERE / "data"), target_path="weather", overwrite=True)

compute_name = "cpu-cluster"
try:
    compute_target = AmlCompute(ws, compute_name)
except ComputeTargetException:
    size = AmlCompute.provisioning_configuration(vm_size="STANDARD_D2_V2", max_nodes=4)
    compute_target = ComputeTarget.create(ws, compute_name, size)
    compute_target.wait_for_completion(show_output=True)

folder = PipelineParameter("folder", DataPath(datastore, "weather"))
folder_input = (folder, DataPathComputeBinding(mode="mount"))

summer = Dataset.File.from_files((datastore, "weather/summer.csv"))
summer = summer.register(ws, "weather", create_new_version=True)
table = PipelineParameter("table_to_count", summer)
table_input = DatasetConsumptionConfig("table", table).as_mount()

word = PipelineParameter("word", "summer")
least = PipelineParameter("least", 1)

count_step = PythonScriptStep(
    name="count",
    script_name="count.py",
    source_directory=str(HERE / "step"),
    arguments=["--folder", folder_input, "--table", table_input, "--word", word, "--least", least],
    inputs=[folder_input, table_input],
    params={"limit": least},
    compute_target=PipelineParameter("target", compute_name),
    runconfig_pipeline_params={"NodeCount": PipelineParameter("nodes", 1)},
)
pipeline = Pipeline(workspace=ws, steps=[count_step])
print("Problems:", pipeline.validate())

experiment = Experiment(ws, "parameters")
first = experiment.submit(pipeline)
first.wait_for_completion(show_output=True)

winter = Dataset.File.from_files((datastore, "weather/winter/winter.csv"))
winter = winter.register(ws, "weather", create_new_version=True)
second = experiment.submit(
    pipeline,
    pipeline_parameters={
        "folder": DataPath(datastore, "weather/winter"),
        "table_to_count": winter,
        "word": "winter",
        "least": 2,
    },
)
second.wait_for_completion(show_output=True)
print("Rows:", first.get_metrics("rows"), second.get_metrics("rows"))
