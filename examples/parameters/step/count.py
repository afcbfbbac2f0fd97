"""Reads what its parameters chose: a folder of files, a file, two values."""

import argparse
import os

from azureml.core import Run

parser = argparse.ArgumentParser()
parser.add_argument("--folder", help="a data path")
parser.add_argument("--table", help="a file dataset of one file")
parser.add_argument("--word", help="a text")
parser.add_argument("--least", type=int, help="a number")
args = parser.parse_args()

run = Run.get_context()
with open(run.input_datasets["table"]) as table:
    rows = len(table.readlines()) - 1
names = sorted(os.listdir(args.folder))
print(f"{args.word}: {rows} rows, files {names}, at least {args.least}")
assert args.table == run.input_datasets["table"]
given = {"folder": args.folder, "word": args.word, "limit": str(args.least)}
for name, value in given.items():  # parameters are variables, too
    assert os.environ[f"AML_PARAMETER_{name}"] == value
run.log("rows", rows)
run.parent.log("rows", rows)
