"""The `log…` methods that runs share, whether they write to a spool, a server or the screen."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from datetime import datetime, timezone
from typing import Any, Dict

from azureml.core._run_values import to_json_value


class RunLogging:
    """Metrics by kind. A subclass takes the records in `_emit`.

    Logging never fails a script: what goes wrong is said on stderr and the script goes on.
    """

    def _emit(self, record: Dict[str, Any]) -> None:
        raise NotImplementedError

    def log(self, name: str, value: Any, description: str = "", step: Any = None) -> None:
        """Log one value. Several of one name make a series; `step` is its place in it."""
        extra = {} if step is None else {"step": to_json_value(step)}
        self._log("scalar", name, value, description, **extra)

    def log_list(self, name: str, value: Any, description: str = "") -> None:
        """Log several values at once, as a series."""
        self._log("list", name, list(value), description)

    def log_row(self, name: str, description: str | None = None, **kwargs: Any) -> None:
        """Log one row of named values; each call adds a row."""
        self._log("row", name, kwargs, description)

    def log_table(self, name: str, value: Any, description: str = "") -> None:
        """Log a table: a dictionary of columns, each a value or a list."""
        self._log("table", name, value, description)

    def log_confusion_matrix(self, name: str, value: Any, description: str = "") -> None:
        """Log a confusion matrix in v1's JSON form (a dictionary or its text)."""
        self._log("confusion_matrix", name, _parsed(value), description)

    def log_accuracy_table(self, name: str, value: Any, description: str = "") -> None:
        """Log an accuracy table in v1's JSON form (a dictionary or its text)."""
        self._log("accuracy_table", name, _parsed(value), description)

    def log_residuals(self, name: str, value: Any, description: str = "") -> None:
        """Log residuals in v1's JSON form (a dictionary or its text)."""
        self._log("residuals", name, _parsed(value), description)

    def log_predictions(self, name: str, value: Any, description: str = "") -> None:
        """Log predictions in v1's JSON form (a dictionary or its text)."""
        self._log("predictions", name, _parsed(value), description)

    def log_image(
        self, name: str, path: str | None = None, plot: Any = None, description: str = ""
    ) -> None:
        """Log a picture: a file (`path`), or a matplotlib figure or module (`plot`)."""
        try:
            artifact = self._keep_image(name, path, plot)
        except (OSError, ValueError, AttributeError) as error:
            warn(f"the image '{name}' was not logged: {error}")
            return
        self._log("image", name, {"artifact": artifact}, description)

    def _keep_image(self, name: str, path: str | None, plot: Any) -> str:
        """Keep a picture; the name under which it is kept."""
        return keep_image(name, path, plot)

    def _log(self, kind: str, name: str, value: Any, description: str | None, **extra: Any) -> None:
        record = {
            "kind": "metric",
            "name": str(name),
            "value": to_json_value(value),
            "metric_kind": kind,
            "description": description or "",
            "at": datetime.now(timezone.utc).isoformat().replace("+00:00", "Z"),
            **extra,
        }
        self._emit(record)


def warn(message: str) -> None:
    """One line on stderr, if there is one."""
    try:
        print(f"azureml: {message}", file=sys.stderr, flush=True)
    except (OSError, ValueError, AttributeError):
        return


def _parsed(value: Any) -> Any:
    if isinstance(value, str):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def keep_image(name: str, path: str | None, plot: Any, below: str = "outputs") -> str:
    """Put the picture below ./outputs, from where it is collected; its artifact path."""
    if (path is None) == (plot is None):
        raise ValueError("give either path= or plot=")
    suffix = os.path.splitext(path)[1] if path is not None else ".png"
    base = re.sub(r"[^\w.-]+", "_", name).strip("._") or "image"
    folder = os.path.join(below, "images")
    os.makedirs(folder, exist_ok=True)
    target, number = os.path.join(folder, base + suffix), 2
    while os.path.exists(target):
        target, number = os.path.join(folder, f"{base}-{number}{suffix}"), number + 1
    if path is not None:
        shutil.copyfile(path, target)
    else:
        plot.savefig(target)
    return target.replace(os.sep, "/")
