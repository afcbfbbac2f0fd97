"""Runs a notebook's code cells as one program, as a user's kernel would, without Jupyter."""

from __future__ import annotations

import json
import re
from pathlib import Path


def program_of(notebook: Path, replacements: dict[str, str], *, before: str = "") -> str:
    """Python text of the code cells; `%%writefile` writes its file, other magics are left out.

    `replacements` maps hosts of sample data to a local server's address. `before` ends the
    program at the first cell that holds this text.
    """
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    parts: list[str] = []
    for number, cell in enumerate(cells):
        if cell["cell_type"] != "code":
            continue
        text = "".join(cell["source"])
        if before and before in text:
            break
        for old, new in replacements.items():
            text = text.replace(old, new)
        parts.append(f"print('--- cell {number}', flush=True)")
        parts.append(_cell(text))
    return "\n".join(parts) + "\n"


def _cell(text: str) -> str:
    first, _, rest = text.partition("\n")
    if match := re.match(r"%%writefile\s+(\S+)", first):
        name = re.sub(r"\$(\w+)", r"{\1}", match.group(1))
        return f"open(f{name!r}, 'w').write({rest!r})"
    lines = [line for line in text.splitlines() if not line.lstrip().startswith(("%", "!"))]
    return "\n".join(lines)
