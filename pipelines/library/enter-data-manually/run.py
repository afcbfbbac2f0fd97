"""Enter Data Manually: typed text becomes a table."""

from __future__ import annotations

import io

from forebay_modules.errors import ModuleError
from forebay_modules.run import Context, Outputs, main
from forebay_modules.tables import Table, read_text


def run(context: Context) -> Outputs:
    """`results`: the rows as they were typed."""
    text = io.StringIO(context.setting("data").strip("\n"))
    try:
        return {"results": Table(read_text(text, header=context.setting("header"), trim=True))}
    except (ModuleError, ValueError) as error:
        raise ModuleError(f"The data can't be read as CSV: {error}") from error


if __name__ == "__main__":
    main(run)
