"""Puts the fruits in order, the heaviest first."""

import argparse
import json
import os

parser = argparse.ArgumentParser()
parser.add_argument("--input")
parser.add_argument("--output")
options = parser.parse_args()

with open(os.path.join(options.input, "totals.json")) as file:
    totals = json.load(file)
with open(os.path.join(options.output, "order.txt"), "w") as file:
    file.writelines(f"{name}\n" for name in sorted(totals, key=totals.get, reverse=True))
