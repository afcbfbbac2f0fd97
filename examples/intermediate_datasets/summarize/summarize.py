"""Read the measurements as a data frame and as files; write a report and a model."""

import argparse
import json
import os

from azureml.core import Run

parser = argparse.ArgumentParser()
parser.add_argument("--files")
parser.add_argument("--model")
args = parser.parse_args()

run = Run.get_context()
weather = run.input_datasets["weather"].to_pandas_dataframe()
print(weather.to_string())
print("columns", list(weather.columns), "types", [str(kind) for kind in weather.dtypes])
mean = weather.groupby("city")["degrees"].mean()
run.log("warmest", str(mean.idxmax()))

print("files at", os.path.relpath(args.files), sorted(os.listdir(args.files)))
print("the same", os.path.samefile(args.files, "data/measured"))

os.makedirs("report", exist_ok=True)
with open("report/means.csv", "w") as file:
    mean.to_csv(file)

print("model at", os.path.relpath(args.model))
with open(args.model, "w") as file:
    json.dump(mean.to_dict(), file)
