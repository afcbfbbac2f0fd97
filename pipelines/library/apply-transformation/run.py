"""Apply Transformation."""

from __future__ import annotations

from forebay_modules.run import Context, Outputs, main
from forebay_modules.transforms import apply_transform


def run(context: Context) -> Outputs:
    """`results`: the dataset after the change."""
    return {"results": apply_transform(context.inputs["transform"], context.table("dataset"))}


if __name__ == "__main__":
    main(run)
