"""`PipelineStep`, the base of all steps, and `StepSequence`, steps one after another."""

from __future__ import annotations

from typing import Any, Dict, Iterable, Iterator, List, Sequence

from azureml._forebay.unsupported import without
from azureml.exceptions import UserErrorException
from azureml.pipeline.core._graph_outputs import bound_object, is_output_dataset, origin_of


@without(
    "create_input_output_bindings",
    "create_module_def",
    "create_node",
    "get_source_directory",
    "resolve_input_arguments",
    "validate_arguments",
    instead="Steps of your own kind can't be made; use PythonScriptStep.",
)
class PipelineStep:
    """What all steps share: a name, inputs, outputs, arguments and an order.

    A step is a plain description: nothing is read, sent or checked until the pipeline is
    validated or submitted.

    Forebay's own, to be set on a step: `comment` is shown with it; `retry` tries it again when it
    fails (`{"count": 2, "delay_seconds": 30}`); `timeout_seconds` ends it when it runs longer; of
    results older than `reuse_max_age_seconds` none is reused.
    """

    step_type = "PipelineStep"

    def __init__(
        self,
        name: str,
        inputs: Sequence[Any] | None,
        outputs: Sequence[Any] | None,
        arguments: Sequence[Any] | None = None,
        fix_port_name_collisions: bool = False,
        resource_inputs: Sequence[Any] | None = None,
    ) -> None:
        self.name = name
        self.run_after_steps: List[PipelineStep] = []
        self.comment = ""
        self.retry: Dict[str, Any] | None = None
        self.timeout_seconds: int | None = None
        self.reuse_max_age_seconds: int | None = None
        self._inputs = _as_list(inputs, "inputs") + _as_list(resource_inputs, "resource_inputs")
        self._outputs = _as_list(outputs, "outputs")
        self._arguments = _as_list(arguments, "arguments")
        # An OutputFileDatasetConfig among the arguments alone is an output, too.
        known = {id(bound_object(one)) for one in (*self._inputs, *self._outputs)}
        for given in self._arguments:
            if is_output_dataset(given) and id(origin_of(given)) not in known:
                known.add(id(origin_of(given)))
                self._outputs.append(given)
        for output in map(origin_of, self._outputs):
            if hasattr(output, "_producer"):
                output._producer = self

    def run_after(self, step: PipelineStep) -> None:
        """Start only when `step` is done, although no data joins the two."""
        if not isinstance(step, PipelineStep):
            raise UserErrorException(
                f"'{self.name}' can run after another step, not after {type(step).__name__}."
            )
        if step is self:
            raise UserErrorException(f"'{self.name}' cannot run after itself.")
        if all(step is not known for known in self.run_after_steps):
            self.run_after_steps.append(step)

    def _upstream(self) -> Iterator[PipelineStep]:
        """The steps that must be done before this one: by data, then by `run_after`."""
        for given in (*self._inputs, *self._arguments):
            producer = getattr(bound_object(given), "_producer", None)
            if producer is not None and producer is not self:
                yield producer
        yield from self.run_after_steps

    def _own_wire(self) -> Dict[str, Any]:
        """Forebay's own fields of the node: what was set of them."""
        limits = ("retry", "timeout_seconds", "reuse_max_age_seconds")
        given = {name: getattr(self, name) for name in limits}
        kept = {name: value for name, value in given.items() if value is not None}
        return {**kept, "comment": str(self.comment or "")}

    def __repr__(self) -> str:
        return f"<{type(self).__name__} '{self.name}'>"


class StepSequence:
    """Steps that run one after another; a list inside runs side by side.

    :param steps: steps, lists of steps, or other sequences.
    """

    def __init__(self, steps: Sequence[Any] | None = None) -> None:
        self._steps: List[Any] = []
        for group in _as_list(steps, "steps"):
            self._append(group)

    def _append(self, group: Any) -> None:
        before = list(flatten(self._steps[-1:]))
        for step in flatten([group]):
            for earlier in before:
                step.run_after(earlier)
        self._steps.append(group)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._steps)

    def __len__(self) -> int:
        return len(self._steps)

    def __repr__(self) -> str:
        return f"StepSequence({self._steps})"


def flatten(steps: Iterable[Any]) -> Iterator[PipelineStep]:
    """All steps in nested lists and sequences, in the order in which they stand."""
    for step in steps:
        if isinstance(step, PipelineStep):
            yield step
        elif isinstance(step, (list, tuple, set, StepSequence)):
            yield from flatten(step)
        else:
            raise UserErrorException(
                f"A pipeline is made of steps, lists of steps and StepSequence; "
                f"{step!r} is a {type(step).__name__}."
            )


def with_upstream(steps: Iterable[PipelineStep]) -> List[PipelineStep]:
    """`steps` and all that they wait for, each once, upstream first.

    On a cycle the order is that of the walk; the cycle itself is for validation to report.
    """
    ordered: List[PipelineStep] = []
    seen: set[int] = set()
    for root in steps:
        # A stack of iterators instead of recursion: a chain may be thousands of steps long.
        stack: List[tuple[PipelineStep, Iterator[PipelineStep]]] = []
        if id(root) not in seen:
            seen.add(id(root))
            stack.append((root, root._upstream()))
        while stack:
            step, waiting = stack[-1]
            for upstream in waiting:
                if id(upstream) not in seen:
                    seen.add(id(upstream))
                    stack.append((upstream, upstream._upstream()))
                    break
            else:
                ordered.append(step)
                stack.pop()
    return ordered


def _as_list(value: Sequence[Any] | None, field: str) -> List[Any]:
    if value is None:
        return []
    if isinstance(value, (list, tuple, StepSequence)):
        return list(value)
    raise UserErrorException(
        f"{field} must be a list; this is a {type(value).__name__}. Write [{value!r}]."
    )
