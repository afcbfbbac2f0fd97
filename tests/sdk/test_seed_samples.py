"""The samples of the document Forebay was begun from, as one program against a real studio.

Where the document leaves a name open (`my_dataset`, `project_folder`, `comp_data1`) the program
fills it; its statements are otherwise the document's, in its order.
"""

# ruff: noqa: E501  (the document's lines are as long as they are)

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.support import pipelines

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "iris"

PROGRAM = """
import azureml.core
from azureml.core import Workspace, Datastore

ws = Workspace.from_config()

# Default datastore
def_data_store = ws.get_default_datastore()
# Get the blob storage associated with the workspace
def_blob_store = Datastore(ws, "workspaceblobstore")
# Get file storage associated with the workspace
def_file_store = Datastore(ws, "workspacefilestore")

def_blob_store.upload_files(
    ["iris.csv"],
    target_path="train-dataset",
    overwrite=True)

from azureml.core import Dataset

iris_tabular_dataset = Dataset.Tabular.from_delimited_files([(def_blob_store, 'train-dataset/iris.csv')])
my_dataset = Dataset.File.from_files([(def_blob_store, 'train-dataset/iris.csv')])

from azureml.pipeline.core import PipelineData

output_data1 = PipelineData(
    "output_data1",
    datastore=def_blob_store,
    output_name="output_data1")

from azureml.core.compute import ComputeTarget, AmlCompute

compute_name = "aml-compute"
vm_size = "STANDARD_NC6"
for attempt in range(2):
    if compute_name in ws.compute_targets:
        compute_target = ws.compute_targets[compute_name]
        if compute_target and type(compute_target) is AmlCompute:
            print('Found compute target: ' + compute_name)
    else:
        print('Creating a new compute target...')
        provisioning_config = AmlCompute.provisioning_configuration(vm_size=vm_size,  # STANDARD_NC6 is GPU-enabled
                                                                    min_nodes=0,
                                                                    max_nodes=4)
        # create the compute target
        compute_target = ComputeTarget.create(
            ws, compute_name, provisioning_config)

        # Can poll for a minimum number of nodes and for a specific timeout.
        # If no min node count is provided it will use the scale settings for the cluster
        compute_target.wait_for_completion(
            show_output=True, min_node_count=None, timeout_in_minutes=20)

        # For a more detailed view of current cluster status, use the 'status' property
        print(compute_target.status.serialize())

from azureml.pipeline.steps import PythonScriptStep

project_folder = "project"
ds_input = my_dataset.as_named_input('input1')

trainStep = PythonScriptStep(
    script_name="train.py",
    arguments=["--input", ds_input.as_download(), "--output", output_data1],
    inputs=[ds_input],
    outputs=[output_data1],
    compute_target=compute_target,
    source_directory=project_folder,
    allow_reuse=True
)

output_data2 = PipelineData("output_data2", datastore=def_file_store)
extractStep = PythonScriptStep(
    script_name="extract.py",
    arguments=["--input", output_data1.as_download(), "--output", output_data2],
    inputs=[output_data1.as_download()],
    outputs=[output_data2],
    compute_target=compute_target,
    source_directory=project_folder
)

from azureml.pipeline.core.graph import PipelineParameter

pipeline_param = PipelineParameter(
  name="pipeline_arg",
  default_value=10)

comp_data1, comp_data2, out_data3 = output_data1, output_data2, PipelineData("out_data3")
compareStep = PythonScriptStep(
  script_name="compare.py",
  arguments=["--comp_data1", comp_data1, "--comp_data2", comp_data2, "--output_data", out_data3, "--param1", pipeline_param],
  inputs=[ comp_data1, comp_data2],
  outputs=[out_data3],
  compute_target=compute_target,
  source_directory=project_folder)

# list of steps to run
compareModels = [trainStep, extractStep, compareStep]

from azureml.pipeline.core import Pipeline

# Build the pipeline
pipeline1 = Pipeline(workspace=ws, steps=[compareModels])

dataset_consuming_step = PythonScriptStep(
    script_name="iris_train.py",
    inputs=[iris_tabular_dataset.as_named_input("iris_data")],
    compute_target=compute_target,
    source_directory=project_folder
)
aml_compute, source_directory = compute_target, project_folder
step = PythonScriptStep(name="Hello World",
                        script_name="hello_world.py",
                        compute_target=aml_compute,
                        source_directory=source_directory,
                        allow_reuse=False,
                        hash_paths=['hello_world.ipynb'])

from azureml.core import Experiment

assert pipeline1.validate() == []
# Submit the pipeline to be run
pipeline_run1 = Experiment(ws, 'Compare_Models_Exp').submit(pipeline1)
assert len(list(pipeline_run1.get_steps())) == 3
pipeline_run1.wait_for_completion()

exp = Experiment(ws, 'Others')
pipeline2 = Pipeline(workspace=ws, steps=[dataset_consuming_step, step])
exp.submit(pipeline2).wait_for_completion()
pipeline_run = exp.submit(pipeline2, regenerate_outputs=True)
pipeline_run.wait_for_completion()
assert not any(one.is_reused for one in pipeline_run.get_steps())
reused = exp.submit(pipeline2)
reused.wait_for_completion()
print("REUSED", [one.name for one in reused.get_steps() if one.is_reused])
print("LAST", pipeline_run1.find_step_run("compare.py")[0].get_output_data("out_data3").download("."))
"""

