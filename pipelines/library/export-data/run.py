"""Export Data: a table becomes a file on a datastore."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from forebay_modules.errors import ModuleError
from forebay_modules.run import Context, Outputs, main


def run(context: Context) -> Outputs:
    """Writes the output itself: one file in the folder that the studio publishes."""
    frame, name, kind = (
        context.table("dataset").frame,
        context.setting("name"),
        context.setting("format"),
    )
    if not name or Path(name).name != name or name.startswith("."):
        raise ModuleError(f"{name!r} is no file name.")
    folder = Path(context.paths["exported"])
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.{kind}"
    try:
        _write(frame, file, kind)
    except (OSError, ValueError, TypeError, NotImplementedError) as error:
        raise ModuleError(f"{file.name} can't be written: {error}") from error
    print(f"{file.name}: {len(frame):,} rows")
    return {}


def _write(frame: pd.DataFrame, file: Path, kind: str) -> None:
    if kind == "parquet":
        frame.to_parquet(file, index=False)
    elif kind == "jsonl":
        frame.to_json(file, orient="records", lines=True, force_ascii=False, date_format="iso")
    else:
        frame.to_csv(file, index=False, sep="\t" if kind == "tsv" else ",")


if __name__ == "__main__":
    main(run)
