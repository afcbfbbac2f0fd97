"""What a look at a watched path means, by the identity that the store gives each file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Look:
    """`{path: identity}` each. `known` is what was known and still lies there: a file that went
    away and comes back is new. `changed` differs from it; `settled` is the part of `changed` that
    was seen the same way at the look before, so that nobody is writing it."""

    known: dict[str, str]
    changed: dict[str, str]
    settled: dict[str, str]


def plan_look(
    found: Mapping[str, str], *, known: Mapping[str, str], pending: Mapping[str, str]
) -> Look:
    """Compares what lies there now with what is known and what was pending."""
    changed = {path: identity for path, identity in found.items() if known.get(path) != identity}
    return Look(
        known={path: identity for path, identity in known.items() if path in found},
        changed=changed,
        settled={
            path: identity for path, identity in changed.items() if pending.get(path) == identity
        },
    )
