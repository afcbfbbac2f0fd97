"""A step that only says that it ran."""

print("train.py ran")
