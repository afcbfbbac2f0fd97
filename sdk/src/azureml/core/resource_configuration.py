"""What a web service may use, under v1's names; not in this version."""

from __future__ import annotations

from azureml._forebay.unsupported import later_names

globals().update(
    later_names(
        "ResourceConfiguration",
        "Forebay deploys nothing.",
        __name__,
    )
)
