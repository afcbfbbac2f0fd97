"""`RunDetails`: a run shown in a notebook, or as a line in a terminal."""

from __future__ import annotations

import html
import sys
from typing import Any, Dict

__all__ = ["RunDetails"]

_COLOURS = {"Completed": "#2f7d4f", "Finished": "#2f7d4f", "Failed": "#b3372f"}


class RunDetails:
    """Shows a run: link, status, steps. `show()` returns at once and never fails a script."""

    def __init__(self, run_instance: Any) -> None:
        self.run = run_instance

    def show(self, render_lib: Any = None, widget_settings: Dict[str, Any] | None = None) -> None:
        """In a notebook a card with the link and the status now; elsewhere two lines."""
        try:
            document = self.run._fetch()
            if _in_notebook():
                _display(_card(document, self.run))
            else:
                print(f"{document['name']} in the studio: {self.run.get_portal_url()}")
                print(_progress(document, self.run))
        except Exception as error:  # showing must not be the reason why a program stops
            print(f"azureml: the run can't be shown: {error}", file=sys.stderr)

    def get_widget_data(self, widget_settings: Dict[str, Any] | None = None) -> Dict[str, Any]:
        """The run and its steps as JSON."""
        return dict(self.run._fetch())


def _progress(document: Dict[str, Any], run: Any) -> str:
    status = run._shown(document["status"])
    steps = document.get("steps")
    if steps is None:
        return f"Status: {status}"
    done = sum(step["status"] in {"Completed", "Failed", "Canceled"} for step in steps)
    running = [step["name"] for step in steps if step["status"] == "Running"]
    text = f"Status: {status}, {done} of {len(steps)} steps done"
    return f"{text}, running: {', '.join(running)}" if running else text


def _in_notebook() -> bool:
    """Whether a Jupyter kernel runs this program; IPython in a terminal is none."""
    module = sys.modules.get("IPython")
    shell = module.get_ipython() if module is not None else None
    return shell is not None and "IPKernelApp" in getattr(shell, "config", {})


def _display(card: str) -> None:
    from IPython.display import HTML, display

    display(HTML(card))


def _card(document: Dict[str, Any], run: Any) -> str:
    url, name = html.escape(run.get_portal_url(), quote=True), html.escape(document["name"])
    colour = _COLOURS.get(document["status"], "#5b6570")
    rows = "".join(
        f"<tr><td>{html.escape(step['name'])}</td><td>{html.escape(run._shown(step['status']))}</td>"
        f"<td>{html.escape((step.get('why') or {}).get('sentence') or '')}</td></tr>"
        for step in (document.get("steps") or [])[:50]
    )
    return (
        f'<div style="border:1px solid #c8cdd2;border-left:4px solid {colour};padding:8px 12px">'
        f'<a href="{url}" target="_blank" rel="noopener">{name}</a> '
        f"{html.escape(_progress(document, run))}<table>{rows}</table></div>"
    )
