"""The studio's own modules: one folder each with `module.json` (its face) and `run.py` (its work).

`forebay_modules/` is copied into every module's snapshot. Only `settings.py` and `spec.py` of it
are imported by the server too, so those two are standard library only.
"""
