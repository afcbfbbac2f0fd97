"""Extras of v1: names that programs import."""
