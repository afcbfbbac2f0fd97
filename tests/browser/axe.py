"""What axe finds on a page as it stands, and whether the page fits its window."""

from __future__ import annotations

import json

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# Colours on their way are no colours; what turns for ever is left turning.
STILL = """() => Promise.all(document.getAnimations()
  .filter(one => Number.isFinite(one.effect?.getComputedTiming().endTime))
  .map(one => one.finished.catch(() => null)))"""


def faults_of(page: Page, where: str) -> list[str]:
    """What is serious, once the page has all that it asked for and stands still."""
    page.wait_for_load_state("networkidle")
    page.evaluate(STILL)
    return [
        f"{where}: {one['id']} {json.dumps([node['target'] for node in one['nodes']][:3])}"
        for one in Axe().run(page).response["violations"]
        if one["impact"] in ("serious", "critical")
    ]


def too_wide(page: Page, where: str) -> list[str]:
    """A sentence when one would have to scroll sideways."""
    width, view = page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    return [f"{where} is {width} px wide in a window of {view} px"] if width > view + 1 else []
