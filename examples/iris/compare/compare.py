"""Compare the trained model with nearest neighbours on the extracted features."""

import argparse
import json
from pathlib import Path

import joblib
import matplotlib
import pandas as pd
from azureml.core import Run
from sklearn.neighbors import KNeighborsClassifier

matplotlib.use("Agg")
from matplotlib import pyplot as plt

parser = argparse.ArgumentParser()
parser.add_argument("--trained", required=True)
parser.add_argument("--features", required=True)
parser.add_argument("--neighbours", type=int, required=True)
parser.add_argument("--output", required=True)
options = parser.parse_args()

run = Run.get_context()
model = joblib.load(Path(options.trained) / "model.joblib")
test = pd.read_csv(Path(options.trained) / "test.csv")
features = pd.read_csv(Path(options.features) / "features.csv")
seen, unseen = (features[features["part"] == part] for part in ("train", "test"))

neighbours = KNeighborsClassifier(n_neighbors=options.neighbours)
neighbours.fit(seen[["first", "second"]], seen["species"])

accuracies = {
    "logistic regression": model.score(test.drop(columns="species"), test["species"]),
    f"{options.neighbours} neighbours": neighbours.score(
        unseen[["first", "second"]], unseen["species"]
    ),
}
for name, accuracy in accuracies.items():
    run.log_row("accuracy", model=name, value=accuracy)
    print(f"{name}: {accuracy:.3f} of the test rows are right")
best = max(accuracies, key=accuracies.get)
run.log("best_accuracy", accuracies[best])
run.parent.log("best_accuracy", accuracies[best])
run.tag("best", best)

figure, axes = plt.subplots(figsize=(6, 4))
for species, rows in unseen.groupby("species"):
    axes.scatter(rows["first"], rows["second"], label=species)
axes.set(title="Test rows in the extracted features", xlabel="first", ylabel="second")
axes.legend()
run.log_image("features", plot=figure)

# The output is a single file at exactly the path this step was given.
result = {"neighbours": options.neighbours, "accuracies": accuracies, "best": best}
Path(options.output).write_text(json.dumps(result, indent=1) + "\n")
