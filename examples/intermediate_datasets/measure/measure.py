"""One file of measurements per city and day, and a note beside them."""

import argparse
import os

parser = argparse.ArgumentParser()
parser.add_argument("--measured")
args = parser.parse_args()

TEMPERATURES = {"oslo": {"2026/01/01": [-4, -2], "2026/01/02": [-1]}, "rome": {"2026/01/01": [11]}}

for city, days in TEMPERATURES.items():
    for day, degrees in days.items():
        folder = os.path.join(args.measured, city, day)
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "data.csv"), "w") as file:
            file.write("hour,degrees,note\n")
            for hour, value in enumerate(degrees):
                file.write(f"{hour},{value},ok\n")
with open(os.path.join(args.measured, "readme.txt"), "w") as file:
    file.write("measured by hand\n")
