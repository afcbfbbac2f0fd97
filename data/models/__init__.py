"""Rows of the data floor: where files are, and named, versioned views of them."""

from data.models.columns import TableColumns
from data.models.datasets import Dataset, DatasetVersion
from data.models.datastores import ContentHash, Datastore

__all__ = ["ContentHash", "Dataset", "DatasetVersion", "Datastore", "TableColumns"]
