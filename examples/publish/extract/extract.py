"""Write the names of the fruit, sorted, one a line."""

import argparse
import csv
import os

parser = argparse.ArgumentParser()
parser.add_argument("--input_data", required=True)
parser.add_argument("--output_extract", required=True)
options = parser.parse_args()

with open(options.input_data, newline="") as table:
    names = sorted({row["fruit"] for row in csv.DictReader(table)})
os.makedirs(options.output_extract, exist_ok=True)
with open(os.path.join(options.output_extract, "names.txt"), "w") as result:
    result.write("\n".join(names) + "\n")
print(f"{len(names)} names")
