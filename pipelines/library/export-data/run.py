"""Export Data: a table becomes a file on a datastore."""

from __future__ import annotations

from pathlib import Path

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
    if kind == "parquet":
        frame.to_parquet(file, index=False)
    elif kind == "jsonl":
        frame.to_json(file, orient="records", lines=True, force_ascii=False, date_format="iso")
    else:
        frame.to_csv(file, index=False, sep="\t" if kind == "tsv" else ",")
    print(f"{file.name}: {len(frame):,} rows")
    return {}


if __name__ == "__main__":
    main(run)
