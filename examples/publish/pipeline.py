"""Publish a pipeline, and call it by its address as any other system would.

    python pipeline.py        # needs the package requests

This is an Azure ML SDK v1 program: nothing in it knows that it runs on Forebay.
"""

from pathlib import Path

import requests
from azureml.core import Dataset, Datastore, Experiment, Workspace
from azureml.core.authentication import InteractiveLoginAuthentication
from azureml.core.compute import AmlCompute, ComputeTarget
from azureml.core.compute_target import ComputeTargetException
from azureml.data import OutputFileDatasetConfig
from azureml.pipeline.core import Pipeline, PipelineRun, PublishedPipeline
from azureml.pipeline.core.graph import PipelineParameter
from azureml.pipeline.steps import PythonScriptStep

HERE = Path(__file__).resolve().parent

ws = Workspace.from_config(path=str(HERE))
datastore = Datastore(ws, "workspaceblobstore")
datastore.upload_files([str(HERE / "fruit.csv")], target_path="publish", overwrite=True)

compute_name = "cpu-cluster"
try:
    compute_target = AmlCompute(ws, compute_name)
except ComputeTargetException:
    size = AmlCompute.provisioning_configuration(vm_size="STANDARD_D2_V2", max_nodes=4)
    compute_target = ComputeTarget.create(ws, compute_name, size)
    compute_target.wait_for_completion(show_output=True)

fruit = Dataset.File.from_files((datastore, "publish/fruit.csv")).as_named_input("fruit")
names = OutputFileDatasetConfig(name="names")
compared = OutputFileDatasetConfig(name="compared").register_on_complete("fruit_compared")
pipeline_arg = PipelineParameter(name="pipeline_arg", default_value=5)

extract_step = PythonScriptStep(
    script_name="extract.py",
    arguments=["--input_data", fruit.as_mount(), "--output_extract", names],
    compute_target=compute_target,
    source_directory=str(HERE / "extract"),
)
compare_step = PythonScriptStep(
    script_name="compare.py",
    arguments=[
        "--input_compare",
        names.as_input(),
        "--output_compare",
        compared,
        "--pipeline_arg",
        pipeline_arg,
    ],
    compute_target=compute_target,
    source_directory=str(HERE / "compare"),
)
pipeline = Pipeline(workspace=ws, steps=[compare_step])

# As it is defined, and as it ran.
published = pipeline.publish(
    name="Fruit", description="Names of fruit by length", continue_on_step_failure=True
)
print("Published:", published.name, published.id)
run = Experiment(ws, "publish_example").submit(pipeline)
of_run = run.publish_pipeline(name="Fruit of a run", description="The same", version="0.1")
print("Published:", of_run.name, of_run.version, "with steps", ", ".join(of_run.get_step_names()))
run.wait_for_completion(show_output=False)

# By its address: what is needed is a token and JSON.
published = PublishedPipeline.get(ws, id=published.id)
print(f"POST to {published.endpoint} starts it.")
response = requests.post(
    published.endpoint,
    headers=InteractiveLoginAuthentication().get_authentication_header(),
    json={
        "ExperimentName": "publish_example_by_rest",
        "RunSource": "SDK",
        "ParameterAssignments": {"pipeline_arg": 4},
    },
    timeout=60,
)
response.raise_for_status()
answer = response.json()
print("Submitted pipeline run:", answer["Id"])

called = PipelineRun(Experiment(ws, "publish_example_by_rest"), answer["Id"])
called.wait_for_completion(show_output=False)
print(called.find_step_run("compare.py")[0].get_stdout_log().strip())
print("Belongs to pipeline:", called.get_properties()["azureml.pipelineid"] == published.id)

# From the SDK; then it is put out of use.
last = published.submit(ws, "publish_example", pipeline_parameters={"pipeline_arg": 6})
last.wait_for_completion(show_output=False)
print("Runs of it:", len(PipelineRun.get_pipeline_runs(ws, published.id)))
published.disable()
print("Active:", published.id in [one.id for one in PublishedPipeline.list(ws)])
print("Result:", Dataset.get_by_name(ws, "fruit_compared").name)
