"""The face of a module (`module.json`), checked: every fault is named by its field."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pipelines.domain.script_modules import argument_problems, port_faults
from pipelines.library.forebay_modules.settings import TYPES, is_empty, value_fault
from workspaces.domain.errors import Problem
from workspaces.domain.relative_paths import path_fault

OWN_GROUP = "My modules"
GROUPS = (
    "Datasets",
    "Data Input and Output",
    "Data Transformation",
    "Feature Selection",
    "Statistical Functions",
    "Machine Learning Algorithms/Regression",
    "Machine Learning Algorithms/Clustering",
    "Machine Learning Algorithms/Classification",
    "Model Training",
    "Model Scoring & Evaluation",
    "Text Analytics",
    "Python Language",
    OWN_GROUP,
)
PORT_TYPES = ("table", "learner", "model", "transform", "files", "image", "any")
# What a port of a type makes or takes, for sentences; the designer has the same (core/rules.ts).
TYPE_WORDS = {
    "table": "a table",
    "learner": "an untrained model",
    "model": "a model",
    "transform": "a transformation",
    "files": "files",
    "image": "an image",
    "any": "anything",
}
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
NAME_LIMIT, TEXT_LIMIT, MOST = 255, 20_000, 200
# How the columns of an output follow, and the type of the parameter that the word names.
RULES = {"like": "", "keep": "columns", "drop": "columns", "table": "table"}
SPEC_FIELDS = (
    "key",
    "name",
    "group",
    "version",
    "description",
    "script",
    "inputs",
    "outputs",
    "parameters",
    "schema",
    "changes",
    "environment",
    "arguments",
    "hash_paths",
    "category",
)


def type_fits(made: str, wanted: str) -> bool:
    """Whether what a port makes can be connected to a port that wants something."""
    return made == wanted or "any" in (made, wanted) or (made, wanted) == ("table", "files")


def read_spec(
    raw: Any, *, paths: Collection[str] | None = None
) -> tuple[dict[str, Any], list[Problem]]:
    """The spec with what may be left out filled in, and all that is wrong with it.

    `paths` are those of the module's source files, where they are known.
    """
    if not isinstance(raw, Mapping):
        return {}, [Problem("The spec must be a JSON object.", "spec")]
    spec: dict[str, Any] = {
        **raw,
        "group": raw.get("group") or OWN_GROUP,
        "description": raw.get("description") or "",
        "script": raw.get("script") or "run.py",
    }
    problems = [
        Problem(
            f"A spec has no field {name!r}; there are: {', '.join(SPEC_FIELDS)}.", f"spec.{name}"
        )
        for name in raw
        if name not in SPEC_FIELDS
    ]
    problems += _text_problems(spec, paths)
    for part in ("inputs", "outputs", "parameters"):
        spec[part], wrong = _read_list(raw.get(part), f"spec.{part}")
        problems += wrong
    if problems:
        return spec, problems
    problems = [
        *_port_problems(spec["inputs"], "inputs"),
        *_port_problems(spec["outputs"], "outputs"),
        *_parameter_problems(spec),
    ]
    if not any(problem.field.endswith(".type") for problem in problems):  # which the rest reads
        problems += [
            *_name_problems(spec),
            *_destination_problems(spec),
            *_schema_problems(spec),
            *argument_problems(spec),
        ]
    return spec, problems


def path_inputs(spec: Mapping[str, Any]) -> list[str]:
    """Settings that are paths on a datastore which the module reads: they become inputs."""
    written = {port.get("destination") for port in spec["outputs"]}
    return [
        one["name"]
        for one in spec["parameters"]
        if one["type"] == "datastore_path" and one["name"] not in written
    ]


def _text_problems(spec: Mapping[str, Any], paths: Collection[str] | None) -> Iterator[Problem]:
    name = spec.get("name")
    if not isinstance(name, str) or not name.strip() or len(name) > NAME_LIMIT:
        yield Problem(f"The module needs a name of 1 to {NAME_LIMIT} characters.", "spec.name")
    if spec["group"] not in GROUPS:
        yield Problem(f"group must be one of {', '.join(GROUPS)}.", "spec.group")
    for field in ("description", "changes", "category"):
        value = spec.get(field)
        if value is not None and (not isinstance(value, str) or len(value) > TEXT_LIMIT):
            message = f"{field} must be a text of at most {TEXT_LIMIT:,} characters."
            yield Problem(message, f"spec.{field}")
    script, environment = spec["script"], spec.get("environment")
    if not isinstance(script, str) or (fault := path_fault(script)):
        why = fault if isinstance(script, str) else "must be a text"
        yield Problem(f"The script {why}.", "spec.script")
    elif paths is not None and script not in paths:
        yield Problem(f"The source files have no {script!r}.", "spec.script", code="missing_script")
    if environment is not None and not isinstance(environment, Mapping):
        yield Problem("environment must be an object or null.", "spec.environment")


def _read_list(raw: Any, field: str) -> tuple[list[dict[str, Any]], list[Problem]]:
    """Ports or parameters: a list of objects, each with a name."""
    if raw is None:
        return [], []
    if not isinstance(raw, list) or not all(isinstance(one, Mapping) for one in raw):
        return [], [Problem(f"{field} must be a list of objects.", field)]
    if len(raw) > MOST:
        return [], [Problem(f"{field} has {len(raw)} entries; {MOST} fit.", field)]
    problems = []
    for index, one in enumerate(raw):
        name = one.get("name")
        if not isinstance(name, str) or not NAME.fullmatch(name):
            message = "A name begins with a letter and has letters, digits and _, 64 at most."
            problems.append(Problem(message, f"{field}[{index}].name"))
        for key in ("label", "help"):
            if one.get(key) is not None and not isinstance(one[key], str):
                problems.append(Problem(f"{key} must be a text.", f"{field}[{index}].{key}"))
        if "required" in one and not isinstance(one["required"], bool):
            message = "required must be true or false."
            problems.append(Problem(message, f"{field}[{index}].required"))
    named = [{**one, "label": one.get("label") or one.get("name")} for one in raw]
    return [
        {**one, "choices": _read_choices(one["choices"])} if "choices" in one else one
        for one in named
    ], problems


def _read_choices(raw: Any) -> Any:
    """Choices with a label each; `[a, b]` is how most people write them."""
    if not isinstance(raw, list):
        return raw
    return [
        {"value": one, "label": str(one)}
        if isinstance(one, (str, int, float)) and not isinstance(one, bool)
        else {**one, "label": one.get("label") or str(one.get("value"))}
        if isinstance(one, Mapping)
        else one
        for one in raw
    ]


def _port_problems(ports: list[dict[str, Any]], part: str) -> Iterator[Problem]:
    for index, port in enumerate(ports):
        field = f"spec.{part}[{index}]"
        if port.get("type") not in PORT_TYPES:
            message = f"The type of a port must be one of {', '.join(PORT_TYPES)}."
            yield Problem(message, f"{field}.type")
        for key, message in port_faults(port, part):
            yield Problem(message, f"{field}.{key}")


def _name_problems(spec: Mapping[str, Any]) -> Iterator[Problem]:
    """Names are unique; a path that the module reads is an input beside the others."""
    for part in ("inputs", "outputs", "parameters"):
        seen: set[str] = set()
        for index, one in enumerate(spec[part]):
            if one["name"] in seen:
                message = f"There are two {part} named {one['name']!r}."
                yield Problem(message, f"spec.{part}[{index}].name", code="duplicate")
            seen.add(one["name"])
    inputs = {port["name"] for port in spec["inputs"]}
    for name in path_inputs(spec):
        if name in inputs:
            message = f"The path {name!r} is an input too: give one of them another name."
            yield Problem(message, "spec.parameters", code="duplicate")


def _parameter_problems(spec: Mapping[str, Any]) -> Iterator[Problem]:
    names = {one["name"] for one in spec["parameters"]}
    tables = {port["name"] for port in spec["inputs"]}
    for index, one in enumerate(spec["parameters"]):
        field, kind = f"spec.parameters[{index}]", one.get("type")
        if kind not in TYPES:
            yield Problem(f"type must be one of {', '.join(TYPES)}.", f"{field}.type")
            continue
        if kind == "choice" and (wrong := _choices_fault(one.get("choices"))):
            yield Problem(wrong, f"{field}.choices")
            continue
        if wrong := _range_fault(one):
            yield Problem(wrong, f"{field}.min")
            continue
        if kind in ("column", "columns") and one.get("input") not in tables:
            message = f"input must name the input whose columns are chosen: {_some(tables)}."
            yield Problem(message, f"{field}.input")
        default = one.get("default")
        if kind == "datastore_path":
            if default is not None:
                yield Problem("A path has no default.", f"{field}.default")
        elif not is_empty(one, default) and (fault := value_fault(one, default)):
            yield Problem(f"The default does not fit: {fault}", f"{field}.default")
        yield from _when_problems(one.get("when"), names - {one["name"]}, f"{field}.when")


def _choices_fault(choices: Any) -> str:
    if not isinstance(choices, list) or not choices:
        return "A choice needs choices, such as [small, large] or [{value: s, label: Small}]."
    for choice in choices:
        if not isinstance(choice, Mapping) or not isinstance(
            choice.get("value"), (str, int, float)
        ):
            return "Each choice is a text or a number, or has one as its value."
    return ""


def _range_fault(one: Mapping[str, Any]) -> str:
    low, high = one.get("min"), one.get("max")
    for limit in (low, high):
        if limit is not None and (isinstance(limit, bool) or not isinstance(limit, (int, float))):
            return "min and max must be numbers."
    return (
        "min must not be above max." if low is not None and high is not None and low > high else ""
    )


def _when_problems(when: Any, others: set[str], field: str) -> Iterator[Problem]:
    if when is None:
        return
    if not isinstance(when, Mapping):
        yield Problem("when must be an object: {other parameter: [values]}.", field)
        return
    for name, values in when.items():
        if name not in others:
            yield Problem(f"when names no other parameter of the module: {name!r}.", field)
        elif not isinstance(values, list) or not values:
            yield Problem(f"when.{name} must be a list of values.", field)


def _destination_problems(spec: Mapping[str, Any]) -> Iterator[Problem]:
    kinds = {one["name"]: one.get("type") for one in spec["parameters"]}
    for index, port in enumerate(spec["outputs"]):
        name = port.get("destination")
        if name is not None and kinds.get(name) != "datastore_path":
            message = "destination must name a parameter of type datastore_path."
            yield Problem(message, f"spec.outputs[{index}].destination")


def _schema_problems(spec: Mapping[str, Any]) -> Iterator[Problem]:
    schema = spec.get("schema")
    if schema is None:
        return
    if not isinstance(schema, Mapping):
        yield Problem("schema must be an object: {output: rule}.", "spec.schema")
        return
    outputs = {port["name"] for port in spec["outputs"]}
    for name, rule in schema.items():
        field = f"spec.schema.{name}"
        if name not in outputs:
            yield Problem(f"The module has no output {name!r}.", field)
        if rule is not None:
            yield from _rule_problems(spec, rule, field)


def _rule_problems(spec: Mapping[str, Any], rule: Any, field: str) -> Iterator[Problem]:
    kinds = {one["name"]: one.get("type") for one in spec["parameters"]}
    if not isinstance(rule, Mapping) or len(set(rule) & set(RULES)) != 1:
        message = "A rule is {like: input}, {keep: parameter, of: input}, {drop: …, of: …} or "
        yield Problem(message + "{table: parameter, header: parameter}.", field)
        return
    for word, kind in RULES.items():
        if word in rule and kind and not (_is_name(rule[word]) and kinds.get(rule[word]) == kind):
            yield Problem(f"{word} must name a parameter of type {kind}.", field)
    if "header" in rule and not (
        _is_name(rule["header"]) and kinds.get(rule["header"]) == "bool" and "table" in rule
    ):
        yield Problem("header must name a parameter of type bool, beside table.", field)
    if "table" not in rule:
        source = rule.get("like", rule.get("of"))
        if not _is_name(source) or source not in {port["name"] for port in spec["inputs"]}:
            yield Problem(f"The rule names no input of the module: {source!r}.", field)
    yield from _when_problems(rule.get("when"), set(kinds), f"{field}.when")


def _is_name(value: Any) -> bool:
    return isinstance(value, str)


def _some(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "the module has none"
