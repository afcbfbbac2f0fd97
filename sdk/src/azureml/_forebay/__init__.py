"""What the public modules share: the way to the server, snapshots, git, errors. Private."""

from __future__ import annotations

__version__ = "0.1.0"
