"""What scripts log, as values that fit in JSON.

No numpy or pandas is imported: their scalars and arrays are recognised by what they offer.
"""

from __future__ import annotations

import math
from datetime import date, datetime
from typing import Any, Dict, List, Mapping


def to_json_value(value: Any) -> Any:
    """`value` as JSON can hold it; NaN and infinities become the words for them.

    Tuples, sets and arrays become lists, numpy scalars Python numbers, anything else its text.
    """
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, float):
        return _to_json_float(float(value))
    if isinstance(value, int):
        return int(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): to_json_value(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset, range)):
        return [to_json_value(item) for item in value]
    plain = _from_array(value)
    return str(value) if plain is value else to_json_value(plain)


def from_json_value(value: Any) -> Any:
    """The other way: the words for NaN and the infinities become floats again."""
    if isinstance(value, str):
        return {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}.get(value, value)
    if isinstance(value, list):
        return [from_json_value(item) for item in value]
    return value


def collect_metrics(items: List[Dict[str, Any]]) -> Dict[str, Any]:
    """Metrics of one run in the order of logging, as v1 shows them.

    A scalar logged once is that value, several times a list. Rows of one name are gathered by
    column; a list or a table stays what it is.
    """
    found: Dict[str, Any] = {}
    series: Dict[str, int] = {}
    for item in items:
        name, kind = item["name"], item.get("kind") or item.get("metric_kind") or "scalar"
        value = from_json_value(item["value"])
        if kind == "row" and isinstance(value, dict):
            _add_row(found, name, value)
        elif kind == "list" and isinstance(value, list):
            found[name] = found[name] + value if isinstance(found.get(name), list) else value
        elif kind != "scalar" or name not in found:
            found[name] = value
        elif series[name] == 1:
            found[name] = [found[name], value]
        else:
            found[name].append(value)
        series[name] = series.get(name, 0) + 1
    return found


def _add_row(found: Dict[str, Any], name: str, row: Dict[str, Any]) -> None:
    if name not in found:
        found[name] = {key: from_json_value(value) for key, value in row.items()}
        return
    table = found[name]
    for key, value in row.items():
        earlier = table.get(key, [])
        earlier = earlier if isinstance(earlier, list) else [earlier]
        table[key] = [*earlier, from_json_value(value)]


def _to_json_float(value: float) -> Any:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def _from_array(value: Any) -> Any:
    """A numpy scalar's or array's, tensor's or Series' plain content; `value` when it has none."""
    for method in ("tolist", "item"):
        convert = getattr(value, method, None)
        if callable(convert):
            try:
                return convert()
            except (TypeError, ValueError, RuntimeError):
                continue
    return value
