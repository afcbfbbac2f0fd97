"""Paths inside a datastore: made safe, matched with `*` and `**`, made relative."""

from __future__ import annotations

import re

from workspaces.domain.relative_paths import path_fault, shown

# Ours, at a store's root: unfinished uploads and outputs of steps that still run. Never listed.
PRIVATE_FOLDER = ".forebay"
WILDCARD = re.compile(r"[*?]")


def clean_path(path: object, *, pattern: bool = False) -> str:
    """The path as it is stored: relative to the store, no `/` at either end, "" for the root.

    v1 programs write "/folder/" for a folder of the store and "./x", so these are accepted;
    what would leave the store is not. Raises ValueError with a sentence.
    """
    if not isinstance(path, str):
        raise ValueError(f"The path {shown(path)} is not a text.")
    cleaned = path.strip("/") if path.strip("/") else ""
    while cleaned.startswith("./"):
        cleaned = cleaned[2:].lstrip("/")
    if cleaned in ("", "."):
        return ""
    fault = path_fault(cleaned)
    if fault:
        raise ValueError(f"The path {shown(path)} {fault}.")
    if cleaned.split("/", 1)[0] == PRIVATE_FOLDER:
        raise ValueError(f"The folder {PRIVATE_FOLDER} belongs to the studio; choose another.")
    if WILDCARD.search(cleaned) and not pattern:
        raise ValueError(f"The path {shown(path)} contains * or ?, which stand for other names.")
    return cleaned


def file_path(path: object) -> str:
    """The path of a file to write: strict, so that a file lands exactly where it was named."""
    fault = path_fault(path)
    if fault:
        raise ValueError(f"The path {shown(path)} {fault}.")
    cleaned = clean_path(path)
    if not cleaned:
        raise ValueError("The path is empty; name a file.")
    return cleaned


def split_pattern(path: str) -> tuple[str, str]:
    """(the folder before the first wildcard, the pattern below it or "")."""
    parts = path.split("/")
    for index, part in enumerate(parts):
        if WILDCARD.search(part):
            return "/".join(parts[:index]), "/".join(parts[index:])
    return path, ""


def pattern_regex(pattern: str) -> re.Pattern[str]:
    """`*` and `?` stay inside one name, `**` crosses folders: `a/**/*.csv` matches `a/b.csv`."""
    body = ""
    parts = pattern.split("/")
    for index, part in enumerate(parts):
        last = index == len(parts) - 1
        if part == "**":
            body += ".*" if last else "(?:[^/]+/)*"
            continue
        body += "".join(
            "[^/]*" if c == "*" else "[^/]" if c == "?" else re.escape(c)
            for c in re.sub(r"\*+", "*", part)
        )
        body += "" if last else "/"
    return re.compile(body, re.DOTALL)
