"""The designer with 1,000 steps in headless Chromium: open, pan, drag, and what it weighs.

    python -m benchmarks.canvas [--chromium /usr/bin/chromium]

Frames are intervals of requestAnimationFrame while the mouse moves 60 times; Chromium draws without
a graphics card here, so a desktop is quicker. Ready is from the script's arrival to the canvas.
"""

from __future__ import annotations

import argparse
import gzip
import re
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from benchmarks.figure import percentile
from benchmarks.studio import ROOT, Studio

STEPS, COLUMNS, ROUNDS, MOVES = 1000, 25, 5, 60
START = """() => {
  const seen = (window.forebayFrames = { on: true, list: [] });
  let last = 0;
  const tick = (now) => {
    if (last) seen.list.push(now - last);
    last = now;
    if (seen.on) requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
}"""
STOP = "() => { window.forebayFrames.on = false; return window.forebayFrames.list }"
READY = """() => {
  const script = performance.getEntriesByType('resource').find((one) => /dist\\/designer(\\.\\w+)?\\.js/.test(one.name));
  const ready = performance.getEntriesByName('forebay-designer-ready')[0];
  return ready ? ready.startTime - script.responseEnd : null;
}"""  # noqa: E501


def steps() -> list[dict[str, Any]]:
    """Rows of joins below a row of tables: about 1,500 wires."""
    nodes: list[dict[str, Any]] = []
    for i in range(STEPS):
        column, row = i % COLUMNS, i // COLUMNS
        above = [i - COLUMNS, i - COLUMNS + 1 if column < COLUMNS * 0.6 else None]
        inputs = [
            {"name": port, "source": {"node": f"n{before}", "output": "results"}}
            for port, before in zip(("left", "right"), above, strict=True)
            if row and before is not None
        ]
        key = "join-data" if row else "enter-data-manually"
        place = {"x": column * 288, "y": row * 152}
        nodes.append({"id": f"n{i}", "module": {"key": key}, "inputs": inputs, "ui": place})
    return nodes


def measure(studio: Studio, page: Page) -> list[tuple[str, str]]:
    graph = {"version": 1, "parameters": [], "nodes": steps(), "ui": {}}
    draft = studio.api("POST", "/drafts", {"name": "A thousand steps", "graph": graph})["id"]
    ready = [open_draft(page, draft) for _ in range(ROUNDS)]
    box = page.locator(".dz-canvas").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.wait_for_timeout(2500)

    def move(button: Any, dx: float = -4, dy: float = -3) -> None:
        page.mouse.down(button=button)
        for i in range(MOVES):
            page.mouse.move(x + i * dx, y + i * dy)
        page.mouse.up(button=button)

    def pan() -> None:
        page.mouse.move(x, y)
        move("middle")

    figures = [
        ("ready", f"median {statistics.median(ready):.0f} ms of {ROUNDS}"),
        ("pan, near", frames(page, pan)),
    ]
    cards = page.locator(".react-flow__node-card")
    near = min(
        (one for one in (card.bounding_box() for card in cards.all()) if one),
        key=lambda one: abs(one["x"] - x) + abs(one["y"] - y),
    )
    x, y = near["x"] + 90, near["y"] + 40
    page.mouse.move(x, y)
    figures.append(("drag a card", frames(page, lambda: move("left", 2, 1))))
    page.locator("[aria-label='Fit the graph']").click()
    page.wait_for_timeout(2000)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    figures.append((f"pan, {cards.count()} cards in view", frames(page, pan)))
    return figures


def open_draft(page: Page, draft: str) -> float:
    page.evaluate("sessionStorage.clear()")
    page.goto(f"/w/forebay/designer/{draft}")
    page.locator(".react-flow__node-card").first.wait_for()
    return float(page.evaluate(READY))


def frames(page: Page, act: Callable[[], None]) -> str:
    page.evaluate(START)
    act()
    seen = page.evaluate(STOP)
    return f"median {statistics.median(seen):.1f} ms, p95 {percentile(seen, 0.95):.1f} ms"


def weights() -> list[tuple[str, str]]:
    """What the page loads, and what comes when a dialog or a script is opened."""
    folder = ROOT / "static" / "dist"
    names = ("designer.js", "designer.css", "designer-dialogs.js", "code.js")
    sizes = {name: len(gzip.compress((folder / name).read_bytes(), 9)) / 1024 for name in names}
    return [(name, f"{size:.1f} KB gzip") for name, size in sizes.items()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    options = parser.parse_args()
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with (
        tempfile.TemporaryDirectory(prefix="forebay-bench-") as folder,
        Studio(Path(folder)) as studio,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=options.chromium, args=arguments)
        page = browser.new_page(
            base_url=f"http://127.0.0.1:{studio.port}", viewport={"width": 1280, "height": 800}
        )
        link = re.search(r"/sign-in/\S+", studio.manage("sign_in_link"))
        assert link
        page.goto(link.group())
        page.get_by_role("button", name=re.compile("sign in", re.I)).click()
        page.wait_for_url("**/w/forebay/")
        for what, figure in [*weights(), *measure(studio, page)]:
            print(f"{what}: {figure}", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
