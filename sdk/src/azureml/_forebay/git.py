"""Facts about the git checkout a source directory belongs to, as properties of a run.

Nothing here fails a submit: without git, outside a checkout or after five seconds there are
simply no facts. Remotes lose user names, passwords and queries.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Optional, Union
from urllib.parse import urlsplit, urlunsplit

_SECONDS = 5.0
# A checkout is not trusted: its configuration must not start programs of its own.
_OPTIONS = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=" + os.devnull)


def git_properties(source_directory: Union[str, Path]) -> dict[str, str]:
    """``azureml.git.*`` and ``mlflow.source.git.*`` for the checkout around the directory."""
    status = _git(source_directory, "status", "--porcelain=v2", "--branch", "--", ".")
    if status is None:
        return {}
    head, changed = _read_status(status)
    facts = {
        "repository_uri": _remote(source_directory, head.get("upstream", "")),
        "branch": head.get("head", ""),
        "commit": head.get("oid", ""),
    }
    properties = {f"azureml.git.{name}": value for name, value in facts.items() if value}
    properties["azureml.git.dirty"] = str(changed)
    mlflow_names = {"repository_uri": "repoURL", "branch": "branch", "commit": "commit"}
    for name, value in facts.items():
        if value:
            properties[f"mlflow.source.git.{mlflow_names[name]}"] = value
    return properties


def strip_user_info(remote: str) -> str:
    """The remote without user name, password, query and fragment."""
    if "://" in remote:
        parts = urlsplit(remote)
        host = parts.netloc.rpartition("@")[2]
        return urlunsplit((parts.scheme, host, parts.path, "", ""))
    scp = re.match(r"^[^@/]+@([^:/]+:.*)$", remote)
    return scp.group(1) if scp else remote


def _read_status(text: str) -> tuple[dict[str, str], bool]:
    head: dict[str, str] = {}
    changed = False
    for line in text.splitlines():
        if not line.startswith("# "):
            changed = True
            continue
        key, _, value = line[2:].partition(" ")
        if key.startswith("branch.") and not value.startswith("("):  # (detached), (initial)
            head[key[len("branch.") :]] = value
    return head, changed


def _remote(source_directory: Union[str, Path], upstream: str) -> str:
    listed = _git(source_directory, "config", "--get-regexp", r"^remote\..*\.url$") or ""
    remotes: dict[str, str] = {}
    for line in listed.splitlines():
        key, _, url = line.partition(" ")
        remotes[key[len("remote.") : -len(".url")]] = url
    if not remotes:
        return ""
    name = next((one for one in remotes if upstream.startswith(one + "/")), "origin")
    return strip_user_info(remotes.get(name) or next(iter(remotes.values())))


def _git(source_directory: Union[str, Path], *arguments: str) -> Optional[str]:
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}
    try:
        done = subprocess.run(
            ["git", *_OPTIONS, "-C", str(source_directory), *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=environment,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None
