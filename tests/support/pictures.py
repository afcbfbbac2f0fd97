"""Pictures of the docs: browser tests take them on their way when FOREBAY_DOCS_IMAGES is 1."""

from __future__ import annotations

import io
import math
import os
from pathlib import Path
from typing import Any

PLACE = Path(__file__).resolve().parent.parent.parent / "docs" / "images"
HIDE_PASSING = """
for (const one of document.querySelectorAll(".toast, .dz-said")) one.style.visibility = "hidden";
"""


def take_picture(page: Any, name: str) -> None:
    """The window as docs/images/<name>.png; nothing when no pictures are asked for."""
    if os.environ.get("FOREBAY_DOCS_IMAGES") != "1":
        return
    page.mouse.move(1, 1)  # no card or row under the pointer
    page.evaluate(HIDE_PASSING)
    (PLACE / f"{name}.png").write_bytes(smaller(page.screenshot(animations="disabled")))


def smaller(picture: bytes) -> bytes:
    """With a palette, a third of the size; as it is where Pillow is not installed."""
    try:
        from PIL import Image
    except ImportError:
        return picture
    whole = Image.open(io.BytesIO(picture)).convert("RGB")
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for colour in few_colours(whole) for part in colour])
    out = io.BytesIO()
    whole.quantize(palette=palette, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def few_colours(whole: Any) -> list[tuple[int, int, int]]:
    """The colours that there is most of, each a little away from the others: a palette by areas
    would give up the colour of a port."""
    counts = sorted(whole.getcolors(whole.width * whole.height), reverse=True)
    kept: list[tuple[int, int, int]] = []
    # The large areas as they are; in the end the rest of the palette goes to whatever comes next.
    for near, most in ((0, 24), (9, 256), (0, 256)):
        for _, colour in counts:
            if len(kept) == most:
                break
            if all(math.dist(colour, one) > near for one in kept):
                kept.append(colour)
    return kept
