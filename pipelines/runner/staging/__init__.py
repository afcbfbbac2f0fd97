"""Laying out an attempt's files and keeping its results: the work that touches file contents.

Standard library only. Small attempts are staged inside the runner, others by a child:
`python -S -m pipelines.runner.staging prepare|finalize <attempt folder> [<exit code>]`.
Every function may be run again after a crash at any point.
"""
