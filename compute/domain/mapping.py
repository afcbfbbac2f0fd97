"""The administrator's mapping: what a program asks for -> what is used, and a notice for each.

    kind     asked                                    used
    curated  AzureML-sklearn-*                        packages, one a line; also python=3.9
    image    mcr.microsoft.com/azureml/*              the same
    python   3.6, 3.*                                 3.11
    package  numpy (any version), numpy==1.19.*       a requirement; nothing leaves it out

`*` stands for any text, upper and lower case are one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from compute.domain.environments import (
    asked_python,
    canonical_name,
    from_conda,
    requirement_fault,
    section,
    texts,
)

CURATED = "AzureML-"
_PYTHON_LINE = re.compile(r"\Apython\s*={1,2}\s*(\d{1,3}\.\d{1,3})(?:\.\S*)?\Z", re.ASCII)
_VERSION = re.compile(r"\A\d{1,3}\.\d{1,3}\Z", re.ASCII)


@dataclass(frozen=True)
class Rule:
    """One line of the mapping, as the row says it."""

    number: int
    kind: str  # curated, image, python, package
    asked: str
    used: str
    reason: str = ""

    @property
    def label(self) -> str:
        """How a notice names it."""
        return f"rule {self.number} ({self.reason})" if self.reason else f"rule {self.number}"


def apply_rules(
    asked: Mapping[str, Any] | None, rules: Sequence[Rule]
) -> tuple[Mapping[str, Any] | None, list[str]]:
    """What is to be built instead of `asked`, and a sentence for each rule that counted."""
    notices: list[str] = []
    name = str((asked or {}).get("name") or "")
    if not rules and not name.startswith(CURATED):
        return asked, notices
    image = str(section(asked, "docker").get("base_image") or "")
    found = [
        *_matches(rules, "curated", name if name.startswith(CURATED) else "", notices),
        *_matches(rules, "image", image, notices),
    ]
    part = section(asked, "python")
    if name.startswith(CURATED) and not found and not texts(part.get("packages")):
        notices.append(
            f"No rule of the studio's mapping says what {name} is; the default packages are used."
        )
    version = asked_python(asked)
    added: list[str] = []
    for rule in found:
        named, lines = read_lines(rule.used)
        version, added = version or named, [*added, *lines]
    version = _replace_python(version, rules, notices)
    requirements = [
        *from_conda(texts(part.get("conda_packages")), notices),
        *texts(part.get("packages")),
    ]
    own = {canonical_name(one) for one in requirements}
    requirements = [*(one for one in added if canonical_name(one) not in own), *requirements]
    kept = [one for one in _replace_packages(requirements, rules, notices) if one]
    if asked is None:
        return None, notices
    python = {**part, "version": version, "packages": kept, "conda_packages": []}
    return {**asked, "python": python}, notices


def read_lines(used: str) -> tuple[str | None, list[str]]:
    """(Python version, requirements) of what a curated or image rule uses."""
    version, lines = None, []
    for line in used.splitlines():
        text = line.strip()
        found = _PYTHON_LINE.match(text)
        if found:
            version = found.group(1)
        elif text:
            lines.append(text)
    return version, lines


def rule_faults(kind: str, asked: str, used: str) -> Iterator[tuple[str, str]]:
    """(field, sentence) for what makes a rule useless."""
    if not asked.strip():
        yield "asked", "Say what is asked for: `*` stands for any text."
    if kind == "python":
        if not _VERSION.match(used.strip()):
            yield "used", "A Python version such as 3.11."
    elif kind == "package":
        if not canonical_name(asked):
            yield "asked", "A package's name, alone or with a version: numpy, numpy==1.19.*"
        lines = used.strip().splitlines()
        if len(lines) > 1:
            yield "used", "One requirement; nothing leaves the package out."
        elif lines and (fault := requirement_fault(lines[0])):
            yield "used", fault
    else:
        for line in read_lines(used)[1]:
            if fault := requirement_fault(line):
                yield "used", fault
        if kind == "curated" and not asked.lower().startswith(CURATED.lower()):
            yield "asked", f"A curated environment's name begins with {CURATED}."


def fits(rule: Rule, asked: str) -> bool:
    """Whether a rule speaks of this text of its own kind."""
    if rule.kind != "package":
        return fnmatchcase(asked.lower().strip(), rule.asked.lower().strip())
    if canonical_name(rule.asked) != canonical_name(asked) or not canonical_name(asked):
        return False
    wanted = _version_part(rule.asked)
    return not wanted or fnmatchcase(_version_part(asked), wanted)


def _first(rules: Iterable[Rule], kind: str, asked: str) -> Rule | None:
    return next((rule for rule in rules if rule.kind == kind and fits(rule, asked)), None)


def _matches(rules: Sequence[Rule], kind: str, asked: str, notices: list[str]) -> list[Rule]:
    rule = _first(rules, kind, asked) if asked else None
    if rule is None:
        return []
    used = ", ".join(rule.used.split("\n")).replace("\r", "").strip(", ") or "the default packages"
    notices.append(f"Asked {asked}, used {used}: {rule.label}.")
    return [rule]


def _replace_python(version: str | None, rules: Sequence[Rule], notices: list[str]) -> str | None:
    rule = _first(rules, "python", version) if version else None
    if rule is None or rule.used.strip() == version:
        return version
    notices.append(f"Asked Python {version}, used Python {rule.used.strip()}: {rule.label}.")
    return rule.used.strip()


def _replace_packages(
    requirements: Iterable[str], rules: Sequence[Rule], notices: list[str]
) -> Iterator[str]:
    for requirement in requirements:
        rule = _first(rules, "package", requirement)
        used = rule.used.strip() if rule else requirement
        if rule and used != requirement.strip():
            notices.append(
                f"Asked {requirement.strip()}, used {used}: {rule.label}."
                if used
                else f"Asked {requirement.strip()}, left out: {rule.label}."
            )
        yield used


def _version_part(requirement: str) -> str:
    bare = requirement.split(";", maxsplit=1)[0].strip()
    found = re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*\s*(?:\[[^\]]*\])?", bare)
    return "".join(bare[found.end() :].split()).lower() if found else ""
