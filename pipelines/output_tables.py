"""Outputs that hold rows: which of their files, and how those are read."""

from __future__ import annotations

from django.conf import settings

from data.domain.definition import TABULAR_DEFAULTS
from data.engine.table import TableStream, open_table
from data.selectors import local_path
from pipelines.models import Output
from pipelines.selectors import output_files
from workspaces.domain.errors import InvalidInput

SEPARATORS = {".csv": ",", ".tsv": "\t"}


def open_output(output: Output, limit: int | None) -> TableStream:
    """The rows of an output: its Parquet files, else its CSV or TSV files, columns by name.

    Raises InvalidInput when it has neither, NotFound when its files are gone.
    """
    shown = [
        file
        for file in output_files(output)
        if not file.relative.rpartition("/")[2].startswith(("_", "."))
    ]
    for suffix in (".parquet", *SEPARATORS):
        files = [f for f in shown if (f.relative or output.path).lower().endswith(suffix)]
        if files:
            break
    else:
        raise InvalidInput(
            f"Output {output.name!r} has no table: no file of it is Parquet, CSV or TSV.",
            code="not_tabular",
        )
    form = {"separator": SEPARATORS[suffix]} if suffix in SEPARATORS else {"format": suffix[1:]}
    return open_table(
        files=[
            {
                "local": str(local_path(output.datastore, _place(output, file.relative))),
                "path": file.relative or output.name,
            }
            for file in files
        ],
        definition={**TABULAR_DEFAULTS, **form},
        limit=limit,
        scratch=settings.FOREBAY_DATA / "scratch",
    )


def _place(output: Output, relative: str) -> str:
    return f"{output.path}/{relative}" if relative else output.path
