"""What the columns of a tabular dataset were when somebody looked."""

from __future__ import annotations

from django.db import models

from data.models.datasets import DatasetVersion


class TableColumns(models.Model):
    """Columns of a dataset while its files are those of `identity`. A cache: may be dropped.

    `columns` are {"name", "type"} as `ColumnType` has types; None: the files can't be read.
    `whole`: every row was looked at, else the first ones.
    """

    version = models.OneToOneField(
        DatasetVersion, on_delete=models.CASCADE, related_name="table_columns"
    )
    identity = models.CharField(max_length=64)
    columns = models.JSONField(null=True)
    whole = models.BooleanField(default=False)
    read_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"columns of {self.version_id}"
