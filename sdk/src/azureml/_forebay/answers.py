"""Successful answers of the server: read at once, or piece by piece."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Dict, Iterator, Mapping

from azureml.exceptions import ServiceException

if TYPE_CHECKING:
    import http.client

CHUNK = 1 << 20


@dataclass(frozen=True)
class Answer:
    """A successful answer, read to its end. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    def json(self) -> Any:
        """The body as JSON; None when empty."""
        try:
            return json.loads(self.content.decode("utf-8")) if self.content else None
        except ValueError:
            raise ServiceException(
                "The answer is not JSON. Is there a Forebay server at this address, and no other"
                " program in between?"
            ) from None


class Stream:
    """A successful answer that is read piece by piece."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self._response = response
        self.status = response.status
        self.headers: Mapping[str, str] = lower_headers(response)

    def read(self, size: int = CHUNK) -> bytes:
        """Up to ``size`` bytes; empty at the end."""
        return self._response.read(size)

    def readline(self) -> bytes:
        """One line with its end; empty at the end."""
        return self._response.readline()

    def __iter__(self) -> Iterator[bytes]:
        while True:
            piece = self.read()
            if not piece:
                return
            yield piece


def lower_headers(response: http.client.HTTPResponse) -> Dict[str, str]:
    """Header names in lower case, as they may come in any."""
    return {name.lower(): value for name, value in response.getheaders()}
