"""The stager child: `python -S -m pipelines.runner.staging prepare|finalize <folder> …`."""

from __future__ import annotations

import sys
from pathlib import Path

from pipelines.runner.staging.finalize import clean_up, finalize
from pipelines.runner.staging.prepare import prepare
from pipelines.runner.staging.spec import (
    FINALIZED_FILE,
    PREPARED_FILE,
    StagingError,
    read_spec,
    write_json,
)


def main(arguments: list[str]) -> int:
    """0 when the result file was written, whatever it says."""
    stage, folder = arguments[0], Path(arguments[1])
    if stage == "prepare":
        answer: dict[str, object] = {"version": 1, "error": None}
        try:
            prepare(folder, read_spec(folder))
        except StagingError as error:
            answer["error"] = str(error)
        write_json(folder / PREPARED_FILE, answer)
    else:
        result = finalize(folder, read_spec(folder), keep_outputs=arguments[2] == "keep")
        write_json(folder / FINALIZED_FILE, result)
        clean_up(folder)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
