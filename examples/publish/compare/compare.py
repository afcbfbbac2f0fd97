"""Keep the names that are at least as long as the pipeline's parameter says."""

import argparse
import os

parser = argparse.ArgumentParser()
parser.add_argument("--input_compare", required=True)
parser.add_argument("--output_compare", required=True)
parser.add_argument("--pipeline_arg", type=int, required=True)
options = parser.parse_args()

with open(os.path.join(options.input_compare, "names.txt")) as names:
    long_names = [name.strip() for name in names if len(name.strip()) >= options.pipeline_arg]
os.makedirs(options.output_compare, exist_ok=True)
with open(os.path.join(options.output_compare, "compare.txt"), "w") as result:
    result.write("\n".join(long_names))
print(f"Names of at least {options.pipeline_arg} letters: {', '.join(long_names) or 'none'}")
