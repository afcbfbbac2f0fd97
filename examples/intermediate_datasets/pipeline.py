"""Steps that hand each other datasets: a table out of many files, a report, a model.

`measure` writes one file per city and day; `summarize` reads them as one data frame, whose columns
`city` and `day` come from the paths. The report is registered as a dataset.
"""

from azureml.core import Dataset, Experiment, Workspace
from azureml.core.compute import AmlCompute, ComputeTarget
from azureml.data import OutputFileDatasetConfig
from azureml.pipeline.core import Pipeline, PipelineData
from azureml.pipeline.steps import PythonScriptStep

ws = Workspace.from_config()
store = ws.get_default_datastore()
name = "cpu-cluster"
if name in ws.compute_targets:
    target = ws.compute_targets[name]
else:
    target = ComputeTarget.create(ws, name, AmlCompute.provisioning_configuration("STANDARD_D2_V2"))

# What a step writes, as a dataset of later steps.
measured = PipelineData("measured", datastore=store, is_directory=True).as_dataset()
measured = measured.register("measurements", create_new_version=True)
table = measured.parse_delimited_files(
    partition_format="/{city}/{day:yyyy/MM/dd}/data.csv", file_extension="csv"
).drop_columns("note")

# A model that the script writes to a place of its choice; it is stored when the script has ended.
model = PipelineData(
    "model", datastore=store, output_mode="upload", output_path_on_compute="model/latest"
)

# The script writes to report/ in its working folder; its content becomes the output.
report = OutputFileDatasetConfig(
    "report", (store, "reports/{run-id}"), source="report"
).register_on_complete("weather-report")

measure = PythonScriptStep(
    "measure.py",
    arguments=["--measured", measured],
    outputs=[measured],
    compute_target=target,
    source_directory="measure",
)
summarize = PythonScriptStep(
    "summarize.py",
    arguments=["--files", measured.as_download("/data/measured"), "--model", model],
    inputs=[table.as_named_input("weather"), measured.as_download("/data/measured")],
    outputs=[model, report],
    compute_target=target,
    source_directory="summarize",
)

pipeline = Pipeline(ws, [summarize])
run = Experiment(ws, "intermediate_datasets").submit(pipeline)
run.wait_for_completion(show_output=True)

for registered in ("measurements", "weather-report"):
    dataset = Dataset.get_by_name(ws, registered)
    print(registered, "version", dataset.version, dataset.to_path())
