"""Small looks into files that steps left behind: text, tables, raster images. Nothing else."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass, field
from pathlib import Path

LOOK = 64 * 1024  # bytes read for a preview
TABLE_ROWS = 100
IMAGE_LIMIT = 10 * 1024 * 1024

# The first bytes decide, never the name: SVG and HTML could carry scripts.
SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)


@dataclass(frozen=True)
class Preview:
    """What can be shown of a file."""

    kind: str  # text, table, image, none
    size: int
    text: str = ""
    header: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    cut: bool = False


def image_type(head: bytes) -> str | None:
    """The media type of a raster image by its first bytes, None for anything else."""
    for signature, media_type in SIGNATURES:
        if head.startswith(signature):
            return media_type
    return "image/webp" if head[:4] == b"RIFF" and head[8:12] == b"WEBP" else None


def read_preview(path: Path, name: str) -> Preview:
    """A preview of the file at `path`, whose name as users know it is `name`."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(LOOK)
    if image_type(head) is not None and size <= IMAGE_LIMIT:
        return Preview("image", size)
    cut = size > len(head)
    try:
        text = head.decode("utf-8-sig", "ignore" if cut else "strict")
    except UnicodeDecodeError:
        return Preview("none", size)
    if "\0" in text:
        return Preview("none", size)
    lowered = name.lower()
    if lowered.endswith((".csv", ".tsv")):
        return _table(text, "\t" if lowered.endswith(".tsv") else ",", size, cut)
    if lowered.endswith(".json") and not cut:
        try:
            text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
        except (ValueError, RecursionError):
            pass  # shown as it is
    return Preview("text", size, text=text, cut=cut)


def _table(text: str, separator: str, size: int, cut: bool) -> Preview:
    if cut:
        text = text[: text.rfind("\n") + 1] or text
    try:
        rows: list[list[str]] = []
        for row in csv.reader(io.StringIO(text), delimiter=separator):
            if len(rows) > TABLE_ROWS:
                cut = True
                break
            rows.append(row[:100])
    except csv.Error:
        return Preview("text", size, text=text, cut=cut)
    return Preview("table", size, header=rows[0] if rows else [], rows=rows[1:], cut=cut)
