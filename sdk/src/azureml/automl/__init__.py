"""Parts of AutoML: names of v1 that programs import."""