SCRIPTS = {
    "train.py": "import sys, pathlib\n"
    "given = pathlib.Path(sys.argv[2])\n"
    "file = given if given.is_file() else next(p for p in given.rglob('*') if p.is_file())\n"
    "pathlib.Path(sys.argv[4]).write_text(str(len(file.read_text().splitlines())))\n",
    "extract.py": "import sys, pathlib\n"
    "lines = pathlib.Path(sys.argv[2]).read_text()\n"
    "pathlib.Path(sys.argv[4]).write_text(lines + ' lines')\n",
    "compare.py": "import os, sys, pathlib\n"
    "one, two = (pathlib.Path(sys.argv[place]).read_text() for place in (2, 4))\n"
    "result = [one, two, sys.argv[8], os.environ['AML_PARAMETER_pipeline_arg']]\n"
    "pathlib.Path(sys.argv[6]).write_text(' | '.join(result))\n",
    "iris_train.py": "from azureml.core import Run, Dataset\n\n"
    "run_context = Run.get_context()\n"
    "iris_dataset = run_context.input_datasets['iris_data']\n"
    "dataframe = iris_dataset.to_pandas_dataframe()\n"
    "print('SHAPE', dataframe.shape)\n"
    "ws = Run.get_context().experiment.workspace\n"
    "print('WORKSPACE', ws.name, ws.get_default_datastore().name)\n",
    "hello_world.py": "print('Hello World')\n",
    "hello_world.ipynb": "{}\n",
}


@pytest.mark.needs("packages")
def test_the_documents_samples(full_studio: Any, run_program: Any, tmp_path: Path):
    (tmp_path / "project").mkdir()
    for name, text in SCRIPTS.items():
        (tmp_path / "project" / name).write_text(text)
    shutil.copy(EXAMPLE / "iris.csv", tmp_path)
    program = tmp_path / "samples.py"
    program.write_text(PROGRAM)

    done = run_program(program)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "Found compute target: aml-compute" in done.stdout
    assert "SHAPE (150, 5)" in done.stdout
    assert "WORKSPACE forebay workspaceblobstore" in done.stdout
    assert "REUSED ['iris_train.py']" in done.stdout
    assert "LAST 1" in done.stdout
    (written,) = tmp_path.glob("azureml/*/out_data3")
    assert written.read_text() == "151 | 151 lines | 10 | 10"


