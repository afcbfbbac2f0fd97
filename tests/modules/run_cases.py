"""Runs in the modules' own environment: every `case_…` function of `cases/`, one JSON line each."""

from __future__ import annotations

import importlib.util
import json
import sys
import traceback
import warnings
from pathlib import Path

HERE = Path(__file__).resolve().parent
LIBRARY = HERE.parent.parent / "pipelines" / "library"


def load(path: Path):
    """A Python file as a module of its own."""
    spec = importlib.util.spec_from_file_location(
        f"{path.parent.name}_{path.stem}".replace("-", "_"), path
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main() -> None:
    """Prints what became of each case."""
    sys.path[:0] = [str(LIBRARY), str(HERE)]
    warnings.simplefilter("error")
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    for file in sorted((HERE / "cases").glob("*.py")):
        module = load(file)
        for name, case in list(vars(module).items()):
            if not name.startswith("case_"):
                continue
            error = ""
            try:
                case()
            except BaseException:
                error = traceback.format_exc()
            print(json.dumps({"case": f"{file.stem}.{name}", "error": error}), flush=True)


if __name__ == "__main__":
    main()
