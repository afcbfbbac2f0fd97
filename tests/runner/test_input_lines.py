"""The step's log says what was done for its inputs."""

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
    given = {"name": "raw", "mode": mode, "source": source}
    node = {"inputs": [given], "outputs": [], "arguments": [{"input": "raw"}]}
    step = bench.finish(bench.submit(SCRIPT, node=node))
    assert step.status == "Completed", step.error_lines
    assert bench.log(step) == said + "hello\n"
