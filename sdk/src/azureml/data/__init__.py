"""Datasets and how steps get and write data."""

from __future__ import annotations

from azureml._forebay.unsupported import later
from azureml.data.dataset_factory import DataType
from azureml.data.file_dataset import FileDataset
from azureml.data.output_dataset_config import (
    HDFSOutputDatasetConfig,
    LinkFileOutputDatasetConfig,
    LinkTabularOutputDatasetConfig,
    OutputFileDatasetConfig,
)
from azureml.data.tabular_dataset import TabularDataset

DatacacheStore = later("DatacacheStore", "Data on this server is local already.", __name__)

__all__ = [
    "DataType",
    "DatacacheStore",
    "FileDataset",
    "HDFSOutputDatasetConfig",
    "LinkFileOutputDatasetConfig",
    "LinkTabularOutputDatasetConfig",
    "OutputFileDatasetConfig",
    "TabularDataset",
]
