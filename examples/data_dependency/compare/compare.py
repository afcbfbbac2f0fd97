"""Looks whether every fruit of the table is among the sorted ones."""

import argparse
import csv
import os

parser = argparse.ArgumentParser()
parser.add_argument("--table")
parser.add_argument("--sorted")
parser.add_argument("--output")
options = parser.parse_args()

with open(options.table, newline="") as table:
    wanted = {row["fruit"] for row in csv.DictReader(table)}
with open(os.path.join(options.sorted, "order.txt")) as file:
    found = file.read().split()
missing = wanted - set(found)
with open(os.path.join(options.output, "result.txt"), "w") as file:
    file.write(f"heaviest: {found[0]}\nmissing: {len(missing)}\n")
print(f"heaviest: {found[0]}")
