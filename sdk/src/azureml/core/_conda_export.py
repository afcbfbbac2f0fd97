"""What is installed in a conda environment of this machine, as conda itself tells it."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from azureml.core.conda_dependencies import CondaDependencies
from azureml.exceptions import UserErrorException


def exported_dependencies(conda_environment_name: str) -> CondaDependencies:
    """The packages of ``conda env export``, without builds, which are bound to one system.

    Raises UserErrorException when conda is not there or does not know the environment.
    """
    command = ["conda", "env", "export", "--no-builds", "--name", conda_environment_name]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise UserErrorException(
            "The program conda is not on this machine's PATH. On a machine that has it write "
            "`conda env export > env.yml`, then use Environment.from_conda_specification."
        ) from None
    if done.returncode != 0:
        said = done.stderr.strip().splitlines()[-1:] or ["it gave no reason"]
        raise UserErrorException(
            f"conda can't export the environment {conda_environment_name!r}: {said[0]}"
        )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "env.yml"
        file.write_text(done.stdout, encoding="utf-8")
        return CondaDependencies(file)
