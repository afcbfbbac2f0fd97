"""Preprocess Text."""

from __future__ import annotations

import re

from forebay_modules.columns import is_gap, need_columns
from forebay_modules.errors import ModuleError
from forebay_modules.run import Context, Outputs, main
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

ADDRESSES = r"(?:https?://|www\.)\S+|\S+@\S+\.\S+"


def run(context: Context) -> Outputs:
    """`results`: the dataset with clean texts."""
    table = context.table("dataset")
    names = need_columns(table.frame, context.setting("columns"), "Text columns")
    patterns = _patterns(context)
    made = {}
    for name in names:
        texts = table.frame[name].map(
            lambda one: None if is_gap(one) else _clean(str(one), patterns, context)
        )
        made[name if context.setting("replace") else f"Preprocessed {name}"] = texts
    return {"results": table.replaced(table.frame.assign(**made))}


def _patterns(context: Context) -> list[re.Pattern[str]]:
    wanted = [(context.setting("pattern") or None, None)]
    wanted += [(ADDRESSES, "urls"), (r"\d+(?:[.,]\d+)*", "numbers"), (r"[^\w\s]|_", "signs")]
    try:
        return [
            re.compile(pattern)
            for pattern, switch in wanted
            if pattern and (switch is None or context.setting(switch))
        ]
    except re.error as error:
        raise ModuleError(f"The regular expression can't be read: {error}.") from error


def _clean(text: str, patterns: list[re.Pattern[str]], context: Context) -> str:
    if context.setting("lower"):
        text = text.lower()
    for pattern in patterns:
        text = pattern.sub(" ", text)
    if context.setting("duplicates"):
        text = re.sub(r"(.)\1{2,}", r"\1\1", text)
    words = text.split()
    if context.setting("stop_words"):
        words = [word for word in words if word.lower() not in ENGLISH_STOP_WORDS]
    return " ".join(words)


if __name__ == "__main__":
    main(run)
