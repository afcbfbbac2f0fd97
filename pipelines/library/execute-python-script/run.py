"""Execute Python Script: the user's function over the connected tables."""

from __future__ import annotations

import linecache
import sys
import traceback
from typing import Any

import pandas as pd
from forebay_modules.errors import ModuleError
from forebay_modules.run import Context, Outputs, main
from forebay_modules.tables import Table

FILE, FUNCTION = "<your script>", "azureml_main"


def run(context: Context) -> Outputs:
    """`results1` and `results2`: what the function returns; an empty table for what it does not."""
    source = context.setting("script")
    linecache.cache[FILE] = (len(source), None, source.splitlines(keepends=True), FILE)
    if context.has("files"):
        sys.path.insert(0, str(context.inputs["files"]))
    names: dict[str, Any] = {"__name__": "script"}
    given = [
        context.table(port).frame.copy() if context.has(port) else None
        for port in ("dataset1", "dataset2")
    ]
    try:
        exec(compile(source, FILE, "exec"), names)  # noqa: S102 - a step runs the user's code
        if not callable(names.get(FUNCTION)):
            raise ModuleError(f"The script must define a function {FUNCTION}.")
        made = names[FUNCTION](*given)
    except ModuleError:
        raise
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames if frame.filename == FILE]
        sys.stderr.write("".join(traceback.format_exception(error)))
        where = f"line {own[-1].lineno} of the script" if own else "the script"
        raise ModuleError(f"{where}: {type(error).__name__}: {error}") from error
    return _results(made)


def _results(made: Any) -> Outputs:
    frames = list(made) if isinstance(made, (tuple, list)) else [made]
    if len(frames) > 2:
        raise ModuleError(f"{FUNCTION} returned {len(frames)} values; two are the most.")
    outputs = {}
    for number in (1, 2):
        one = frames[number - 1] if number <= len(frames) else None
        if one is None:
            one = pd.DataFrame()
        if not isinstance(one, pd.DataFrame):
            kind = type(one).__name__
            raise ModuleError(f"{FUNCTION} must return data frames; value {number} is a {kind}.")
        outputs[f"results{number}"] = Table(one.reset_index(drop=True))
    return outputs


if __name__ == "__main__":
    main(run)
