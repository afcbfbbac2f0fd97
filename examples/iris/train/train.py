"""Train a logistic regression on the iris table; keep it with the rows it was tested on."""

import argparse
from pathlib import Path

import joblib
from azureml.core import Run
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

parser = argparse.ArgumentParser()
parser.add_argument("--output", required=True)
options = parser.parse_args()

run = Run.get_context()
iris = run.input_datasets["iris_data"].to_pandas_dataframe()
print(f"{len(iris)} rows, columns: {', '.join(iris.columns)}")

train, test = train_test_split(iris, test_size=0.4, random_state=4, stratify=iris["species"])
measures = [column for column in iris.columns if column != "species"]
model = LogisticRegression(C=0.1, max_iter=500).fit(train[measures], train["species"])

for name, rows in (("train_accuracy", train), ("test_accuracy", test)):
    accuracy = model.score(rows[measures], rows["species"])
    run.log(name, accuracy)
    print(f"{name}: {accuracy:.3f}")

folder = Path(options.output)
folder.mkdir(parents=True, exist_ok=True)
joblib.dump(model, folder / "model.joblib")
train.to_csv(folder / "train.csv", index=False)
test.to_csv(folder / "test.csv", index=False)
