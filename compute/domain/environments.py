"""From the environment that a program asks for to one that can be built.

What counts is the content: two programs that ask for the same packages under different names
share one build. Things that v1 accepted and this studio does not apply are listed as notices.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

SPEC_VERSION = 1

# What a step may import without asking. Until Python 3.11 these are the versions that programs
# of v1's time were written for; above, the oldest-known-good pins with wheels for 3.12 to 3.14.
DEFAULTS_OF_V1: tuple[str, ...] = (
    "numpy==1.23.5",
    "pandas==1.5.3",
    "scikit-learn==1.1.3",
    "scipy==1.9.3",
    "matplotlib==3.7.5",
    "joblib==1.2.0",
)
DEFAULTS_SINCE_3_12: tuple[str, ...] = (
    "numpy==2.3.5",
    "pandas==2.3.3",
    "scikit-learn==1.7.2",
    "scipy==1.16.3",
    "matplotlib==3.10.7",
    "joblib==1.5.2",
)

# conda's names of packages that pip knows under another one.
CONDA_TO_PIP = {
    "pytorch": "torch",
    "tensorflow-gpu": "tensorflow",
    "py-xgboost": "xgboost",
    "opencv": "opencv-python-headless",
    "pyyaml": "PyYAML",
    "msgpack-python": "msgpack",
    "dask-core": "dask",
    "matplotlib-base": "matplotlib",
    "seaborn-base": "seaborn",
    "py-opencv": "opencv-python-headless",
}
# Parts of a conda environment that a virtual environment has by nature, or can't have.
CONDA_IGNORED = frozenset({"python", "pip", "setuptools", "wheel"})

_PYTHON = re.compile(r"\A(?:python)?\s*[=~<>]*\s*(\d{1,3})\.(\d{1,3})(?!\d)")
_NAME = re.compile(r"\A\s*([A-Za-z0-9][A-Za-z0-9._-]*)")
_CONDA_PIN = re.compile(
    r"\A([A-Za-z0-9][A-Za-z0-9._-]*)(?:(?:\s*=\s*|\s+)(\d[^=\s]*)(?:[=\s]\S*)?)?\s*\Z"
)

# What pip and uv are given as one word: a name with extras and versions, or an https address.
# Never an option, a path, a file, an unencrypted address, or a variable of the builder's.
_REQUIREMENT = re.compile(
    r"""(?x) \A [A-Za-z0-9][A-Za-z0-9._-]* \s* (?: \[ [A-Za-z0-9._,\s-]* \] )? \s*
    (?: @ \s* (?: git\+ )? https:// [^\s$;]+
        | \(? \s* (?: [<>]=? | [=!~]= ) (?: (?! \s - ) [\w.*+!<>=~,()\s-] )* )?
    \s* (?: ; [\w\s.'"<>=!~(),+*-]* )? \Z""",
    re.ASCII,
)
_ADDRESS = re.compile(r"\A(?:git\+)?https://[^\s$]+\Z")
_CREDENTIALS = re.compile(r"://[^/@\s]+@")
LONGEST_ENTRY, MOST_ENTRIES = 500, 1000


@dataclass(frozen=True)
class EnvironmentSpec:
    """A buildable environment. `notices` are sentences about what was asked and not applied."""

    python: str  # "3.11"
    requirements: tuple[str, ...]  # what the program asked for, for pip
    defaults: tuple[str, ...]  # pinned; give way when they don't fit the requirements
    notices: tuple[str, ...] = ()

    @property
    def content(self) -> dict[str, Any]:
        """What is stored and hashed: notices don't make another environment."""
        return {
            "version": SPEC_VERSION,
            "python": self.python,
            "requirements": list(self.requirements),
            "defaults": list(self.defaults),
        }

    @property
    def key(self) -> str:
        """Equal contents have equal keys."""
        text = json.dumps(self.content, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def digest_of_asked(asked: Mapping[str, Any] | None) -> str:
    """Equal wishes have equal digests."""
    text = json.dumps(asked, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def requirement_fault(requirement: str) -> str | None:
    """Why this is nothing that an environment is built from, as a sentence; None when it is."""
    text = " ".join(requirement.split())
    if len(text) > LONGEST_ENTRY:
        return f"A package's entry has at most {LONGEST_ENTRY} characters."
    if _REQUIREMENT.match(text) or _ADDRESS.match(text):
        return None
    if text.startswith("-"):
        return (
            f"{text!r} is an option of pip. Which index is used is set up on the studio's machine; "
            "list only packages."
        )
    return f"{text!r} is not a package: give 'name', 'name==1.0' or an https:// address."


def environment_faults(asked: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(field, sentence) for all of `asked` from which nothing could be built."""
    part = asked.get("python")
    if part is None:
        return
    if not isinstance(part, Mapping):
        yield "python", "python must be an object."
        return
    version = part.get("version")
    if version is not None and not (isinstance(version, str) and len(version) <= 20):
        yield "python.version", "python.version must be a text such as '3.11'."
    for kind in ("packages", "conda_packages"):
        entries = part.get(kind)
        if entries is None:
            continue
        if not isinstance(entries, list) or not all(isinstance(one, str) for one in entries):
            yield f"python.{kind}", f"python.{kind} must be a list of texts."
            continue
        if len(entries) > MOST_ENTRIES:
            yield f"python.{kind}", f"python.{kind} has at most {MOST_ENTRIES} entries."
            continue
        for index, entry in enumerate(entries):
            given = from_conda([entry[: LONGEST_ENTRY + 1]], []) if kind != "packages" else [entry]
            for fault in filter(None, map(requirement_fault, filter(str.strip, given))):
                yield f"python.{kind}[{index}]", fault


def asked_python(asked: Mapping[str, Any] | None) -> str | None:
    """The Python version (`3.8`) that a program asks for, or None."""
    python = section(asked, "python")
    entries = [python.get("version"), *texts(python.get("conda_packages"))]
    for number, entry in enumerate(entries):
        named = number == 0 or str(entry).lower().startswith("python")
        found = _PYTHON.match(str(entry).lower()) if entry and named else None
        if found and (number == 0 or canonical_name(str(entry)) == "python"):
            return f"{found.group(1)}.{found.group(2)}"
    return None


def normalise(
    asked: Mapping[str, Any] | None, *, python: str, with_defaults: bool = True
) -> EnvironmentSpec:
    """The spec of what is asked, for an interpreter of version `python` that exists here."""
    notices: list[str] = []
    wanted = asked_python(asked)
    if wanted is not None and wanted != python:
        notices.append(f"Python {wanted} can't be used here; Python {python} is.")
    part = section(asked, "python")
    requirements = [
        *from_conda(texts(part.get("conda_packages")), notices),
        *texts(part.get("packages")),
    ]
    kept: dict[str, str] = {}
    for requirement in requirements:
        text = " ".join(requirement.split())
        name = canonical_name(text)
        if name.startswith("azureml-") or name == "azureml":
            notices.append(f"{text} is left out: Forebay's own SDK takes its place.")
        elif text:
            kept[name or text] = text
    _notice_the_rest(asked, part, notices)
    base = DEFAULTS_SINCE_3_12 if _version(python) >= (3, 12) else DEFAULTS_OF_V1
    base = base if with_defaults else ()
    pinned = {canonical_name(one) for one in kept.values() if _has_version(one)}
    defaults = tuple(one for one in base if canonical_name(one) not in pinned)
    named_only = {canonical_name(one) for one in defaults}
    wanted_requirements = tuple(
        sorted(one for one in kept.values() if canonical_name(one) not in named_only or "[" in one)
    )
    return EnvironmentSpec(python, wanted_requirements, defaults, tuple(notices))


def canonical_name(requirement: str) -> str:
    """`Scikit_Learn>=1` -> `scikit-learn`; empty for a URL, a path or an option."""
    if "://" in requirement.split("@", maxsplit=1)[0] or requirement.lstrip().startswith(
        ("-", ".", "/")
    ):
        return ""
    found = _NAME.match(requirement)
    return re.sub(r"[-_.]+", "-", found.group(1)).lower().rstrip("-") if found else ""


def from_conda(entries: Iterable[str], notices: list[str]) -> list[str]:
    """conda's package specs as requirements; a notice for each that is not understood."""
    requirements = []
    for entry in entries:
        text = entry.strip().split("::")[-1]
        name = canonical_name(text)
        if name in CONDA_IGNORED:
            continue
        name = CONDA_TO_PIP.get(name, name)
        pin = _CONDA_PIN.match(text)
        rest = text[len(_NAME.match(text).group(0)) :] if _NAME.match(text) else ""  # type: ignore[union-attr]
        if not name:
            notices.append(f"The conda package {entry!r} is not understood and left out.")
        elif pin:
            requirements.append(f"{name}=={pin.group(2)}" if pin.group(2) else name)
        else:
            requirements.append(f"{name}{rest}")
    return requirements


def _notice_the_rest(
    asked: Mapping[str, Any] | None, python: Mapping[str, Any], notices: list[str]
) -> None:
    docker = section(asked, "docker")
    used = sorted(name for name, value in docker.items() if value not in (None, "", False, [], {}))
    if used:
        notices.append(f"docker.{', docker.'.join(used)}: steps run without containers here.")
    channels = [one for one in texts(python.get("channels")) if one != "defaults"]
    if channels:
        notices.append(f"Channels ({', '.join(channels)}): packages come from pip's index here.")
    options = texts(python.get("pip_options"))
    if options:
        shown = ", ".join(_CREDENTIALS.sub("://****@", one) for one in options)
        notices.append(f"pip's options ({shown}): the studio's own index settings are used.")


def section(asked: Mapping[str, Any] | None, name: str) -> Mapping[str, Any]:
    """A part of what is asked; empty when it is not there."""
    value = (asked or {}).get(name)
    return value if isinstance(value, Mapping) else {}


def texts(value: Any) -> list[str]:
    """The texts of a list; empty for anything else."""
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _has_version(requirement: str) -> bool:
    bare = requirement.split(";", maxsplit=1)[0]
    return any(sign in bare for sign in ("=", "<", ">", "@"))


def _version(python: str) -> tuple[int, int]:
    major, minor = python.split(".")[:2]
    return int(major), int(minor)
