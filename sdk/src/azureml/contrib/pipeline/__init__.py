"""Extras of pipelines: names of v1 that programs import."""
