"""Python source: literals that nothing in them can leave, comments, calls that fit the line.

Everything a person typed goes through `literal`, `multi_line` or `comment`. What is not printable
(controls, line separators, text direction marks, halves of surrogate pairs) is written as an
escape, so the text means what it shows.
"""

from __future__ import annotations

import json
import math
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

WIDTH = 100
DEEPEST = 30  # levels of a literal; Python reads about a hundred brackets in each other
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\"}


@dataclass(frozen=True)
class Raw:
    """Code that stays on its line."""

    text: str

    def flat(self) -> str:
        return self.text


@dataclass(frozen=True)
class Group:
    """`head`, items in order, `tail`: a call, a list or a dictionary. Items are (prefix, code)."""

    head: str
    items: tuple[tuple[str, Code], ...]
    tail: str

    def flat(self) -> str:
        inner = ", ".join(prefix + item.flat() for prefix, item in self.items)
        return f"{self.head}{inner}{self.tail}"


@dataclass(frozen=True)
class Chain:
    """A call on the result of another."""

    first: Code
    then: Group

    def flat(self) -> str:
        return f"{self.first.flat()}.{self.then.flat()}"


Code = Raw | Group | Chain


def call(name: str, /, *values: Code, **named: Code | None) -> Group:
    """`name(values…, key=value…)`; what is None is left out."""
    items = [("", one) for one in values]
    items += [(f"{key}=", one) for key, one in named.items() if one is not None]
    return Group(f"{name}(", tuple(items), ")")


def listed(items: Iterable[Code]) -> Group:
    """`[items]`"""
    return Group("[", tuple(("", one) for one in items), "]")


def mapped(items: Iterable[tuple[str, Code]]) -> Group:
    """`{key: value}`; keys are code."""
    return Group("{", tuple((f"{key}: ", one) for key, one in items), "}")


def literal(value: Any) -> Code:
    """A JSON value. One that is too deep for Python's parser is read from its JSON."""
    if is_deep(value):
        return call("json.loads", Raw(text(json.dumps(value))))
    return _literal(value)


def _literal(value: Any) -> Code:
    if isinstance(value, str):
        return Raw(text(value))
    if isinstance(value, float) and not math.isfinite(value):
        return Raw(f'float("{value}")')
    if isinstance(value, Mapping):
        return mapped((text(str(key)), _literal(one)) for key, one in value.items())
    if isinstance(value, (list, tuple)):
        return listed(_literal(one) for one in value)
    return Raw(repr(value))


def is_deep(value: Any) -> bool:
    """Whether `literal` reads it from JSON."""
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > DEEPEST:
            return True
        inner: list[Any] = []
        for one in level:
            if isinstance(one, Mapping):
                inner += one.values()
            elif isinstance(one, (list, tuple)):
                inner += one
        level = inner
    return False


def text(value: str) -> str:
    """A string literal on one line."""
    quote = "'" if '"' in value and "'" not in value else '"'
    inner = "".join(_SHORT.get(one) or _shown(one) for one in value)
    return quote + inner.replace(quote, "\\" + quote) + quote


def multi_line(value: str) -> str:
    """A string literal with the lines of the text as lines."""
    return f'"""\\\n{_quoted_lines(value)}"""'


def doc_string(value: str) -> str:
    """The text as the description of a file."""
    inner = _quoted_lines(value)
    return f'"""{inner}\n"""' if "\n" in inner else f'"""{inner}"""'


def _quoted_lines(value: str) -> str:
    lines = []
    for line in value.split("\n"):
        kept = "".join("\\\\" if c == "\\" else c if c == "\t" else _shown(c) for c in line)
        if kept.endswith(" "):  # editors drop spaces at the end of a line
            kept = kept[:-1] + "\\x20"
        elif kept.endswith("\t"):
            kept = kept[:-1] + "\\t"
        lines.append(kept.replace('"""', '\\"\\"\\"'))
    inner = "\n".join(lines)
    return inner[:-1] + '\\"' if inner.endswith('"') else inner


def _shown(one: str) -> str:
    if one.isprintable():
        return one
    number = ord(one)
    if number < 0x100:
        return _SHORT.get(one) or f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def plain(value: str) -> str:
    """Text for a comment: on one line, with all that is not printable as an escape."""
    return "".join(_shown(one) for one in value)


def comment(value: str, hanging: str = "") -> list[str]:
    """Lines of a comment; `hanging` begins each but the first."""
    return textwrap.wrap(
        plain(value),
        WIDTH,
        initial_indent="# ",
        subsequent_indent="# " + hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )


def assign(name: str, code: Code) -> str:
    """`name = code`, broken where the line is too long."""
    return f"{name} = " + render(code, 0, len(name) + 3)


def render(code: Code, indent: int = 0, used: int = 0, after: int = 0) -> str:
    """The code after `used` columns of a line, with `after` more to follow it there."""
    flat = code.flat()
    if isinstance(code, Raw) or used + len(flat) + after <= WIDTH:
        return flat
    if isinstance(code, Chain):
        first = render(code.first, indent, used, len(code.then.flat()) + 1 + after)
        at = len(first.rsplit("\n", 1)[-1]) + (0 if "\n" in first else used)
        return f"{first}.{render(code.then, indent, at + 1, after)}"
    if not code.items:
        return flat
    pad = " " * (indent + 4)
    lines = [
        f"{pad}{prefix}{render(item, indent + 4, indent + 4 + len(prefix), 1)},\n"
        for prefix, item in code.items
    ]
    return f"{code.head}\n{''.join(lines)}{' ' * indent}{code.tail}"
