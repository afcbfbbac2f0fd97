"""`write_program`: the whole file, part by part, in the order in which a person reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipelines.domain.program.canon import (
    INPUT_FIELDS,
    OUTPUT_FIELDS,
    canonical_card,
    canonical_node,
    canonical_output,
    differences,
)
from pipelines.domain.program.frame import ending, head, import_lines
from pipelines.domain.program.layout import write_layout
from pipelines.domain.program.module_steps import mode_of, output_says, write_module_step
from pipelines.domain.program.naming import SOURCE, in_order, name_folders, name_outputs, name_steps
from pipelines.domain.program.parameters import write_parameters
from pipelines.domain.program.python_text import assign, call, text
from pipelines.domain.program.script_steps import write_script_step
from pipelines.domain.program.subject import Json, Program, Subject, Surroundings
from pipelines.domain.program.work import Work
from pipelines.domain.script_modules import is_script_module

SHOWN = 60  # characters of a value in a note


def write_program(subject: Subject, around: Surroundings) -> Program:
    """The program of a graph whose form was checked (`parse_graph`). Raises InvalidInput for
    steps that wait for each other: no program can say that."""
    work = Work(subject, around)
    nodes = in_order(subject.graph["nodes"])
    steps = name_steps(work, nodes)
    work.variables = {name: work.names.take(name, "parameter") for name in work.parameters}
    name_outputs(work, nodes, steps)
    folders = name_folders(nodes)
    paragraphs: list[list[str]] = []
    sent: list[Json] = []
    for node in nodes:
        variable = steps[node["id"]]
        if node.get("module"):
            lines, made = write_module_step(work, node, variable)
        else:
            folder = folders.get(str(node.get("snapshot")), SOURCE)
            lines, made = write_script_step(work, node, variable, folder)
        after = [one for one in dict.fromkeys(node.get("after") or []) if one in steps]
        lines += [f"{variable}.run_after({steps[one]})" for one in after]
        made |= {"id": node["id"], "after": after}
        _note_losses(work, node, made)
        paragraphs.append(lines)
        sent.append(made)
    layout = write_layout(work, nodes, steps, [str(one["name"]) for one in sent])
    declared, parameters = write_parameters(work)
    graph: Json = {
        **layout.beside_graph,
        "version": subject.graph["version"],
        "parameters": parameters,
        "nodes": [{**layout.beside[one["id"]], **one} for one in sent],
    }
    last = ending(work, graph, list(steps.values()), layout.lines)
    blocks = [
        head(work, folders),
        "\n".join(import_lines(work.imports)),
        assign("workspace", call("Workspace.from_config")),
        "\n".join(work.data),
        "\n".join(declared),
        *("\n".join(lines) for lines in work.configurations),
        "\n".join(work.computes),
        "\n".join(work.modules),
        *("\n".join(lines) for lines in paragraphs),
        *last,
    ]
    whole = "\n\n".join(block for block in blocks if block)
    return Program(whole + "\n", graph, folders, tuple(work.notes))


def _note_losses(work: Work, node: Mapping[str, Any], made: Json) -> None:
    """Say what of a step the SDK would send otherwise."""
    resolved = {**node, "compute": node.get("compute") or work.subject.default_compute}
    canonical = canonical_module if node.get("module") else canonical_script
    for field, before, after in differences(canonical(work, resolved), canonical(work, made)):
        work.note_of_step(node, f"{field} is {_shown(before)}, here {_shown(after)}.")
    for ports, known in (("inputs", INPUT_FIELDS), ("outputs", OUTPUT_FIELDS)):
        for port in node.get(ports) or []:
            for name in set(port) - set(known):
                where = f"{ports}.{port.get('name')}.{name}"
                work.note_of_step(node, f"{where} is {_shown(port[name])}, here left out.")


def canonical_script(work: Work, node: Mapping[str, Any]) -> Json:
    """A node of a script in the form that is compared."""
    return canonical_node(node, work.data_parameters)


def canonical_module(work: Work, node: Mapping[str, Any]) -> Json:
    """A card in the form that is compared."""
    face = work.face(node)
    if face is None:
        named = {"id": node["module"].get("id"), "name": node["module"].get("name")}
        return canonical_card(node, named, {}, work.data_parameters, exact_modes=False)
    ports = {one["name"]: one for one in face.spec["outputs"]}
    said = {
        str(one["name"]): output_says(work, face.spec, ports.get(str(one["name"]), {}), one)
        for one in node.get("outputs") or []
    }
    exact = is_script_module(face.spec)
    if exact:
        told = {one["name"]: one for one in face.spec["inputs"]}
        inputs = [
            {**one, "mode": mode_of(work, told.get(str(one.get("name")), {}), one)}
            for one in node.get("inputs") or []
        ]
        node = {**node, "inputs": inputs}
    return canonical_card(
        node,
        {"id": face.uid, "version": face.version, "name": face.name},
        {name: canonical_output(one) for name, one in said.items() if one},
        work.data_parameters,
        exact_modes=exact,
    )


def _shown(value: Any) -> str:
    if value is None:
        return "not there"
    shown = text(value) if isinstance(value, str) else repr(value)
    return shown if len(shown) <= SHOWN else shown[: SHOWN - 1] + "…"
