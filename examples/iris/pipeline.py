"""Three steps on the iris data: train a model, extract features, compare two models.

    python pipeline.py                    # submit and follow
    python pipeline.py --neighbours 7     # another value of the pipeline parameter

This is an Azure ML SDK v1 program: nothing in it knows that it runs on Forebay.
"""

import argparse
from pathlib import Path

from azureml.core import Dataset, Experiment, Workspace
from azureml.core.compute import AmlCompute, ComputeTarget
from azureml.pipeline.core import Pipeline, PipelineData
from azureml.pipeline.core.graph import PipelineParameter
from azureml.pipeline.steps import PythonScriptStep

HERE = Path(__file__).resolve().parent

parser = argparse.ArgumentParser()
parser.add_argument("--neighbours", type=int, default=5)
parser.add_argument("--experiment", default="iris")
options = parser.parse_args()

# The workspace is named by config.json, here or in a folder above.
ws = Workspace.from_config(path=str(HERE))

# Data: a file on the default datastore, and a dataset that reads it as a table.
datastore = ws.get_default_datastore()
datastore.upload_files([str(HERE / "iris.csv")], target_path="train-dataset", overwrite=True)
iris = Dataset.Tabular.from_delimited_files([(datastore, "train-dataset/iris.csv")])

# A compute target; it is made at the first run and found at the next.
compute_name = "aml-compute"
if compute_name in ws.compute_targets:
    compute_target = ws.compute_targets[compute_name]
else:
    provisioning = AmlCompute.provisioning_configuration(
        vm_size="STANDARD_D2_V2", min_nodes=0, max_nodes=2
    )
    compute_target = ComputeTarget.create(ws, compute_name, provisioning)
    compute_target.wait_for_completion(show_output=True)

# Intermediate data joins the steps and so orders them.
trained = PipelineData("trained", datastore=datastore, is_directory=True)
features = PipelineData("features", datastore=datastore, is_directory=True)
comparison = PipelineData("comparison", datastore=datastore)

neighbours = PipelineParameter(name="neighbours", default_value=5)

train_step = PythonScriptStep(
    script_name="train.py",
    arguments=["--output", trained],
    inputs=[iris.as_named_input("iris_data")],
    outputs=[trained],
    compute_target=compute_target,
    source_directory=str(HERE / "train"),
    allow_reuse=True,
)
extract_step = PythonScriptStep(
    script_name="extract.py",
    arguments=["--trained", trained, "--output", features],
    inputs=[trained],
    outputs=[features],
    compute_target=compute_target,
    source_directory=str(HERE / "extract"),
    allow_reuse=True,
)
compare_step = PythonScriptStep(
    script_name="compare.py",
    arguments=[
        "--trained",
        trained,
        "--features",
        features,
        "--neighbours",
        neighbours,
        "--output",
        comparison,
    ],
    inputs=[trained, features],
    outputs=[comparison],
    compute_target=compute_target,
    source_directory=str(HERE / "compare"),
    allow_reuse=True,
)

# The last step is enough: the others are found through the data it needs.
pipeline = Pipeline(workspace=ws, steps=[compare_step], description="Two models on iris")

run = Experiment(ws, options.experiment).submit(
    pipeline, pipeline_parameters={"neighbours": options.neighbours}
)
run.wait_for_completion(show_output=True)

compared = run.find_step_run("compare.py")[0]
print("Metrics of compare.py:", compared.get_metrics())
