"""Adds up the kilos of each fruit."""

import argparse
import csv
import json
import os

parser = argparse.ArgumentParser()
parser.add_argument("--input")
parser.add_argument("--output")
options = parser.parse_args()

totals = {}
with open(options.input, newline="") as table:
    for row in csv.DictReader(table):
        totals[row["fruit"]] = totals.get(row["fruit"], 0) + int(row["kilos"])
with open(os.path.join(options.output, "totals.json"), "w") as file:
    json.dump(totals, file)
print(f"{len(totals)} kinds of fruit")
