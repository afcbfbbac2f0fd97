"""Where a port's files are while its step runs: `path_on_compute`, and `source` of an output.

Both are below the script's working folder. v1 programs write "/tmp/data", "./x" or "foo/bar";
an absolute path is taken as one below that folder, as nothing of a step lies outside of it.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from pipelines.domain.graph import Graph, Input, Node, Output
from workspaces.domain.errors import Problem
from workspaces.domain.relative_paths import path_fault, shown

HERE = "."  # the working folder itself


def read_compute_path(text: str) -> str:
    """The path below the working folder, "." for the folder itself.

    Raises ValueError with the end of a sentence ("… leaves the step's working folder").
    """
    path = posixpath.normpath(text.strip().replace("\\", "/")).lstrip("/") or HERE
    if path == ".." or path.startswith("../"):
        raise ValueError("leaves the step's working folder")
    if path != HERE and (fault := path_fault(path)):
        raise ValueError(fault)
    return path


def is_absolute(text: str) -> bool:
    """Whether the program named a place of its own machine."""
    return text.strip().replace("\\", "/").startswith("/")


def check_compute_paths(graph: Graph) -> Iterator[Problem]:
    """Every path can be used, and no output is written where other data lies."""
    for node in graph.nodes:
        taken: dict[str, str] = {}
        for port, path, problem in _places(node):
            if problem is not None:
                yield problem
            elif isinstance(port, Input):
                taken[path] = port.name
        for port, path, problem in _places(node):
            if problem is None and isinstance(port, Output):
                other = next((name for at, name in taken.items() if _overlap(at, path)), None)
                if other is not None:
                    yield _problem(node, port, f"is where {other!r} is already: choose another")
                taken[path] = port.name


def _places(node: Node) -> Iterator[tuple[Input | Output, str, Problem | None]]:
    ports: list[Input | Output] = [*node.inputs, *node.outputs]
    for port in ports:
        text = port.path_on_compute
        if isinstance(port, Output) and port.source:
            text = port.source
        if not text:
            continue
        try:
            path = read_compute_path(text)
        except ValueError as error:
            yield port, "", _problem(node, port, str(error))
            continue
        fault = None
        if path == HERE and isinstance(port, Output):
            fault = _problem(node, port, "is the working folder itself: name a folder in it")
        yield port, path, fault


def _overlap(one: str, other: str) -> bool:
    """Whether one path is the other, or lies in it. Files may lie in the working folder itself."""
    if HERE in (one, other):
        return False
    return one == other or one.startswith(f"{other}/") or other.startswith(f"{one}/")


def _problem(node: Node, port: Input | Output, fault: str) -> Problem:
    ports: tuple[Input, ...] | tuple[Output, ...] = node.inputs
    kind, field, text = "inputs", "path_on_compute", port.path_on_compute
    if isinstance(port, Output):
        ports, kind = node.outputs, "outputs"
        if port.source:
            field, text = "source", port.source
    where = f"{kind}[{[id(one) for one in ports].index(id(port))}].{field}"
    message = f"{field} {shown(text)} of {port.name!r} {fault}."
    return Problem(message, where, node.id, node.name)
