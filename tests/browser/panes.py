"""What tests of the panes share: requests beside the page, cards apart, the pane of a card."""

from __future__ import annotations

import hashlib
import json
import re
import urllib.error
import urllib.request
import uuid
from typing import Any

from playwright.sync_api import Locator, Page, expect


def send(studio: Any, method: str, path: str, body: Any = None) -> Any:
    """The JSON of one request below the workspace's address."""
    request = urllib.request.Request(
        f"{studio.url}/api/v1/workspaces/{studio.workspace}{path}",
        None if method == "GET" else json.dumps(body or {}).encode(),
        {"Authorization": f"Bearer {studio.token}", "Content-Type": "application/json"},
        method=method,
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        raise AssertionError(error.read().decode()) from error


def places(apart: int = 160) -> dict[str, tuple[int, int]]:
    """Where the cards of the classification stand, as somebody would lay it out."""
    return {
        "data": (0, 0),
        "split": (0, apart),
        "learner": (-2 * apart, apart),
        "train": (-apart, 2 * apart),
        "score": (0, 3 * apart),
        "evaluate": (0, 4 * apart),
    }


def placed(graph: dict[str, Any], apart: int = 160) -> dict[str, Any]:
    """The graph with its cards apart from each other."""
    for index, one in enumerate(graph["nodes"]):
        x, y = places(apart).get(one["id"], (0, apart * index))
        one["ui"] = {"x": x, "y": y}
    return graph


def choose(page: Page, node_id: str) -> Locator:
    """Selects a card; the pane."""
    card = page.locator(f'.react-flow__node[data-id="{node_id}"]')
    box = card.bounding_box()
    assert box
    card.click(position={"x": box["width"] / 6, "y": box["height"] / 2})  # its picture
    pane = page.get_by_role("complementary", name="Properties")
    expect(pane.get_by_role("tab", name="Inputs")).to_be_visible()
    return pane


def saved(page: Page) -> None:
    expect(page.locator(".dz-save")).to_have_text(re.compile("Saved"))


def node_of(studio: Any, draft: str, node_id: str) -> dict[str, Any]:
    """A step of the draft as it is stored."""
    graph = studio.get(f"/drafts/{draft}")["graph"]
    return dict(next(one for one in graph["nodes"] if one["id"] == node_id))


def settings_of(studio: Any, draft: str, node_id: str) -> dict[str, Any]:
    return dict(node_of(studio, draft, node_id)["settings"])


def source_of(studio: Any, files: dict[str, str]) -> str:
    """The id of a snapshot of these files."""
    entries, frames = [], b""
    for path, text in files.items():
        content = text.encode()
        digest = hashlib.sha256(content).hexdigest()
        entries.append({"path": path, "sha256": digest, "size": len(content)})
        frames += f"{digest} {len(content)}\n".encode() + content
    request = urllib.request.Request(
        f"{studio.url}/api/v1/workspaces/{studio.workspace}/blobs",
        frames,
        {
            "Authorization": f"Bearer {studio.token}",
            "Content-Type": "application/x-forebay-blobs",
        },
    )
    urllib.request.urlopen(request, timeout=60).close()
    return str(send(studio, "POST", "/snapshots", {"files": entries})["id"])


def make_dataset(studio: Any, name: str, rows: str = "a,b\n1,2\n") -> str:
    """The id of the next version of a registered table."""
    path = f"tables/{uuid.uuid4()}.csv"
    studio.put(f"/datastores/workspaceblobstore/files/{path}", rows.encode())
    paths = [{"datastore": "workspaceblobstore", "path": path}]
    body = {"kind": "tabular", "definition": {"paths": paths, "format": "delimited"}}
    made = send(studio, "POST", "/datasets", body)
    register = {"name": name, "create_new_version": True}
    return str(send(studio, "POST", f"/datasets/{made['id']}/register", register)["id"])


def paste(page: Page, text: str) -> None:
    """As the clipboard's text comes to what has the focus."""
    page.evaluate(
        """text => {
            const data = new DataTransfer();
            data.setData("text/plain", text);
            const options = { clipboardData: data, bubbles: true, cancelable: true };
            document.activeElement.dispatchEvent(new ClipboardEvent("paste", options));
        }""",
        text,
    )
