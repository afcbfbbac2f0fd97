"""Hierarchical time series: names of v1 that programs import."""
