"""A small ASGI application under the studio's own server, started by test_paced_server.py.

`/echo` sends the body back, `/large?n` n chunks of 256 KiB, `/broken` half of one, `/state` what
the others have done so far.
"""

from __future__ import annotations

import hashlib
import json
import sys
from typing import Any

from daphne.endpoints import build_endpoint_description_strings

from studio import paced_server

CHUNK = b"x" * (256 * 1024)
STATE = {"sent": 0, "ended": 0, "open": 0}


async def application(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "websocket":
        await listen(receive, send)
        return
    body = hashlib.sha256()
    size = 0
    while True:
        message = await receive()
        body.update(message.get("body", b""))
        size += len(message.get("body", b""))
        if not message.get("more_body"):
            break
    path, count = scope["path"], int(scope["query_string"] or 0)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    if path == "/large":
        STATE["open"] += 1
        try:
            for _ in range(count):
                await send({"type": "http.response.body", "body": CHUNK, "more_body": True})
                STATE["sent"] += 1
        finally:
            STATE["open"] -= 1
            STATE["ended"] += 1
        await send({"type": "http.response.body", "body": b""})
    elif path == "/broken":
        await send({"type": "http.response.body", "body": CHUNK, "more_body": True})
        raise RuntimeError("half-way")
    else:
        answer = {"size": size, "sha256": body.hexdigest()} if path == "/echo" else STATE
        await send({"type": "http.response.body", "body": json.dumps(answer).encode()})


async def listen(receive: Any, send: Any) -> None:
    """Accept a socket and say how long each message is."""
    while (message := await receive())["type"] != "websocket.disconnect":
        if message["type"] == "websocket.connect":
            await send({"type": "websocket.accept"})
        else:
            await send({"type": "websocket.send", "text": str(len(message["text"]))})


if __name__ == "__main__":
    paced_server.STALLED_AFTER = float(sys.argv[2])
    paced_server.PacedServer(
        application=application,
        endpoints=build_endpoint_description_strings(host="127.0.0.1", port=int(sys.argv[1])),
        request_buffer_size=256 * 1024,
        application_close_timeout=2,
    ).run()
