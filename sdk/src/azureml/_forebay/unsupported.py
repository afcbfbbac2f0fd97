"""A v1 name that is not there yet says so and names the alternative; it is never silent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

from azureml.exceptions import UserErrorException


class NotSupportedError(UserErrorException, NotImplementedError):
    """This part of SDK v1 is not in Forebay (yet). The message says what to use instead."""


def not_supported(name: str, instead: str = "") -> NoReturn:
    """Raise :class:`NotSupportedError` for ``name``; ``instead`` is a whole sentence."""
    raise NotSupportedError(f"{name} is not supported by Forebay. {instead}".rstrip())


class _LaterType(type):
    """Raises for calls and for class attributes alike (``Model.register(…)``)."""

    _instead = ""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        not_supported(cls.__name__, cls._instead)

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        not_supported(f"{cls.__name__}.{name}", cls._instead)


def later(name: str, instead: str, module: str) -> Any:
    """A class called ``name`` that can be imported and tested against, but not used."""
    return _LaterType(name, (), {"_instead": instead, "__module__": module, "__doc__": instead})


def later_names(names: str, instead: str, module: str) -> dict[str, Any]:
    """Classes as `later` makes them, for all of ``names``: what a module adds to its globals."""
    return {name: later(name, instead, module) for name in names.split()}


_Class = TypeVar("_Class", bound=type)


def without(*names: str, instead: str = "", properties: str = "") -> Callable[[_Class], _Class]:
    """Give a class methods and properties of v1 that are not there yet: using one says so."""

    def add(cls: _Class) -> _Class:
        for name in names:
            setattr(cls, name, _refusing(f"{cls.__name__}.{name}", instead))
        for name in properties.split():
            setattr(cls, name, property(_refusing(f"{cls.__name__}.{name}", instead)))
        return cls

    return add


def _refusing(name: str, instead: str) -> Callable[..., NoReturn]:
    def refuse(*args: Any, **kwargs: Any) -> NoReturn:
        not_supported(name, instead)

    refuse.__name__ = refuse.__qualname__ = name.rpartition(".")[2]
    refuse.__doc__ = f"Not there yet. {instead}".rstrip()
    return refuse
