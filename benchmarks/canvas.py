"""The designer with 1,000 steps in headless Chromium: open, pan, drag, and what it weighs.

    python -m benchmarks.canvas [--chromium /usr/bin/chromium]

Frames are intervals of requestAnimationFrame while the mouse moves 60 times; Chromium draws without
a graphics card here, so a desktop is quicker. Ready is from the script's arrival to the canvas,
drawn to the frame after its first cards and wires. The floor is a page with React Flow's own cards
and wires at the same places (canvas_floor.tsx); rounds of both alternate, medians are shown.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import re
import statistics
import subprocess
import tempfile
from collections import defaultdict
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
WATCH = """
  addEventListener('DOMContentLoaded', () => {
    const count = (what) => document.querySelectorAll(what).length;
    const watch = new MutationObserver(() => {
      if (count('.react-flow__node') < 5 || count('.dz-wire, .react-flow__edge') < 3) return;
      watch.disconnect();
      requestAnimationFrame(() => setTimeout(() => performance.mark('bench-drawn')));
    });
    watch.observe(document.body, { childList: true, subtree: true });
  });
"""
SINCE = """(mark) => {
  const script = performance.getEntriesByType('resource').find((one) => /(dist\\/designer(\\.\\w+)?|floor)\\.js/.test(one.name));
  const seen = performance.getEntriesByName(mark)[0];
  return seen ? seen.startTime - script.responseEnd : null;
}"""  # noqa: E501
DRAWN = "() => performance.getEntriesByName('bench-drawn').length > 0"
FLOOR = """<!doctype html><link rel="stylesheet" href="/floor.css"><style>#root {{ position: fixed; inset: 0 }}</style>
<div id="root"></div><script type="application/json" id="steps">{steps}</script><script src="/floor.js" defer></script>"""  # noqa: E501


def steps() -> list[dict[str, Any]]:
    """Rows of joins below a row of tables: 1,560 wires."""
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


Seen = dict[str, list[float]]


def measure(studio: Studio, page: Page, folder: Path) -> list[tuple[str, str]]:
    graph = {"version": 1, "parameters": [], "nodes": steps(), "ui": {}}
    draft = studio.api("POST", "/drafts", {"name": "A thousand steps", "graph": graph})["id"]
    serve_floor(page, folder)
    page.add_init_script(WATCH)
    seen: Seen = defaultdict(list)
    for _ in range(ROUNDS):
        open_page(page, f"/w/forebay/designer/{draft}")
        seen["ready"].append(page.evaluate(SINCE, "forebay-designer-ready"))
        seen["drawn"].append(page.evaluate(SINCE, "bench-drawn"))
        page.wait_for_timeout(2500)
        seen["pan, near"] += pan(page)
        seen["drag a card"] += drag(page)
        page.locator("[aria-label='Fit the graph']").click()
        page.wait_for_timeout(2000)
        seen["pan, 1,000 cards in view"] += pan(page)
        open_page(page, "/floor.html")
        seen["floor: drawn"].append(page.evaluate(SINCE, "bench-drawn"))
        page.wait_for_timeout(500)
        seen["floor: pan, near"] += pan(page)
        page.evaluate("fit()")
        page.wait_for_timeout(1500)
        seen["floor: pan, 1,000 cards in view"] += pan(page)
    return [(what, shown(what, all_of)) for what, all_of in seen.items()]


def shown(what: str, seen: list[float]) -> str:
    if "pan" in what or "drag" in what:
        return f"median {statistics.median(seen):.1f} ms, p95 {percentile(seen, 0.95):.1f} ms"
    return f"median {statistics.median(seen):.0f} ms of {len(seen)}"


def serve_floor(page: Page, folder: Path) -> None:
    """The floor's page, built by the front end's own tools."""
    modules = ROOT / "frontend" / "node_modules"
    command = [
        str(modules / ".bin" / "esbuild"),
        str(ROOT / "benchmarks" / "canvas_floor.tsx"),
        "--bundle",
        "--minify",
        "--jsx=automatic",
        '--define:process.env.NODE_ENV="production"',
        f"--outfile={folder / 'floor.js'}",
    ]
    environment = {**os.environ, "NODE_PATH": str(modules)}
    subprocess.run(command, check=True, env=environment, capture_output=True)
    (folder / "floor.html").write_text(FLOOR.format(steps=json.dumps(steps())))
    page.route(
        re.compile(r"/floor\.(html|js|css)$"),
        lambda route: route.fulfill(path=folder / route.request.url.rsplit("/", 1)[1]),
    )


def open_page(page: Page, address: str) -> None:
    if page.url.startswith("http"):
        page.evaluate("sessionStorage.clear()")
    page.goto("about:blank")
    page.goto(address)
    page.wait_for_function(DRAWN)


def middle(page: Page) -> tuple[float, float]:
    box = page.locator(".react-flow").first.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def move(page: Page, start: tuple[float, float], button: Any, dx: float, dy: float) -> None:
    x, y = start
    page.mouse.down(button=button)
    for i in range(MOVES):
        page.mouse.move(x + i * dx, y + i * dy)
    page.mouse.up(button=button)


def pan(page: Page) -> list[float]:
    start = middle(page)
    page.mouse.move(*start)
    return frames(page, lambda: move(page, start, "middle", -4, -3))


def drag(page: Page) -> list[float]:
    """The card that is nearest to the middle."""
    x, y = middle(page)
    boxes = [card.bounding_box() for card in page.locator(".react-flow__node-card").all()]
    near = min((one for one in boxes if one), key=lambda one: abs(one["x"] - x) + abs(one["y"] - y))
    start = near["x"] + 90, near["y"] + 40
    page.mouse.move(*start)
    return frames(page, lambda: move(page, start, "left", 2, 1))


def frames(page: Page, act: Callable[[], None]) -> list[float]:
    page.evaluate(START)
    act()
    return list(page.evaluate(STOP))


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
        for what, figure in [*weights(), *measure(studio, page, Path(folder))]:
            print(f"{what}: {figure}", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
