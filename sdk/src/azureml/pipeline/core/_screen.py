"""Lines on standard output, and on a terminal one line below them that shows progress."""

from __future__ import annotations

import sys

from azureml._forebay.formatting import cut, is_terminal, terminal_columns


class Screen:
    """Prints lines; `progress` is redrawn in place on a terminal and left out elsewhere."""

    def __init__(self, silent: bool = False) -> None:
        self._silent = silent
        self._terminal = not silent and is_terminal(sys.stdout)
        self._shown = ""

    def line(self, text: str = "") -> None:
        """Print one line above the progress line."""
        if self._silent:
            return
        self._clear()
        try:
            print(text, flush=True)
        except UnicodeEncodeError:  # a console that does not know the letters
            encoding = sys.stdout.encoding or "ascii"
            print(text.encode(encoding, "replace").decode(encoding), flush=True)

    def progress(self, text: str) -> None:
        """Show `text` as the last line."""
        if not self._terminal or text == self._shown:
            return
        self._clear()
        text = cut(text, (terminal_columns() or 80) - 1)
        sys.stdout.write(text)
        sys.stdout.flush()
        self._shown = text

    def close(self) -> None:
        """Take the progress line away."""
        self._clear()

    def _clear(self) -> None:
        if self._shown:
            sys.stdout.write("\r\x1b[2K")
            sys.stdout.flush()
            self._shown = ""
