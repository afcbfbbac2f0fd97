"""The beginning and the end of a program."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence

from pipelines.domain.program.parameters import is_used, submitted_values
from pipelines.domain.program.python_text import (
    WIDTH,
    Chain,
    Code,
    Raw,
    assign,
    call,
    comment,
    doc_string,
    listed,
    literal,
    render,
)
from pipelines.domain.program.subject import Json
from pipelines.domain.program.work import HOMES, WORKSPACE, Work

FORBIDDEN_IN_EXPERIMENTS = re.compile(r"[/\\?#%\x00-\x1f\x7f]")


def head(work: Work, folders: Mapping[str, str]) -> str:
    """What this is, and what it can't keep."""
    subject = work.subject
    told = f"{subject.title} of workspace {work.around.workspace}, as a program. It builds the "
    told += "same graph: steps that have run before are reused."
    paragraphs = [told]
    if folders:
        named = ", ".join(sorted(folders.values()))
        paragraphs.append(
            f"The scripts of its steps are read from {named}: the zip of the program has them, "
            "and so has `forebay draft program … --output FOLDER`."
        )
    lines = [doc_string("\n\n".join(textwrap.fill(one, WIDTH - 4) for one in paragraphs))]
    for sentence, items in (
        ("What this program needs before it can be submitted:", subject.unfinished),
        ("What is not the same in this program:", tuple(dict.fromkeys(work.notes))),
    ):
        if items:
            lines.append(f"# {sentence}")
            for item in items:
                lines += comment(f"- {item}", "  ")
    return "\n".join(lines)


def import_lines(names: Iterable[str]) -> list[str]:
    """The imports, by module; the standard library first."""
    by_home: dict[str, list[str]] = {}
    lines = []
    for name in sorted(names):
        if name in HOMES:
            by_home.setdefault(HOMES[name], []).append(name)
        else:
            lines += [f"import {name}", ""]
    for home, of_home in sorted(by_home.items()):
        line = f"from {home} import {', '.join(of_home)}"
        if len(line) > WIDTH:
            inner = "".join(f"    {name},\n" for name in of_home)
            line = f"from {home} import (\n{inner})"
        lines.append(line)
    return lines


def ending(work: Work, graph: Json, steps: Sequence[str], layout: list[str]) -> list[str]:
    """The blocks that put the steps together and submit them."""
    subject = work.subject
    lines: list[str] = []
    description: Code | None = None
    if subject.description:
        description = work.text_variable("description", subject.description, lines)
    listing: Code | None = None
    named = list(work.parameters)
    if len(named) > 1 or not all(is_used(graph, name) for name in named):
        listing = listed(Raw(work.variables[name]) for name in named)
    pipeline = call(
        "Pipeline",
        WORKSPACE,
        steps=listed(map(Raw, steps)),
        description=description,
        parameters=listing,
        layout=Raw("layout") if layout else None,
    )
    experiment = FORBIDDEN_IN_EXPERIMENTS.sub("-", subject.experiment).strip()[:255] or "designer"
    submit = Chain(
        call("Experiment", WORKSPACE, literal(experiment)),
        call(
            "submit",
            Raw("pipeline"),
            pipeline_parameters=submitted_values(work),
            tags=work.literal(dict(subject.tags)) if subject.tags else None,
            **{name: work.literal(value) for name, value in subject.options.items()},
        ),
    )
    main = [
        'if __name__ == "__main__":',
        f"    run = {render(submit, 4, 10)}",
        "    run.wait_for_completion(show_output=True)",
    ]
    return [
        "\n".join(layout),
        "\n".join([*lines, assign("pipeline", pipeline)]),
        "\n".join(main),
    ]
