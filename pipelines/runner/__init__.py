"""The only starter of steps: see docs/contributing/RUNNER.md."""
