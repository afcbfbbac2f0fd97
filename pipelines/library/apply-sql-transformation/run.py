"""Apply SQL Transformation: a query of DuckDB over the connected tables."""

from __future__ import annotations

import duckdb
from forebay_modules.errors import ModuleError, reason
from forebay_modules.run import Context, Outputs, main
from forebay_modules.tables import Table

PORTS = {"dataset1": "t1", "dataset2": "t2", "dataset3": "t3"}


def run(context: Context) -> Outputs:
    """`results`: what the query selects."""
    connection = duckdb.connect()
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    roles: dict[str, str] = {}
    for port, name in PORTS.items():
        if context.has(port):
            try:
                connection.register(name, context.table(port).frame)
            except duckdb.Error as error:
                raise ModuleError(f"Table {name} can't be queried: {reason(error)}") from error
            roles = {**context.table(port).roles, **roles}
    try:
        answer = connection.execute(context.setting("query"))
        frame = answer.df() if answer.description else None
    except duckdb.Error as error:
        raise ModuleError(f"The query fails: {str(error).strip()}") from error
    if frame is None:
        raise ModuleError("The query gives no rows: it must be a SELECT.")
    return {"results": Table(frame, roles)}


if __name__ == "__main__":
    main(run)
