"""One address for the versions of a pipeline: add one, move the default, roll back.

    python pipeline.py        # needs the package requests

This is an Azure ML SDK v1 program: nothing in it knows that it runs on Forebay.
"""

import uuid
from pathlib import Path

import requests
from azureml.core import Experiment, Workspace
from azureml.core.authentication import InteractiveLoginAuthentication
from azureml.core.compute import AmlCompute, ComputeTarget
from azureml.core.compute_target import ComputeTargetException
from azureml.pipeline.core import Pipeline, PipelineEndpoint, PipelineParameter
from azureml.pipeline.core._restclients.aeva.models.error_response import ErrorResponseException
from azureml.pipeline.steps import PythonScriptStep

HERE = Path(__file__).resolve().parent

ws = Workspace.from_config(path=str(HERE))
compute_name = "cpu-cluster"
try:
    compute_target = AmlCompute(ws, compute_name)
except ComputeTargetException:
    size = AmlCompute.provisioning_configuration(vm_size="STANDARD_D2_V2", max_nodes=4)
    compute_target = ComputeTarget.create(ws, compute_name, size)
    compute_target.wait_for_completion(show_output=True)


def make_pipeline(rate):
    """A pipeline of one step whose parameter has this default."""
    step = PythonScriptStep(
        name="train",
        script_name="train.py",
        arguments=[PipelineParameter(name="rate", default_value=rate)],
        compute_target=compute_target,
        source_directory=str(HERE / "train"),
    )
    return Pipeline(workspace=ws, steps=[step])


name = f"Training {uuid.uuid4().hex[:8]}"
try:
    endpoint = PipelineEndpoint.get(workspace=ws, name=name)
    endpoint.add_default(make_pipeline(0.1))
except ErrorResponseException:
    endpoint = PipelineEndpoint.publish(
        workspace=ws, name=name, pipeline=make_pipeline(0.1), description="Trains"
    )
print("Default version:", endpoint.get_default_version())

# A second version stands beside the first until it is made the default.
endpoint.add(make_pipeline(0.2).publish(name=name, description="Faster"))
print("Versions:", [one.version for one in endpoint.list_versions()])
print("Default version:", endpoint.get_default_version())
endpoint.set_default_version("1")
print("Default version:", endpoint.get_default_version())
print("Its pipeline:", endpoint.get_pipeline().description)


def rate_of(run):
    """What the step of a run printed."""
    run.wait_for_completion(show_output=False)
    return run.find_step_run("train")[0].get_stdout_log().strip()


print("Default:", rate_of(endpoint.submit("endpoint_example")))
print("Version 0:", rate_of(endpoint.submit("endpoint_example", pipeline_version="0")))
chosen = Experiment(ws, "endpoint_example").submit(
    endpoint, tags={"asked_by": "example"}, pipeline_parameters={"rate": 0.5}, pipeline_version="1"
)
print("Chosen:", rate_of(chosen))

# By name, as other systems call it; the address by id ends in the id, and takes "/0".
by_name = endpoint.endpoint.split("Id", 1)[0] + "Name"
response = requests.post(
    by_name,
    params={"name": endpoint.name, "pipelineVersion": "0"},
    headers=InteractiveLoginAuthentication().get_authentication_header(),
    json={"ExperimentName": "endpoint_example_by_rest"},
    timeout=60,
)
response.raise_for_status()
print("Submitted pipeline run:", response.json()["Id"])

# Rolling back is moving the default.
endpoint.set_default(endpoint.get_pipeline("0"))
print("Default version:", endpoint.get_default_version())
endpoint.set_name(name=f"{name} (old)")
endpoint.archive()
print("Archived:", endpoint.name not in [one.name for one in PipelineEndpoint.list(ws)])
