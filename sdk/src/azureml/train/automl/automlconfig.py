"""The settings of AutoML, from the other place where programs import them."""

from azureml.train.automl import AutoMLConfig  # type: ignore[attr-defined]

__all__ = ["AutoMLConfig"]
