"""The root of value classes such as RunConfiguration: a wrong name is noticed, not swallowed."""

from __future__ import annotations

import copy
import difflib
import warnings
from typing import Any, TypeVar

_Self = TypeVar("_Self", bound="Settings")


class Settings:
    """Plain attributes, equal by value. Setting one that the class does not have warns."""

    _complete = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        original = cls.__dict__.get("__init__")
        if original is None:
            return

        def __init__(self: Settings, *args: Any, **inner: Any) -> None:
            object.__setattr__(self, "_complete", False)
            original(self, *args, **inner)
            object.__setattr__(self, "_complete", True)

        __init__.__wrapped__ = original  # type: ignore[attr-defined]
        __init__.__doc__ = original.__doc__
        setattr(cls, "__init__", __init__)  # noqa: B010 - mypy takes no other way

    def __setattr__(self, name: str, value: Any) -> None:
        if self._complete and not name.startswith("_") and not hasattr(self, name):
            close = difflib.get_close_matches(name, self._names(), n=1)
            hint = f" Did you mean {close[0]!r}?" if close else ""
            warnings.warn(
                f"{type(self).__name__} has no setting {name!r}; it has no effect.{hint}",
                stacklevel=2,
            )
        object.__setattr__(self, name, value)

    def _names(self) -> list[str]:
        return [name for name in dir(self) if not name.startswith("_")]

    def _values(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_complete"}

    def _copy(self: _Self) -> _Self:
        return copy.deepcopy(self)

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        return isinstance(other, Settings) and self._values() == other._values()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        inner = ", ".join(f"{name.lstrip('_')}={value!r}" for name, value in self._values().items())
        return f"{type(self).__name__}({inner})"
