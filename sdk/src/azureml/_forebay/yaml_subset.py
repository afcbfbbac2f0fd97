"""YAML as conda specifications use it: mappings, lists, plain and quoted text.

With PyYAML installed that reads; without it this does, and says so about a line it can't read.
"""

from __future__ import annotations

import re
from typing import Any, Union

from azureml.exceptions import UserErrorException

_KEY = re.compile(r"""^("[^"]*"|'[^']*'|[^\s"'\[{#][^:#]*?)\s*:(?:\s+(.*))?$""")
_PLAIN = re.compile(r"^[A-Za-z0-9_./][A-Za-z0-9_.=<>!~*+,/ \[\]()-]*$")
_AMBIGUOUS = re.compile(r"^(?:[-+.]?[0-9][0-9._eE+-]*|true|false|yes|no|on|off|null|~)$", re.I)

_Line = tuple[int, int, str]  # number, indentation, text


def read_yaml(text: str, name: str) -> Any:
    """The value of a YAML text; ``name`` is the file's, for errors."""
    try:
        import yaml
    except ImportError:
        return _read_subset(text, name)
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise UserErrorException(f"{name} is not valid YAML: {error}") from error


def write_yaml(value: Any, indent: int = 0) -> str:
    """Mappings, lists and texts as YAML, one entry a line."""
    pad = " " * indent
    lines = []
    if isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(inner, (dict, list)) and inner:
                lines.append(f"{pad}{key}:\n{write_yaml(inner, indent)}")
            else:
                lines.append(f"{pad}{key}: {_write_scalar(inner)}\n")
    elif isinstance(value, list):
        for inner in value:
            if isinstance(inner, dict) and inner:
                body = write_yaml(inner, indent + 2)
                lines.append(f"{pad}- {body[indent + 2 :]}")
            else:
                lines.append(f"{pad}- {_write_scalar(inner)}\n")
    return "".join(lines)


def _write_scalar(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return str(value)
    if value in ({}, []):
        return str(value)
    text = str(value)
    if _PLAIN.match(text) and not _AMBIGUOUS.match(text) and not text.endswith(" "):
        return text
    return "'" + text.replace("'", "''") + "'"


def _read_subset(text: str, name: str) -> Any:
    lines: list[_Line] = []
    for number, raw in enumerate(text.splitlines(), start=1):
        line = _strip_comment(raw).rstrip()
        if line.strip() and line.strip() not in ("---", "..."):
            lines.append((number, len(line) - len(line.lstrip(" ")), line.strip()))
    if not lines:
        return None
    reader = _Reader(lines, name)
    value = reader.read_block(lines[0][1])
    if reader.position < len(lines):
        reader.fail()
    return value


def _strip_comment(line: str) -> str:
    quote = ""
    for index, char in enumerate(line):
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"" and (index == 0 or line[index - 1] in " -[,"):
            quote = char
        elif char == "#" and (index == 0 or line[index - 1] in " \t"):
            return line[:index]
    return line


class _Reader:
    def __init__(self, lines: list[_Line], name: str) -> None:
        self.lines = lines
        self.name = name
        self.position = 0

    def fail(self) -> None:
        number, _, text = self.lines[min(self.position, len(self.lines) - 1)]
        raise UserErrorException(
            f"{self.name}, line {number}, can't be read without PyYAML: {text!r}."
            " Install it (pip install pyyaml) or write the file more simply."
        )

    def read_block(self, indent: int) -> Any:
        _, _, text = self.lines[self.position]
        if text == "-" or text.startswith("- "):
            return self._read_list(indent)
        return self._read_mapping(indent)

    def _here(self, indent: int) -> bool:
        return self.position < len(self.lines) and self.lines[self.position][1] == indent

    def _read_list(self, indent: int) -> list[Any]:
        values: list[Any] = []
        while self._here(indent):
            number, _, text = self.lines[self.position]
            if text != "-" and not text.startswith("- "):
                break
            rest = text[1:].lstrip()
            if not rest:
                self.position += 1
                values.append(self._read_nested(indent))
            elif _KEY.match(rest):
                # "- key: …" is a mapping that begins where its key stands
                inner = indent + len(text) - len(rest)
                self.lines[self.position] = (number, inner, rest)
                values.append(self._read_mapping(inner))
            else:
                values.append(self._scalar(rest))
                self.position += 1
        return values

    def _read_mapping(self, indent: int) -> dict[str, Any]:
        values: dict[str, Any] = {}
        while self._here(indent):
            found = _KEY.match(self.lines[self.position][2])
            if found is None:
                self.fail()
                break
            key, rest = found.group(1).strip("'\""), found.group(2)
            if rest:
                values[key] = self._scalar(rest)
                self.position += 1
            else:
                self.position += 1
                values[key] = self._read_nested(indent)
        return values

    def _read_nested(self, indent: int) -> Any:
        if self.position >= len(self.lines):
            return None
        _, inner, text = self.lines[self.position]
        if inner > indent or (inner == indent and (text == "-" or text.startswith("- "))):
            return self.read_block(inner)
        return None

    def _scalar(self, text: str) -> Union[str, int, float, bool, list[Any], None]:
        if text[0] in "&*!|>{%@`" or (text[0] == "[" and text[-1] != "]"):
            self.fail()
        if text[0] == "[":
            inner = text[1:-1].strip()
            return [self._scalar(part.strip()) for part in inner.split(",")] if inner else []
        if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
            return text[1:-1].replace("''", "'") if text[0] == "'" else text[1:-1]
        if text.lower() in ("null", "~"):
            return None
        if text.lower() in ("true", "false"):
            return text.lower() == "true"
        if re.match(r"^[-+]?[0-9]+$", text):
            return int(text)
        if re.match(r"^[-+]?[0-9]*\.[0-9]+$", text):
            return float(text)
        return text
