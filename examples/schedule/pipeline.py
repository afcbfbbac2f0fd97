"""Runs by the clock, and runs when data changes.

    python pipeline.py

This is an Azure ML SDK v1 program: nothing in it knows that it runs on Forebay.
"""

import tempfile
import time
from pathlib import Path

from azureml.core import Datastore, Workspace
from azureml.core.compute import AmlCompute, ComputeTarget
from azureml.core.compute_target import ComputeTargetException
from azureml.data.datapath import DataPath, DataPathComputeBinding
from azureml.pipeline.core import Pipeline, PipelineEndpoint, PipelineParameter, TimeZone
from azureml.pipeline.core.schedule import Schedule, ScheduleRecurrence
from azureml.pipeline.steps import PythonScriptStep

ws = Workspace.from_config(path=str(Path(__file__).resolve().parent))
datastore = Datastore(ws, "workspaceblobstore")
compute_name = "cpu-cluster"
try:
    compute_target = AmlCompute(ws, compute_name)
except ComputeTargetException:
    size = AmlCompute.provisioning_configuration(vm_size="STANDARD_D2_V2", max_nodes=4)
    compute_target = ComputeTarget.create(ws, compute_name, size)
    compute_target.wait_for_completion(show_output=True)

with tempfile.TemporaryDirectory() as folder:
    (Path(folder) / "look.py").write_text("import sys\nprint('looking at', sys.argv[1])\n")
    first = Path(folder) / "first.txt"
    first.write_text("there before the schedule\n")
    datastore.upload_files([str(first)], target_path="schedule_example", overwrite=True)

    data = (
        PipelineParameter(name="data", default_value=DataPath(datastore, "schedule_example")),
        DataPathComputeBinding(mode="mount"),
    )
    step = PythonScriptStep(
        name="look",
        script_name="look.py",
        arguments=[data],
        inputs=[data],
        compute_target=compute_target,
        source_directory=folder,
    )
    pipeline = Pipeline(workspace=ws, steps=[step])
    published = pipeline.publish(name="Scheduled", description="Looks at a folder")
    name = f"Scheduled since {int(time.time())}"
    endpoint = PipelineEndpoint.publish(ws, name, "Looks at a folder", published)

# Every other day at half past ten in the evening, in Berlin.
recurrence = ScheduleRecurrence(
    frequency="Day",
    interval=2,
    hours=[22],
    minutes=[30],
    time_zone=TimeZone.WEuropeStandardTime,
)
schedule = Schedule.create(
    workspace=ws,
    name="Every other evening",
    pipeline_id=published.id,
    experiment_name="schedule_example",
    recurrence=recurrence,
    wait_for_provisioning=True,
    description="By the clock",
)
print("Created:", schedule.name, schedule.status)
print("Runs so far:", len(schedule.get_pipeline_runs()))

schedule.update(name="Every two hours", recurrence=ScheduleRecurrence("Hour", 2))
schedule = Schedule.get(ws, schedule.id)
print("Updated:", schedule.name, schedule.recurrence.frequency, schedule.recurrence.interval)
schedule.disable(wait_for_provisioning=True)
print("Disabled:", Schedule.get(ws, schedule.id).status)
schedule.enable()
print("Of the pipeline:", [one.name for one in Schedule.list(ws, pipeline_id=published.id)])
schedule.disable()

# The endpoint's default version, when something changes in the folder.
watching = Schedule.create_for_pipeline_endpoint(
    workspace=ws,
    name="When data comes",
    pipeline_endpoint_id=endpoint.id,
    experiment_name="schedule_example",
    datastore=datastore,
    path_on_datastore="schedule_example",
    polling_interval=1,
    data_path_parameter_name="data",
)
print("Watching:", watching.datastore_name, watching.path_on_datastore)
found = Schedule.get_schedules_for_pipeline_endpoint_id(ws, pipeline_endpoint_id=endpoint.id)
print("Of the endpoint:", [one.name for one in found])
watching.disable()
print("Last run:", watching.get_last_pipeline_run())
