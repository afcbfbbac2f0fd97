"""The step's log says what was done for its inputs, and what was asked and is not done."""

from __future__ import annotations

from typing import Any

import pytest

from data.selectors import get_datastore, local_path

SCRIPT = "import sys; print(open(sys.argv[1]).read())"


@pytest.mark.parametrize(
    ("mode", "said"), [("mount", ""), ("download", "Input raw: copied 1 file, 5 B.\n")]
)
def test_a_path_as_input(bench: Any, workspace: Any, mode: str, said: str) -> None:
    local_path(get_datastore(workspace, "workspaceblobstore"), "a.txt").write_text("hello")
    source = {"datastore": "workspaceblobstore", "path": "a.txt"}
    given = {"name": "raw", "mode": mode, "path_on_compute": "/tmp/raw", "source": source}
    node = {"inputs": [given], "outputs": [], "arguments": [{"input": "raw"}]}
    step = bench.finish(bench.submit(SCRIPT, node=node))
    assert step.status == "Completed", step.error_lines
    notice = (
        "path_on_compute of raw is not applied: the script gets the path that its argument or "
        "AZUREML_DATAREFERENCE_raw holds.\n"
    )
    assert bench.log(step) == notice + said + "hello\n"
