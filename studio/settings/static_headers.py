"""Headers of static files; apart from the storage, because settings may not import Django apps."""

from __future__ import annotations

from typing import Any


def add_headers(headers: Any, path: str, url: str) -> None:
    """Workers compile WebAssembly (the layout engine) and may do nothing else."""
    if "worker" in url.rsplit("/", 1)[-1]:
        headers["Content-Security-Policy"] = (
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"
        )
