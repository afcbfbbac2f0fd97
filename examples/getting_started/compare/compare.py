"""A step that only says that it ran."""

print("compare.py ran")
