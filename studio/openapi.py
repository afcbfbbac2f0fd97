"""How views become OpenAPI operations."""

from __future__ import annotations

import re

from drf_spectacular.openapi import AutoSchema


class ForebaySchema(AutoSchema):
    """Names an operation after its view and method: `RunListView.post` is `run_list_post`."""

    def get_operation_id(self) -> str:
        name = type(self.view).__name__.removesuffix("View")
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
        # One view may serve a path with and without a last part.
        ending = "_whole" if self.path.endswith("/") else ""
        return f"{words}{ending}_{self.method.lower()}"

    def get_auth(self) -> list[dict[str, list[str]]]:
        """Nobody is let in without a token or a session (see ForebayAPIView)."""
        return [way for way in super().get_auth() if way]

    def get_tags(self) -> list[str]:
        parts = [part for part in self.path.split("/") if part and not part.startswith("{")]
        return [parts[3] if len(parts) > 3 else parts[2] if len(parts) > 2 else "workspaces"]
