"""Import Data: a path on a datastore becomes a table."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from forebay_modules.errors import ModuleError
from forebay_modules.run import Context, Outputs, main
from forebay_modules.tables import Table, read_table, read_text

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
TEXT_FILES = (".csv", ".tsv", ".txt")


def run(context: Context) -> Outputs:
    """`results`: all rows of the file, or of all files of the folder."""
    place = Path(context.setting("source"))
    separator = DELIMITERS.get(context.setting("delimiter"))
    if separator is None and context.setting("header"):
        return {"results": read_table(place)}
    files = [place] if place.is_file() else sorted(p for p in place.rglob("*") if p.is_file())
    texts = [file for file in files if file.suffix.lower() in TEXT_FILES]
    if not texts:
        raise ModuleError("There is no CSV, TSV or text file at this path.")
    frames = [_read(file, separator, context.setting("header")) for file in texts]
    return {"results": Table(pd.concat(frames, ignore_index=True))}


def _read(file: Path, separator: str | None, header: bool) -> pd.DataFrame:
    try:
        return read_text(file, separator, header=header)
    except (ModuleError, ValueError) as error:
        raise ModuleError(f"{file.name} can't be read as a table: {error}") from error


if __name__ == "__main__":
    main(run)
