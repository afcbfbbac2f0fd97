"""The child that builds an environment: `python -S -m pipelines.runner.build_environment <folder>`.

It reads build.json from its process folder, builds beside the final place and appears there by
one rename, with a marker that says it is complete. Standard library only; it prints its log.
"""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from pipelines.runner.run_uv import Answer, run_uv, say

AGAIN_AFTER = 3.0  # seconds until a build that met no index tries once more
MARKER = "forebay-environment.json"
WARM_UP = """
for name in ("joblib", "pandas", "sklearn.pipeline", "sklearn.linear_model", "sklearn.ensemble",
             "sklearn.model_selection", "matplotlib.pyplot"):
    try:
        __import__(name)
    except Exception:
        pass
"""
FROZEN = (
    "A published pipeline was frozen with these very packages, so no others will do. Make them "
    "available, or publish the pipeline again to resolve them anew."
)
FROZEN_PYTHON = (
    "A published pipeline was frozen with Python {}, which is not on this machine any more. "
    "Install it, or publish the pipeline again."
)
# pip's settings about where packages come from, and what uv calls them.
PIP_SETTINGS = {
    "index-url": "--default-index",
    "extra-index-url": "--index",
    "find-links": "--find-links",
    "trusted-host": "--allow-insecure-host",
}


def main(folder: Path) -> int:
    """0 when the environment is complete at its place."""
    order = json.loads((folder / "build.json").read_text())
    target, temporary = Path(order["target"]), Path(order["target"] + ".new")
    if (target / MARKER).exists():
        return 0
    for leftover in (temporary, target):
        if leftover.exists():
            shutil.rmtree(leftover)
    uv, python = order["uv"], os.fspath(temporary / "bin" / "python")
    say(f"Build {order.get('attempt', 1)}:")
    for notice in order["notices"]:
        say(notice)
    if not order["python"]:
        say(FROZEN_PYTHON.format(order["python_version"]))
        return 1
    making = [uv, "venv", "--quiet", "--relocatable", "--python", order["python"]]
    if not run_uv([*making, os.fspath(temporary)]).ok:
        return 1
    if not install(order, [uv, "pip", "install", "--python", python]):
        shutil.rmtree(temporary, ignore_errors=True)
        return 1
    lock = subprocess.run(
        [uv, "pip", "freeze", "--python", python], capture_output=True, text=True, check=True
    ).stdout.split("\n")
    warm_up(python, temporary / "cache" / "matplotlib")
    packages = [line for line in lock if line]
    (temporary / MARKER).write_text(json.dumps({"version": 1, "lock": packages}))
    os.rename(temporary, target)
    say(f"The environment is ready: {len(packages)} packages.")
    return 0


def install(order: dict[str, Any], command: list[str]) -> bool:
    """Install what was there before, if the environment was; else what is asked for."""
    requirements, defaults = order["requirements"], order["defaults"]
    if not requirements and not defaults:
        return True
    indexes = index_options(order["pip_python"])
    if order.get("lock"):
        say(f"Installing the {len(order['lock'])} packages that it had before.")
        answer = run_patiently([*command, *indexes, "--no-deps", *order["lock"]])
        if answer.ok or answer.remedy or order["frozen"]:
            if not answer.ok:
                say(answer.remedy or FROZEN)
            return answer.ok
        say("Some are not to be had any more; resolving what is asked for anew.")
    return install_anew(requirements, defaults, [*command, *indexes])


def install_anew(requirements: list[str], defaults: list[str], command: list[str]) -> bool:
    """Install with the pinned defaults; when they don't fit, with defaults of any version."""
    say(f"Installing {', '.join([*requirements, *defaults])}, and what they need.")
    answer = run_patiently([*command, *requirements, *defaults])
    if not answer.ok and not answer.remedy and requirements and defaults:
        say("The studio's default packages may not fit; trying their other versions.")
        names = [re.split(r"[=<>!~\[; ]", one)[0] for one in defaults]
        answer = run_patiently([*command, *requirements, *names])
    if answer.remedy:
        say(answer.remedy)
    return answer.ok


def run_patiently(command: list[str]) -> Answer:
    """Run uv, and once more when it could not reach the package index."""
    answer = run_uv(command)
    if answer.unreachable:
        say(f"The package index can't be reached; trying once more in {AGAIN_AFTER:.0f} s.")
        time.sleep(AGAIN_AFTER)
        answer = run_uv(command)
    return answer


def index_options(pip_python: str) -> list[str]:
    """Options for uv that say what this machine's pip configuration says."""
    found = subprocess.run(
        [pip_python, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    )
    values = parse_pip_settings(found.stdout)
    options = [
        option
        for name, option_name in PIP_SETTINGS.items()
        for value in values.get(name, [])
        for option in (option_name, value)
    ]
    if values.get("extra-index-url"):  # as pip does: the best version over all indexes
        options += ["--index-strategy", "unsafe-best-match"]
    return options


def parse_pip_settings(listing: str) -> dict[str, list[str]]:
    """`global.index-url='…'` lines as name -> values. A variable's wins over a file's."""
    values: dict[str, list[str]] = {}
    for line in listing.splitlines():
        scope, _, rest = line.partition(".")
        name, _, quoted = rest.partition("=")
        if scope not in (":env:", "global", "install", "user", "site") or name not in PIP_SETTINGS:
            continue
        try:
            texts = str(ast.literal_eval(quoted)).split()
        except (ValueError, SyntaxError):
            continue
        if scope == ":env:" or name not in values:
            values[name] = texts
    return values


def warm_up(python: str, cache: Path) -> None:
    """Import what most scripts import, so that the first step finds it compiled.

    Compiling whole packages takes four times as long, for modules that hardly anyone imports.
    """
    cache.mkdir(parents=True)
    variables = {"PATH": os.environ.get("PATH", ""), "MPLCONFIGDIR": os.fspath(cache)}
    subprocess.run([python, "-c", WARM_UP], env=variables, check=False, capture_output=True)


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
