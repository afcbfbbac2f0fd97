"""Names of variables, made of what people called things."""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata

LONGEST = 48
_TAKEN = frozenset(dir(builtins)) | frozenset(keyword.kwlist) | frozenset(keyword.softkwlist)


class Names:
    """Hands out each name once."""

    def __init__(self, reserved: frozenset[str]) -> None:
        self._given = set(_TAKEN | reserved)

    def is_free(self, name: str) -> bool:
        """Whether the next `take` of it hands it out as it is."""
        return name not in self._given

    def take(self, wish: str, other: str) -> str:
        """A name like `wish`; like `other` when no letter of the wish can stand in a name."""
        base = identifier(wish) or identifier(other) or "value"
        name, number = base, 2
        while name in self._given:
            name, number = f"{base}_{number}", number + 1
        self._given.add(name)
        return name


def identifier(wish: str) -> str:
    """ASCII letters, digits and `_`, in lower case; "" when nothing is left."""
    plain = unicodedata.normalize("NFKD", wish).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:LONGEST].strip("_")
    return f"_{name}" if name[:1].isdigit() else name
