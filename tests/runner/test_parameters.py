"""What a script sees of data parameters: the path, in arguments and in variables."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

from data.selectors import default_datastore, local_path
from data.services.datastores import write_file

SCRIPT = """
import json, os, sys
names = {k: v for k, v in os.environ.items() if k.startswith(("AML_PARAMETER_", "AZUREML_DATAREF"))}
print(json.dumps({"argv": sys.argv[1:], "variables": names, "text": open(sys.argv[2]).read()}))
"""


def test_a_data_parameter_is_a_path_in_arguments_and_variables(
    bench: Any, workspace: Any, actor: Any
) -> None:
    store = default_datastore(workspace)
    write_file(
        workspace=workspace,
        actor=actor,
        datastore=store,
        path="raw/data.csv",
        stream=BytesIO(b"a\n1\n"),
        overwrite=True,
    )
    node = {
        "outputs": [],
        "inputs": [{"name": "raw_data", "mode": "mount", "source": {"parameter": "raw"}}],
        "arguments": ["--raw", {"parameter": "raw"}],
        "parameters": {"where": {"parameter": "raw"}},
        "runconfig_parameters": {"NodeCount": {"parameter": "nodes"}},
    }
    graph_parameters = [
        {"name": "raw", "type": "datapath", "default": {"datastore": store.name, "path": "x"}},
        {"name": "nodes", "type": "int", "default": 2},
    ]
    run = bench.submit(
        SCRIPT,
        node=node,
        graph_parameters=graph_parameters,
        parameters={"raw": {"datastore": store.name, "path": "raw/data.csv"}},
    )
    step = bench.finish(run)
    log = bench.log(step)
    seen = json.loads(next(line for line in log.splitlines() if line.startswith("{")))
    path = str(local_path(store, "raw/data.csv"))
    assert seen["argv"] == ["--raw", path]
    assert seen["text"] == "a\n1\n"
    assert seen["variables"] == {
        "AML_PARAMETER_raw": path,
        "AML_PARAMETER_where": path,
        "AZUREML_DATAREFERENCE_raw_data": path,
    }
    assert "NodeCount = 2 of the run configuration (parameter nodes) is not applied on cpu" in log
