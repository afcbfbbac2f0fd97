"""Create Python Model: the user's own algorithm as an untrained model."""

from __future__ import annotations

from forebay_modules.custom import define
from forebay_modules.errors import ModuleError
from forebay_modules.learners import Learner
from forebay_modules.run import Context, Outputs, main


def run(context: Context) -> Outputs:
    """`learner`: checked as far as it can be without data."""
    source = context.setting("script")
    try:
        made = define(source)()
    except ModuleError:
        raise
    except Exception as error:
        raise ModuleError(f"The script fails: {type(error).__name__}: {error}") from error
    for name in ("fit", "predict"):
        if not callable(getattr(made, name, None)):
            raise ModuleError(f"The class PythonModel needs a function {name}.")
    return {"learner": Learner("python", {"task": context.setting("task")}, custom=source)}


if __name__ == "__main__":
    main(run)
