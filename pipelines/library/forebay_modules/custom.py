"""A model written by the user: Python source with a class that fits and predicts."""

from __future__ import annotations

from typing import Any

from sklearn.base import BaseEstimator

from .errors import ModuleError

CLASS = "PythonModel"


def define(source: str) -> Any:
    """The class that the source defines."""
    names: dict[str, Any] = {}
    exec(compile(source, "<your Python model>", "exec"), names)  # noqa: S102 - the user's own
    if CLASS not in names:
        raise ModuleError(f"The Python model must define a class {CLASS}.")
    return names[CLASS]


class CustomModel(BaseEstimator):  # type: ignore[misc]
    """Wraps the source; it runs in the step, as every script of the user does.

    The source defines `class PythonModel` with `fit(self, X, y)` and `predict(self, X)`, and
    `predict_proba(self, X)` if it can.
    """

    def __init__(self, source: str) -> None:
        self.source = source

    def fit(self, X: Any, y: Any) -> CustomModel:
        """Make the user's model and let it learn."""
        self.model = define(self.source)()
        self.model.fit(X, y)
        self.fitted_ = True
        return self

    def predict(self, X: Any) -> Any:
        """What the user's model says."""
        return self.model.predict(X)

    def __getattr__(self, name: str) -> Any:
        if name == "predict_proba" and "model" in self.__dict__:
            return self.__dict__["model"].predict_proba
        raise AttributeError(name)

    def __getstate__(self) -> dict[str, Any]:
        """The class lives in the source only: kept are the source and what the model learned."""
        return {"source": self.source, "learned": vars(self.model)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Define the class again and give it what it had learned."""
        self.source = state["source"]
        self.model = object.__new__(define(self.source))
        vars(self.model).update(state["learned"])
        self.fitted_ = True
