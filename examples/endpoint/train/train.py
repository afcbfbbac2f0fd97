"""A step that says with which rate it was started."""

import sys

print(f"rate {sys.argv[1]}")
