"""Pipelines: steps joined by data, submitted as one run."""