PUBLISHING = """
import requests
from azureml.core.authentication import AzureCliAuthentication
from azureml.exceptions import UserErrorException

aad_token = AzureCliAuthentication().get_authentication_header()

from azureml.pipeline.core.graph import PipelineParameter

pipeline_param = PipelineParameter(
  name="pipeline_arg",
  default_value=10)

compareStep = PythonScriptStep(
  script_name="compare.py",
  arguments=["--param1", pipeline_param],
  compute_target=target,
  source_directory="compare")
pipeline_run1 = Experiment(ws, 'Compare_Models_Exp').submit(Pipeline(workspace=ws, steps=[compareStep]))

published_pipeline1 = pipeline_run1.publish_pipeline(
     name="My_Published_Pipeline",
     description="My Published Pipeline Description",
     version="1.0")

from azureml.pipeline.core import PublishedPipeline

response = requests.post(published_pipeline1.endpoint,
                         headers=aad_token,
                         json={"ExperimentName": "My_Pipeline",
                               "ParameterAssignments": {"pipeline_arg": 20}})
print("REST", response.status_code, response.json()["Id"])

from azureml.pipeline.core import PipelineEndpoint

try:
    published_pipeline = PublishedPipeline.get(workspace="ws", name="My_Published_Pipeline")
except UserErrorException as error:
    print("SAID", error)
published_pipeline = PublishedPipeline.get(workspace=ws, name="My_Published_Pipeline")
pipeline_endpoint = PipelineEndpoint.publish(workspace=ws, name="PipelineEndpointTest",
                                            pipeline=published_pipeline, description="Test description Notebook")

pipeline_endpoint_by_name = PipelineEndpoint.get(workspace=ws, name="PipelineEndpointTest")
run_id = pipeline_endpoint_by_name.submit("PipelineEndpointExperiment")
print(run_id)

run_id = pipeline_endpoint_by_name.submit("PipelineEndpointExperiment", pipeline_version="0")
print(run_id)

def call():
    rest_endpoint = pipeline_endpoint_by_name.endpoint
    return requests.post(rest_endpoint,
                         headers=aad_token,
                         json={"ExperimentName": "PipelineEndpointExperiment",
                               "RunSource": "API",
                               "ParameterAssignments": {"1": "united", "2":"city"}})

response = call()
print("UNKNOWN", response.status_code, response.json()["error"]["details"])
# A pipeline that has no parameters at all takes the call and says what was of no use.
plain = PythonScriptStep(script_name="compare.py", compute_target=target, source_directory="compare")
pipeline_endpoint_by_name.add_default(Pipeline(workspace=ws, steps=[plain]))
response = call()
print("IGNORED", response.status_code, response.json()["Warnings"])

# Get the pipeline by using its ID from Azure Machine Learning studio
p = PublishedPipeline.get(ws, id=published_pipeline1.id)
p.disable()
print("LISTED", p.id in [one.id for one in PublishedPipeline.list(ws)])
response = requests.post(p.endpoint, headers=aad_token, json={"ExperimentName": "My_Pipeline"})
print("DISABLED", response.status_code, response.json()["error"]["message"])
try:
    p.submit(ws, "My_Pipeline")
except UserErrorException as error:
    print("REFUSED", error)
p.enable()
print("ENABLED", p.status, p.submit(ws, "My_Pipeline"))
"""


def test_the_documents_samples_of_publishing(studio: Any, tmp_path: Path):
    pipelines.write_scripts(tmp_path, compare="import sys\nprint('compare', sys.argv[1:])\n")
    said = pipelines.run_program(studio, tmp_path, PUBLISHING).stdout
    (by_rest, *others) = reversed(studio.get("/runs?experiment=My_Pipeline")["items"])
    assert f"REST 200 {by_rest['id']}" in said
    assert by_rest["parameters"] == {"pipeline_arg": 20}
    assert "SAID workspace='ws' is no Workspace: PublishedPipeline.get needs an object" in said
    runs = studio.get("/runs?experiment=PipelineEndpointExperiment")["items"]
    for run in runs[1:]:
        assert f"PipelineRun(Experiment: PipelineEndpointExperiment, Id: {run['id']})" in said
    assert "UNKNOWN 422" in said
    assert "'1'" in said.partition("UNKNOWN 422")[2].partition("\n")[0]
    assert "IGNORED 200 [\"The pipeline has no parameters: '1', '2' changed nothing.\"]" in said
    assert "LISTED False" in said
    assert "DISABLED 409 The published pipeline 'My_Published_Pipeline' is disabled" in said
    assert "REFUSED The published pipeline 'My_Published_Pipeline' is disabled" in said
    (enabled,) = others
    assert f"ENABLED Active PipelineRun(Experiment: My_Pipeline, Id: {enabled['id']})" in said
    assert studio.wait_for_run(enabled["id"])["status"] == "Completed"
