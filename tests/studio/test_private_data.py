"""What other accounts of the machine may not read, and what a killed server leaves behind."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

from data.engine.table import sweep_scratch
from tests.support.studio import ROOT


def mode(path: Path) -> str:
    return oct(stat.S_IMODE(path.stat().st_mode))


def test_data_and_key_are_for_their_owner_only(tmp_path: Path) -> None:
    data, config = tmp_path / "deep" / "var", tmp_path / "config"
    kept = {k: v for k, v in os.environ.items() if not k.startswith("FOREBAY_")}
    for _ in range(2):
        subprocess.run(
            [sys.executable, "manage.py", "setup_studio"],
            cwd=ROOT,
            env={**kept, "FOREBAY_DATA": str(data), "XDG_CONFIG_HOME": str(config)},
            check=True,
            capture_output=True,
            umask=0o022,
        )
    assert mode(data) == "0o700"
    assert mode(data / "db.sqlite3") == "0o600"
    (key,) = (config / "forebay" / "keys").iterdir()
    assert mode(key) == "0o600"
    secret = key.read_bytes()
    assert not [path for path in data.rglob("*") if path.is_file() and secret in path.read_bytes()]


def test_folders_of_tables_whose_server_was_killed_are_swept(tmp_path: Path) -> None:
    tmp_path = tmp_path / "scratch"
    tmp_path.mkdir()
    for name in ("table-old", "table-new", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "spill").write_text("x")
    os.utime(tmp_path / "table-old", (0, 0))
    os.utime(tmp_path / "other", (0, 0))
    assert sweep_scratch(tmp_path) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other", "table-new"]
    assert sweep_scratch(tmp_path / "nothing") == 0
