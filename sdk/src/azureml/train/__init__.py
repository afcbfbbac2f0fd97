"""Training of single models: names of v1 that programs import."""
