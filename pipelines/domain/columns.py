"""Which columns the tables of a draft have: from datasets, typed text, an earlier run, and rules.

A rule is what a module's spec says in `schema` of an output. Nothing is guessed: a port whose
columns do not follow is unknown, and what is unknown is never a fault.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache, partial
from typing import Any, NamedTuple

from pipelines.library.forebay_modules.settings import is_reference, is_shown, with_defaults

SHOWN = 2000  # columns of one port that leave the server
NAMED = 20  # columns that a sentence lists
# Types of a dataset's columns -> the words in which modules choose columns.
WORDS = {
    "integer": "numeric",
    "float": "numeric",
    "boolean": "boolean",
    "string": "text",
    "datetime": "datetime",
}
# What pandas reads as a gap, each between two bars.
EMPTY = "||#N/A|#NA|-NaN|-nan|<NA>|N/A|NA|NULL|NaN|None|n/a|nan|null|#N/A N/A|1.#IND|-1.#IND|"
Spec = Mapping[str, Any]


class Column(NamedTuple):
    """A column; `type` is one of the words in which modules choose columns."""

    name: str
    type: str


@dataclass(frozen=True)
class Columns:
    """What is known of one port. `sure`: a name that is not among them is not there either."""

    columns: tuple[Column, ...]
    origin: str  # "dataset", "run" or "rule"
    sure: bool = False

    def as_json(self) -> dict[str, Any]:
        shown = [{"name": name, "type": kind} for name, kind in self.columns[:SHOWN]]
        return {"columns": shown, "from": self.origin}


Known = Columns | None
OfNode = dict[str, Known]  # port -> what is known
Ports = dict[str, OfNode]  # by node


@dataclass
class Traced:
    """Columns of every port of the nodes that have modules, and of outputs that were read."""

    outputs: Ports = field(default_factory=dict)
    inputs: Ports = field(default_factory=dict)


def answer_anew(node: Mapping[str, Any], inputs: OfNode, find: Callable[[], OfNode]) -> OfNode:
    """An `ask` that remembers nothing."""
    return find()


def trace_columns(
    nodes: Sequence[tuple[Mapping[str, Any], Spec | None]],
    of_source: Callable[[Mapping[str, Any]], Known],
    ran: Mapping[tuple[str, str], Columns],
    ask: Callable[[Mapping[str, Any], OfNode, Callable[[], OfNode]], OfNode] = answer_anew,
) -> Traced:
    """Follow the tables through a graph. `nodes` with the specs of their modules; `of_source`
    knows datasets; `ran` are outputs of an earlier run, for what no rule says. `ask` may know
    what rules make of a node and these inputs."""
    by_id: dict[str, tuple[Mapping[str, Any], Spec | None]] = {}
    for node, spec in nodes:
        by_id.setdefault(str(node.get("id")), (node, spec))
    traced = Traced()
    sources = {node_id: sources_of_node(node) for node_id, (node, _) in by_id.items()}
    for node_id in _in_order(sources):
        node, spec = by_id[node_id]
        inputs = {name: _of_input(source, of_source, traced) for name, source in sources[node_id]}
        if spec is None:
            names = [str(port["name"]) for port in _objects(node.get("outputs")) if "name" in port]
            made = {name: ran.get((node_id, name)) for name in names}
        else:
            tables = {port["name"] for port in spec["inputs"] if port["type"] in ("table", "any")}
            inputs = {name: known for name, known in inputs.items() if name in tables}
            made = ask(node, inputs, partial(_outputs_by_rules, node, spec, inputs))
            if ran:
                made = {name: known or ran.get((node_id, name)) for name, known in made.items()}
        traced.inputs[node_id], traced.outputs[node_id] = inputs, made
    return traced


def _outputs_by_rules(node: Mapping[str, Any], spec: Spec, inputs: OfNode) -> OfNode:
    rules, given = spec.get("schema") or {}, node.get("settings")
    values = _values_for(rules, spec, given if isinstance(given, dict) else {})
    return {
        port["name"]: _by_rule(rules.get(port["name"]), values, inputs)
        for port in spec["outputs"]
        if port["type"] in ("table", "any")
    }


def missing_columns(
    spec: Spec, settings: Mapping[str, Any], inputs: Mapping[str, Known]
) -> list[tuple[str, str]]:
    """(setting, sentence) for each chosen column that its table is known not to have."""
    missing = []
    for one in spec["parameters"]:
        if one["type"] not in ("column", "columns"):
            continue
        value = settings.get(one["name"], one.get("default"))
        known, named = inputs.get(one["input"]), _named(value)
        if known is None or not known.sure or not named or is_reference(value):
            continue
        if not is_shown(one, with_defaults(spec["parameters"], settings)):
            continue
        there = {column.name for column in known.columns}
        lost = next((name for name in named if name not in there), None)
        if lost is not None:
            missing.append((one["name"], _sentence(spec, one["input"], lost, known)))
    return missing


def _values_for(rules: Mapping[str, Any], spec: Spec, settings: Spec) -> dict[str, Any]:
    """What a step works with, if a rule asks: of a setting that is not shown, its default."""
    if all(rule is None or set(rule) == {"like"} for rule in rules.values()):
        return {}
    parameters = spec["parameters"]
    values = with_defaults(parameters, settings)
    return {
        one["name"]: values[one["name"]] if is_shown(one, values) else one.get("default")
        for one in parameters
    }


def choose(known: Columns, chosen: Any) -> Columns:
    """The columns that a `columns` setting keeps, in the order of the table."""
    if not isinstance(chosen, Mapping):
        chosen = {"include": _named(chosen)}
    named, left_out = set(_named(chosen)), set(_texts(chosen.get("except")))
    types = set(_texts(chosen.get("types")))
    kept = tuple(
        column
        for column in known.columns
        if (chosen.get("all") or column.name in named or column.type in types)
        and column.name not in left_out
    )
    # Types are those of the stored data; pandas may find others, so nothing is missing for sure.
    return Columns(kept, "rule", known.sure and not types)


def typed_table(text: str, header: bool) -> Known:
    """The columns of CSV text as pandas reads it; None where it would not read it as it looks."""
    columns = _read_typed(text, header)
    return None if columns is None else Columns(columns, "rule", True)


@lru_cache(maxsize=128)
def _read_typed(text: str, header: bool) -> tuple[Column, ...] | None:
    try:
        lines = csv.reader(io.StringIO(text), skipinitialspace=True, strict=True)
        rows = [row for row in lines if row]
    except csv.Error:
        return None
    rows = [row for row in rows if row != [""]]
    if not rows:
        return None
    first, body = (rows[0], rows[1:]) if header else ([], rows)
    names = _header(first) if header else [f"Column {n + 1}" for n in range(len(rows[0]))]
    if names is None or any(len(row) > len(names) for row in body):
        return None  # pandas takes a surplus column for an index
    return tuple(
        Column(name, _type_of([row[number] if number < len(row) else "" for row in body]))
        for number, name in enumerate(names)
    )


def _header(names: list[str]) -> list[str] | None:
    """Names as pandas keeps them; None when it would change one that is there twice."""
    named = [name or f"Unnamed: {number}" for number, name in enumerate(names)]
    return named if len(set(named)) == len(named) else None


def _type_of(values: list[str]) -> str:
    if not values:
        return "text"
    there = [value for value in values if f"|{value}|" not in EMPTY]
    if there and all(value.lower() in ("true", "false") for value in there):
        return "boolean"
    return "numeric" if all(_is_number(value) for value in there) else "text"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text


def _by_rule(rule: Any, values: Mapping[str, Any], inputs: Mapping[str, Known]) -> Known:
    if not isinstance(rule, Mapping):
        return None
    for name, allowed in (rule.get("when") or {}).items():
        if is_reference(values.get(name)) or values.get(name) not in allowed:
            return None
    if "table" in rule:
        text, header = values.get(rule["table"]), values.get(rule.get("header", ""), True)
        if isinstance(text, str) and isinstance(header, bool):
            return typed_table(text.strip("\n"), header)
        return None
    known = inputs.get(rule.get("like", rule.get("of")))
    if known is None:
        return None
    if "like" in rule:
        return Columns(known.columns, "rule", known.sure)
    chosen = values.get(rule.get("keep", rule.get("drop")))
    if is_reference(chosen):
        return None
    kept = choose(known, chosen)
    if "keep" in rule:
        return kept if kept.columns else None  # nothing chosen is a fault of its own
    gone = {column.name for column in kept.columns}
    left = tuple(column for column in known.columns if column.name not in gone)
    return Columns(left, "rule", kept.sure)


def _of_input(
    source: Mapping[str, Any], of_source: Callable[[Mapping[str, Any]], Known], traced: Traced
) -> Known:
    if "node" not in source:
        return of_source(source)
    return traced.outputs.get(str(source["node"]), {}).get(str(source.get("output")))


def sources_of_node(node: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """(port, source) of the inputs that have one."""
    return [
        (str(port.get("name")), port["source"])
        for port in _objects(node.get("inputs"))
        if isinstance(port.get("source"), dict)
    ]


def _in_order(sources: Mapping[str, list[tuple[str, Mapping[str, Any]]]]) -> Iterator[str]:
    """Ids so that each comes after what it reads; those of a cycle never come."""
    after: dict[str, list[str]] = {}
    waits: dict[str, int] = {}
    for node_id, of_node in sources.items():
        before = {str(one["node"]) for _, one in of_node if "node" in one} & sources.keys()
        waits[node_id] = len(before)
        for one in before:
            after.setdefault(one, []).append(node_id)
    ready = [node_id for node_id, count in waits.items() if not count]
    while ready:
        node_id = ready.pop()
        yield node_id
        for later in after.get(node_id, ()):
            waits[later] -= 1
            if not waits[later]:
                ready.append(later)


def _named(value: Any) -> list[str]:
    """The names that a `column` or `columns` setting spells out."""
    if isinstance(value, str):
        return [value] if value else []
    return _texts(value.get("include") if isinstance(value, Mapping) else value)


def _texts(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _objects(items: Any) -> list[Mapping[str, Any]]:
    return [one for one in items if isinstance(one, dict)] if isinstance(items, list) else []


def _sentence(spec: Spec, port: str, name: str, known: Columns) -> str:
    label = next(one["label"] for one in spec["inputs"] if one["name"] == port)
    names = [column.name for column in known.columns]
    near = get_close_matches(name, names, n=1)
    if near:
        return f"{label} has no column {name!r}. Did you mean {near[0]!r}?"
    listed = ", ".join(names[:NAMED]) or "none"
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"{label} has no column {name!r}. It has: {listed}{more}."
