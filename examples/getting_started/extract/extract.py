"""A step that only says that it ran."""

print("extract.py ran")
