"""Reduce the four measures to two discriminant features, learnt on the training rows only."""

import argparse
from pathlib import Path

import pandas as pd
from azureml.core import Run
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

parser = argparse.ArgumentParser()
parser.add_argument("--trained", required=True)
parser.add_argument("--output", required=True)
options = parser.parse_args()

run = Run.get_context()
rows = {name: pd.read_csv(Path(options.trained) / f"{name}.csv") for name in ("train", "test")}
measures = [column for column in rows["train"].columns if column != "species"]

analysis = LinearDiscriminantAnalysis(n_components=2)
analysis.fit(rows["train"][measures], rows["train"]["species"])

parts = []
for name, part in rows.items():
    found = pd.DataFrame(analysis.transform(part[measures]), columns=["first", "second"])
    parts.append(found.assign(species=part["species"], part=name))
features = pd.concat(parts, ignore_index=True)

shares = analysis.explained_variance_ratio_
run.log_list("explained_variance", shares)
print("Share of the variance between species:", ", ".join(f"{share:.3f}" for share in shares))

folder = Path(options.output)
folder.mkdir(parents=True, exist_ok=True)
features.to_csv(folder / "features.csv", index=False)
print(f"Wrote {len(features)} rows with 2 features each")
